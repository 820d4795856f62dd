"""Lists of postings: edges that say what matched, and counts over all that was found."""

from collections import Counter
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TypeVar

import strawberry

from domain.labels import Labelled
from domain.reference.regions import list_ancestors, region_of
from domain.search.facets import FACET_KINDS, group_facet_counts
from domain.search.highlights import find_highlights
from domain.search.query_parser import SearchWord
from schema.context import Info
from schema.employers.employers import Employer
from schema.execution.selection import selects_any_field
from schema.postings.posting_types import Posting
from schema.reference.regions import Region
from schema.relay import Keyset, PageInfo, build_connection
from storage.mongo.paging import Page
from storage.search.posting_index import PAY_RANGE_STARTS_YUAN
from storage.search.posting_search import SearchHit
from storage.search.search_query import SearchQuery

R = TypeVar("R")

MAX_MONTHLY_PAY_YUAN = 1_000_000


@strawberry.enum(description="Where the words of a search stand.")
class HighlightField(Enum):
    TITLE = "TITLE"
    DUTIES = "DUTIES"
    CONDITIONS = "CONDITIONS"
    EMPLOYER = "EMPLOYER"


@strawberry.type(description="Characters (code points) from `start` up to but without `end`.")
class Highlight:
    field: HighlightField
    start: int
    end: int


@strawberry.type(description="How many of what was found have a code.")
class FacetCount:
    code: str
    zh: str
    en: str
    count: int


@strawberry.type(description="Counts by the codes of one list.")
class Facet:
    name: str = strawberry.field(description="Of the code list.")
    counts: list[FacetCount] = strawberry.field(description="The most frequent first.")


@strawberry.type
class PlaceCount:
    region: Region
    count: int


@strawberry.type(description="Pay of a month from `payFrom` up to and including `payTo`.")
class PayCount:
    pay_from: int
    pay_to: int | None
    count: int


@strawberry.type(description="Counts over what was found, with all filters.")
class PostingFacets:
    total: int = strawberry.field(description="Postings that were counted.")
    complete: bool = strawberry.field(
        description="False when there are more: every count is then the least it can be."
    )
    codes: list[Facet]
    places: list[PlaceCount] = strawberry.field(
        description="By the regions directly below `filter.placeCode`, or by provinces."
    )
    pay: list[PayCount]


@strawberry.type
class PostingEdge:
    cursor: str
    node: Posting
    kilometres: float | None = strawberry.field(
        description="How far it is from `filter.near`, in the order DISTANCE."
    )
    words: strawberry.Private[tuple[SearchWord, ...]]

    @strawberry.field(description="Where the words of `filter.search` stand; 20 a field at most.")
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

    @strawberry.field(description="Counts over all that was found, not only over this page.")
    async def facets(self, info: Info) -> PostingFacets:
        found = await info.context.services.store.search.count(self.query)
        return PostingFacets(
            total=found.total,
            complete=found.is_complete,
            codes=_count_codes(found.facets),
            places=_count_places(found.places, self.query.region),
            pay=_count_pay(found.pays),
        )


def _count_codes(traits: Mapping[str, int]) -> list[Facet]:
    def count(code: Labelled, number: int) -> FacetCount:
        return FacetCount(code=code.value, zh=code.zh, en=code.en, count=number)

    counts = group_facet_counts(traits)
    return [
        Facet(name=kind.__name__, counts=[count(code, number) for code, number in counts[kind]])
        for kind in FACET_KINDS
    ]


def _count_places(codes: Mapping[str, int], within: str | None) -> list[PlaceCount]:
    counts: Counter[str] = Counter()
    for code, number in codes.items():
        region = region_of(code)
        if region is not None:
            path = [*list_ancestors(region), region]
            inside = next((each for each in path if each.parent == within), region)
            counts[inside.code] += number
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        PlaceCount(region=shown, count=number)
        for code, number in ordered
        if (shown := Region.of_code(code)) is not None
    ]


def _count_pay(pays: Mapping[int, int]) -> list[PayCount]:
    ends = [*(step - 1 for step in PAY_RANGE_STARTS_YUAN[1:]), None]
    return [
        PayCount(
            pay_from=start,
            pay_to=end,
            count=sum(
                number
                for pay, number in pays.items()
                if start <= pay and (end is None or pay <= end)
            ),
        )
        for start, end in zip(PAY_RANGE_STARTS_YUAN, ends, strict=True)
    ]


async def build_search_connection(
    info: Info, page: Page[SearchHit], keyset: Keyset[SearchHit], query: SearchQuery
) -> PostingConnection:
    """The connection of what a search found, its employers read at once if they are asked for."""
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
    """The connection of a page of postings; ``query`` finds the whole list."""
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
