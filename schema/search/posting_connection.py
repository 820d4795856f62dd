"""The connection of postings: edges with highlights and distance, and counts over all."""

from collections.abc import Callable
from enum import Enum
from typing import TypeVar

import strawberry

from domain.search.highlights import find_highlights
from domain.search.query_parser import SearchWord
from schema.context import Info
from schema.employers.employer_types import Employer
from schema.execution.selection import selects_any_field
from schema.postings.posting_types import Posting
from schema.relay import Keyset, PageInfo, build_connection
from schema.search.posting_facets import PostingFacets
from storage.mongo.paging import Page
from storage.search.posting_search import SearchHit
from storage.search.search_query import SearchQuery

R = TypeVar("R")


@strawberry.enum(description="A field in which words of a search are found.")
class HighlightField(Enum):
    TITLE = "TITLE"
    DUTIES = "DUTIES"
    CONDITIONS = "CONDITIONS"
    EMPLOYER = "EMPLOYER"


@strawberry.type(
    description="Words of a search in a field: characters (code points) from `start` to `end`, "
    "`end` excluded."
)
class Highlight:
    field: HighlightField
    start: int
    end: int


@strawberry.type
class PostingEdge:
    cursor: str
    node: Posting
    kilometres: float | None = strawberry.field(
        description="The distance from `filter.near`, in the order DISTANCE; else null."
    )
    words: strawberry.Private[tuple[SearchWord, ...]]

    @strawberry.field(description="Where the words of `filter.search` are; at most 20 in a field.")
    def highlights(self) -> list[Highlight]:
        if not self.words:
            return []
        terms, employer = self.node.record.terms, self.node.preloaded_employer
        texts = {
            HighlightField.TITLE: terms.title,
            HighlightField.DUTIES: terms.duties,
            HighlightField.CONDITIONS: terms.conditions,
            HighlightField.EMPLOYER: employer.name if employer else "",
        }
        return [
            Highlight(field=field, start=mark.start, end=mark.end)
            for field, text in texts.items()
            for mark in find_highlights(text, self.words)
        ]


@strawberry.type
class PostingConnection:
    edges: list[PostingEdge]
    page_info: PageInfo
    query: strawberry.Private[SearchQuery]

    @strawberry.field(description="Counts over all postings found, not only over this page.")
    async def facets(self, info: Info) -> PostingFacets:
        found = await info.context.services.store.search.count(self.query)
        return PostingFacets.of(found, self.query.region)


async def build_search_connection(
    info: Info, page: Page[SearchHit], keyset: Keyset[SearchHit], query: SearchQuery
) -> PostingConnection:
    """Return the connection of a page of search hits.

    All employers are read in one query, if the document asks for them.
    """
    employers: dict[str, Employer] = {}
    if selects_any_field(info, {"employer", "highlights"}):
        ids = {hit.posting.employer_id for hit in page.items}
        records = await info.context.services.store.employers.by_ids(ids)
        employers = {each: Employer.of(record) for each, record in records.items()}
    return build_posting_connection(
        page,
        keyset,
        query,
        node=lambda hit: Posting.of(hit.posting, employers.get(hit.posting.employer_id)),
        kilometres=lambda hit: None if hit.metres is None else round(hit.metres / 1_000, 1),
    )


def build_posting_connection(
    page: Page[R],
    keyset: Keyset[R],
    query: SearchQuery,
    *,
    node: Callable[[R], Posting],
    kilometres: Callable[[R], float | None] = lambda _: None,
) -> PostingConnection:
    """Return the connection of a page of postings. ``query`` finds the whole list, for facets."""
    plain = build_connection(page, keyset, node)
    return PostingConnection(
        edges=[
            PostingEdge(
                cursor=edge.cursor,
                node=edge.node,
                kilometres=kilometres(item),
                words=query.words,
            )
            for edge, item in zip(plain.edges, page.items, strict=True)
        ],
        page_info=plain.page_info,
        query=query,
    )
