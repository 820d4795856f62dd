"""The orders of postings, and the keyset of each."""

from collections.abc import Callable
from enum import Enum
from typing import Any

import strawberry

from schema.relay import Keyset, parse_whole_number
from storage.search.posting_search import SearchHit
from storage.search.search_query import SearchOrder


@strawberry.enum(description="How postings are ordered.")
class PostingOrder(Enum):
    NEWEST = strawberry.enum_value("NEWEST", description="The newest first.")
    PAY = strawberry.enum_value("PAY", description="The highest basic pay of a month first.")
    RELEVANCE = strawberry.enum_value(
        "RELEVANCE",
        description="Postings with all words of the search in the title first, then those with "
        "some, then the others. Among equals the newest is first.",
    )
    DISTANCE = strawberry.enum_value(
        "DISTANCE", description="The nearest to `filter.near` first. It needs `filter.near`."
    )


def _parse_distance_key(parts: list[str]) -> tuple[Any, ...]:
    metres = float(parts[0])
    if not 0 <= metres < 1e8:
        raise ValueError("not a distance on earth")
    return metres, parts[1]


def _build_keyset(
    order: SearchOrder, name: str, parse: Callable[[list[str]], tuple[Any, ...]] = tuple
) -> Keyset[SearchHit]:
    return Keyset(
        name=name,
        order=order.value,
        key=lambda hit: tuple(map(str, hit.key)),
        parse=parse,
    )


POSTING_KEYSETS: dict[SearchOrder, Keyset[SearchHit]] = {
    SearchOrder.NEWEST: _build_keyset(SearchOrder.NEWEST, "postings"),
    SearchOrder.PAY: _build_keyset(
        SearchOrder.PAY, "postings-by-pay", lambda parts: (parse_whole_number(parts[0]), parts[1])
    ),
    SearchOrder.RELEVANCE: _build_keyset(
        SearchOrder.RELEVANCE,
        "postings-by-relevance",
        lambda parts: (parse_whole_number(parts[0]), parts[1]),
    ),
    SearchOrder.DISTANCE: _build_keyset(
        SearchOrder.DISTANCE, "postings-by-distance", _parse_distance_key
    ),
}
