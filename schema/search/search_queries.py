"""The search for postings."""

import strawberry

from domain.refusals import InvalidInput
from schema.context import Info
from schema.relay import parse_page_arguments
from schema.search.posting_connection import PostingConnection, build_search_connection
from schema.search.posting_filter import PostingFilter, build_search_query
from schema.search.posting_order import POSTING_KEYSETS, PostingOrder
from storage.search.search_query import SearchOrder


@strawberry.type
class SearchQueries:
    @strawberry.field(
        description="Open postings. Staff may ask for postings of another status in their scope."
    )
    async def postings(
        self,
        info: Info,
        filter: PostingFilter | None = None,
        order_by: PostingOrder | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> PostingConnection:
        order = SearchOrder[(order_by or PostingOrder.NEWEST).name]
        keyset = POSTING_KEYSETS[order]
        wanted = parse_page_arguments(keyset, first=first, after=after, last=last, before=before)
        query = await build_search_query(info.context, filter or PostingFilter())
        if order is SearchOrder.DISTANCE and query.near is None:
            raise InvalidInput(
                "Choose a place first to sort by distance.",
                "按距离排序时，请先选择地点。",
                field=("orderBy",),
                hint="The order DISTANCE needs `filter.near`.",
            )
        page = await info.context.services.store.search.page(query, order, wanted)
        return await build_search_connection(info, page, keyset, query)
