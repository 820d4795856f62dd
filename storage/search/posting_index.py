"""Open postings in memory, by which searches are counted and their pages chosen.

What it holds may be a moment old, so it gives keys and counts and nothing else: whether a posting
may be shown is asked of the database, where its page is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from domain.postings.postings import PostingStatus
from domain.reference.regions import list_children, significant_digits
from domain.search.facets import FACET_CHARACTERS, facet_character
from domain.search.search_index import Bitmap, SearchIndex, employer_key, region_key
from storage.mongo.client import ChangeStream, Document, Mongo, translate_errors
from storage.mongo.paging import Page, PageRequest
from storage.search.search_query import SearchOrder, SearchQuery

MIN_POSTINGS_FOR_INDEX = 5_000
"""With fewer postings the database answers as fast, and without delay."""
MAX_POSTINGS_FOR_INDEX = 500_000
"""With more the database answers alone; 100,000 take about 100 MiB."""
PAY_RANGE_STARTS_YUAN = (0, 3_000, 5_000, 8_000, 12_000)
"""Where the ranges begin by which pay is counted, yuan a month."""
POSTINGS_PER_BATCH = 100

_INDEXED_FIELDS = {
    "employer_id": 1,
    "terms.valid_until": 1,
    "verified_until": 1,
    "search.tokens": 1,
    "search.traits": 1,
    "search.pay": 1,
}


@dataclass(frozen=True, kw_only=True)
class SearchCounts:
    """How many of what was found have a trait, a place code or a monthly pay.

    Places may be summed up to the regions directly below the one that was searched, and pays to
    the beginning of their range in ``PAY_STEPS``. Without ``complete`` there are more than these.
    """

    total: int
    facets: Mapping[str, int]
    places: Mapping[str, int]
    pays: Mapping[int, int]
    is_complete: bool


class MemorySearch:
    """The board of this process, if it has one; who keeps it is in ``workers.posting_index``."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._postings = mongo["postings"]
        self.index: SearchIndex | None = None

    def watch_changes(self) -> AbstractAsyncContextManager[ChangeStream]:
        """The postings that change from now on, by ``documentKey``."""
        kinds = ["insert", "update", "replace", "delete"]
        return self._mongo.watch(
            "postings",
            [{"$match": {"operationType": {"$in": kinds}}}, {"$project": {"documentKey": 1}}],
            max_await_ms=500,
        )

    async def fill_index(self, board: SearchIndex) -> AsyncIterator[int]:
        """Put all open postings in; it yields after each batch, and ends beyond ``MOST``."""
        with translate_errors():
            found = self._postings.find({"status": PostingStatus.OPEN.value}, _INDEXED_FIELDS)
            documents = found.sort([("_id", 1)]).batch_size(POSTINGS_PER_BATCH)
            number = 0
            async for document in documents:
                _index_posting(board, document)
                number += 1
                if number % POSTINGS_PER_BATCH == 0:
                    yield number
                if number > MAX_POSTINGS_FOR_INDEX:
                    break

    async def refresh_postings(self, board: SearchIndex, ids: Sequence[str]) -> None:
        """Let the board have these postings as they are now."""
        with translate_errors():
            where = {"_id": {"$in": list(ids)}, "status": PostingStatus.OPEN.value}
            found = [document async for document in self._postings.find(where, _INDEXED_FIELDS)]
        for posting_id in ids:
            board.drop(posting_id)
        for document in found:
            _index_posting(board, document)

    def page(
        self, query: SearchQuery, order: SearchOrder, wanted: PageRequest
    ) -> Page[Document] | None:
        """The keys of a page; None when the database has to be asked."""
        board = self._usable_index(query)
        backward = wanted.backward or wanted.before is not None
        if board is None or backward or order is SearchOrder.DISTANCE:
            return None
        found = _match_query(board, query)
        number = wanted.limit + 1
        if order is SearchOrder.PAY:
            slots = _page_by_pay(board, found, wanted.after, number)
            keys = [_key(board, slot) for slot in slots]
        elif order is SearchOrder.RELEVANCE:
            keys = _page_by_rank(board, _split_by_rank(board, query, found), wanted.after, number)
        else:
            rest = found if wanted.after is None else board.with_id_below(found, wanted.after[0])
            keys = [_key(board, slot) for slot in board.newest_slots(rest, number)]
        return Page(
            items=keys[: wanted.limit],
            has_next=len(keys) > wanted.limit,
            has_previous=wanted.after is not None,
        )

    def count(self, query: SearchQuery) -> SearchCounts | None:
        """The counts of all that is found; None when the database has to be asked."""
        board = self._usable_index(query)
        if board is None:
            return None
        found = _match_query(board, query)
        traits = {trait: (found & board.with_key(trait)).bit_count() for trait in FACET_CHARACTERS}
        return SearchCounts(
            total=found.bit_count(),
            facets={trait: number for trait, number in traits.items() if number},
            places=_count_by_place(board, query.region, found),
            pays=dict(_count_by_pay_range(board, found)),
            is_complete=True,
        )

    def _usable_index(self, query: SearchQuery) -> SearchIndex | None:
        """The board, if it is large enough and knows all that is asked."""
        board = self.index
        beyond = (
            query.status is not None
            or query.ids is not None
            or query.union_id is not None
            or query.within_km is not None
            or any(word.is_prefix for word in query.words)
        )
        return None if beyond or board is None or len(board) < MIN_POSTINGS_FOR_INDEX else board


def _index_posting(board: SearchIndex, document: Document) -> None:
    """Put the posting in, unless it is not findable yet, or its employer's check does not count."""
    search, verified_until = document.get("search"), document.get("verified_until")
    if not search or verified_until is None:
        return
    board.put(
        document["_id"],
        pay=search["pay"],
        last_day=min(document["terms"]["valid_until"], verified_until),
        keys=(
            employer_key(document["employer_id"]),
            *search["traits"],
            # Whole titles are looked for by suggestions alone.
            *(token for token in search["tokens"] if not token.startswith("=")),
        ),
    )


def _match_query(board: SearchIndex, query: SearchQuery) -> Bitmap:
    bits = board.valid_on(max(query.on, query.open_on or query.on).isoformat())
    for word in query.words:
        bits &= board.with_any_key((*word.strong, *word.weak))
    if query.region is not None:
        bits &= board.with_key(region_key(significant_digits(query.region)))
    if query.employer_id is not None:
        bits &= board.with_key(employer_key(query.employer_id))
    alternatives: tuple[tuple[Any, ...], ...] = (
        query.occupations,
        query.employment_types,
        query.shifts,
        query.intensities,
        query.friendly_to,
    )
    for codes in filter(None, alternatives):
        bits &= board.with_any_key(map(facet_character, codes))
    for code in (*query.benefits, *query.insurance):
        bits &= board.with_key(facet_character(code))
    if query.pay_from is not None:
        bits = board.with_pay_at_least(bits, query.pay_from)
    if query.pay_to is not None:
        bits ^= board.with_pay_at_least(bits, query.pay_to + 1)
    return bits


def _key(board: SearchIndex, slot: int, rank: int = 0) -> Document:
    return {"_id": board.id_of(slot), "rank": rank, "search": {"pay": board.pay_of(slot)}}


def _page_by_pay(
    board: SearchIndex, found: Bitmap, after: tuple[Any, ...] | None, number: int
) -> list[int]:
    if after is not None:
        pay, posting_id = after
        more, same = board.split_by_pay(found, pay)
        found ^= more | (same ^ board.with_id_below(same, posting_id))
    return board.best_paid_slots(found, number)


def _page_by_rank(
    board: SearchIndex, ranks: Sequence[Bitmap], after: tuple[Any, ...] | None, number: int
) -> list[Document]:
    """The newest of each rank after those of the better ones; the last has rank 1."""
    keys: list[Document] = []
    for rank, found in zip(range(len(ranks), 0, -1), ranks, strict=True):
        if after is not None and rank > after[0]:
            continue
        rest = (
            board.with_id_below(found, after[1])
            if after is not None and rank == after[0]
            else found
        )
        slots = board.newest_slots(rest, number - len(keys))
        keys += [_key(board, slot, rank) for slot in slots]
    return keys


def _split_by_rank(board: SearchIndex, query: SearchQuery, found: Bitmap) -> list[Bitmap]:
    """What ``storage.search.search_query.ranked`` says, of what is found."""
    if not query.words:
        return [found]
    every, some = found, 0
    for word in query.words:
        strong = found & board.with_any_key(word.strong)
        every &= strong
        some |= strong
    if len(query.words) == 1:
        return [every, found ^ every]
    return [every, some ^ every, found ^ some]


def _count_by_place(board: SearchIndex, within: str | None, found: Bitmap) -> Mapping[str, int]:
    """By the regions directly below; what lies in none of them is the region's own."""
    counts: Counter[str] = Counter()
    for region in list_children(within):
        mark = region_key(significant_digits(region.code))
        counts[region.code] = (found & board.with_key(mark)).bit_count()
    if within is not None:
        counts[within] = found.bit_count() - counts.total()
    return +counts


def _count_by_pay_range(board: SearchIndex, found: Bitmap) -> Iterator[tuple[int, int]]:
    ranges = _count_ranges(board, found, PAY_RANGE_STARTS_YUAN)
    return ((step, number) for step, number in ranges if number)


def _count_ranges(
    board: SearchIndex, found: Bitmap, steps: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """How many pay each step or more, but not the next."""
    start, number = 0, found.bit_count()
    for step in steps:
        above = board.with_pay_at_least(found, step).bit_count()
        if step:
            yield start, number - above
        start, number = step, above
    yield start, number
