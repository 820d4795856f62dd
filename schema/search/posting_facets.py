"""GraphQL types of the counts over all postings that a search finds."""

from collections import Counter
from collections.abc import Mapping
from typing import Self

import strawberry

from domain.labels import Labelled
from domain.reference.regions import list_ancestors, region_of
from domain.search.facets import FACET_KINDS, group_facet_counts
from schema.reference.region_types import Region
from storage.search.posting_index import PAY_RANGE_STARTS_YUAN, SearchCounts


@strawberry.type(description="How many of the postings found have a code.")
class FacetCount:
    code: str
    zh: str
    en: str
    count: int


@strawberry.type(description="Counts by the codes of one code list.")
class Facet:
    name: str = strawberry.field(description="The name of the code list.")
    counts: list[FacetCount] = strawberry.field(description="The most frequent first.")


@strawberry.type
class PlaceCount:
    region: Region
    count: int


@strawberry.type(
    description="Postings with pay of a month from `payFrom` to `payTo`, both included."
)
class PayCount:
    pay_from: int
    pay_to: int | None
    count: int


@strawberry.type(description="Counts over all postings found, with all filters applied.")
class PostingFacets:
    total: int = strawberry.field(description="Postings that were counted.")
    complete: bool = strawberry.field(
        description="False when more postings match than are counted: every count is then a lower "
        "bound."
    )
    codes: list[Facet]
    places: list[PlaceCount] = strawberry.field(
        description="By the regions directly below `filter.placeCode`, or by provinces."
    )
    pay: list[PayCount]

    @classmethod
    def of(cls, found: SearchCounts, within: str | None) -> Self:
        """``within`` is the region that the search was limited to."""
        return cls(
            total=found.total,
            complete=found.is_complete,
            codes=_count_codes(found.facets),
            places=_count_places(found.places, within),
            pay=_count_pay(found.pays),
        )


def _count_codes(facets: Mapping[str, int]) -> list[Facet]:
    """Return the counts of each code list; ``facets`` are the counts by facet value."""

    def count(code: Labelled, number: int) -> FacetCount:
        return FacetCount(code=code.value, zh=code.zh, en=code.en, count=number)

    counts = group_facet_counts(facets)
    return [
        Facet(name=kind.__name__, counts=[count(code, number) for code, number in counts[kind]])
        for kind in FACET_KINDS
    ]


def _count_places(codes: Mapping[str, int], within: str | None) -> list[PlaceCount]:
    """Return the counts by the regions directly below ``within``, or by provinces.

    ``codes`` are the counts by place code.
    """
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
    """Return the counts by range of pay; ``pays`` are the counts by yuan a month."""
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
