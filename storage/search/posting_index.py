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
from domain.reference.regions import children, significant_digits
from domain.search.bitset_index import Bits, Board, employer_mark, region_mark
from domain.search.facets import TRAITS, trait_of
from storage.mongo.client import ChangeStream, Document, Mongo, translated
from storage.mongo.paging import Page, Slice
from storage.search.search_query import SearchOrder, SearchQuery

LEAST = 5_000
"""With fewer postings the database answers as fast, and without delay."""
MOST = 500_000
"""With more the database answers alone; 100,000 take about 100 MiB."""
PAY_STEPS = (0, 3_000, 5_000, 8_000, 12_000)
"""Where the ranges begin by which pay is counted, yuan a month."""
READ_AT_ONCE = 100

_READ = {
    "employer_id": 1,
    "terms.valid_until": 1,
    "verified_until": 1,
    "search.tokens": 1,
    "search.traits": 1,
    "search.pay": 1,
}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many of what was found have a trait, a place code or a monthly pay.

    Places may be summed up to the regions directly below the one that was searched, and pays to
    the beginning of their range in ``PAY_STEPS``. Without ``complete`` there are more than these.
    """

    total: int
    traits: Mapping[str, int]
    places: Mapping[str, int]
    pays: Mapping[int, int]
    complete: bool


class Boards:
    """The board of this process, if it has one; who keeps it is in ``workers.posting_index``."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._postings = mongo["postings"]
        self.current: Board | None = None

    def changes(self) -> AbstractAsyncContextManager[ChangeStream]:
        """The postings that change from now on, by ``documentKey``."""
        kinds = ["insert", "update", "replace", "delete"]
        return self._mongo.watch(
            "postings",
            [{"$match": {"operationType": {"$in": kinds}}}, {"$project": {"documentKey": 1}}],
            max_await_ms=500,
        )

    async def fill(self, board: Board) -> AsyncIterator[int]:
        """Put all open postings in; it yields after each batch, and ends beyond ``MOST``."""
        with translated():
            found = self._postings.find({"status": PostingStatus.OPEN.value}, _READ)
            documents = found.sort([("_id", 1)]).batch_size(READ_AT_ONCE)
            number = 0
            async for document in documents:
                _put(board, document)
                number += 1
                if number % READ_AT_ONCE == 0:
                    yield number
                if number > MOST:
                    break

    async def refresh(self, board: Board, ids: Sequence[str]) -> None:
        """Let the board have these postings as they are now."""
        with translated():
            where = {"_id": {"$in": list(ids)}, "status": PostingStatus.OPEN.value}
            found = [document async for document in self._postings.find(where, _READ)]
        for posting_id in ids:
            board.drop(posting_id)
        for document in found:
            _put(board, document)

    def page(self, query: SearchQuery, order: SearchOrder, wanted: Slice) -> Page[Document] | None:
        """The keys of a page; None when the database has to be asked."""
        board = self._answering(query)
        backward = wanted.backward or wanted.before is not None
        if board is None or backward or order is SearchOrder.DISTANCE:
            return None
        found = _found(board, query)
        number = wanted.limit + 1
        if order is SearchOrder.PAY:
            slots = _by_pay(board, found, wanted.after, number)
            keys = [_key(board, slot) for slot in slots]
        elif order is SearchOrder.RELEVANCE:
            keys = _by_rank(board, _ranks(board, query, found), wanted.after, number)
        else:
            rest = found if wanted.after is None else board.before(found, wanted.after[0])
            keys = [_key(board, slot) for slot in board.newest(rest, number)]
        return Page(
            items=keys[: wanted.limit],
            has_next=len(keys) > wanted.limit,
            has_previous=wanted.after is not None,
        )

    def count(self, query: SearchQuery) -> Counted | None:
        """The counts of all that is found; None when the database has to be asked."""
        board = self._answering(query)
        if board is None:
            return None
        found = _found(board, query)
        traits = {trait: (found & board.having(trait)).bit_count() for trait in TRAITS}
        return Counted(
            total=found.bit_count(),
            traits={trait: number for trait, number in traits.items() if number},
            places=_places(board, query.region, found),
            pays=dict(_pays(board, found)),
            complete=True,
        )

    def _answering(self, query: SearchQuery) -> Board | None:
        """The board, if it is large enough and knows all that is asked."""
        board = self.current
        beyond = (
            query.status is not None
            or query.ids is not None
            or query.union_id is not None
            or query.within_km is not None
            or any(word.begins for word in query.words)
        )
        return None if beyond or board is None or len(board) < LEAST else board


def _put(board: Board, document: Document) -> None:
    """Put the posting in, unless it is not findable yet, or its employer's check does not count."""
    search, verified_until = document.get("search"), document.get("verified_until")
    if not search or verified_until is None:
        return
    board.put(
        document["_id"],
        pay=search["pay"],
        last_day=min(document["terms"]["valid_until"], verified_until),
        marks=(
            employer_mark(document["employer_id"]),
            *search["traits"],
            # Whole titles are looked for by suggestions alone.
            *(token for token in search["tokens"] if not token.startswith("=")),
        ),
    )


def _found(board: Board, query: SearchQuery) -> Bits:
    bits = board.shown(max(query.on, query.open_on or query.on).isoformat())
    for word in query.words:
        bits &= board.either((*word.strong, *word.weak))
    if query.region is not None:
        bits &= board.having(region_mark(significant_digits(query.region)))
    if query.employer_id is not None:
        bits &= board.having(employer_mark(query.employer_id))
    alternatives: tuple[tuple[Any, ...], ...] = (
        query.occupations,
        query.employment_types,
        query.shifts,
        query.intensities,
        query.friendly_to,
    )
    for codes in filter(None, alternatives):
        bits &= board.either(map(trait_of, codes))
    for code in (*query.benefits, *query.insurance):
        bits &= board.having(trait_of(code))
    if query.pay_from is not None:
        bits = board.at_least(bits, query.pay_from)
    if query.pay_to is not None:
        bits ^= board.at_least(bits, query.pay_to + 1)
    return bits


def _key(board: Board, slot: int, rank: int = 0) -> Document:
    return {"_id": board.id_of(slot), "rank": rank, "search": {"pay": board.pay_of(slot)}}


def _by_pay(board: Board, found: Bits, after: tuple[Any, ...] | None, number: int) -> list[int]:
    if after is not None:
        pay, posting_id = after
        more, same = board.paying(found, pay)
        found ^= more | (same ^ board.before(same, posting_id))
    return board.best_paid(found, number)


def _by_rank(
    board: Board, ranks: Sequence[Bits], after: tuple[Any, ...] | None, number: int
) -> list[Document]:
    """The newest of each rank after those of the better ones; the last has rank 1."""
    keys: list[Document] = []
    for rank, found in zip(range(len(ranks), 0, -1), ranks, strict=True):
        if after is not None and rank > after[0]:
            continue
        rest = board.before(found, after[1]) if after is not None and rank == after[0] else found
        slots = board.newest(rest, number - len(keys))
        keys += [_key(board, slot, rank) for slot in slots]
    return keys


def _ranks(board: Board, query: SearchQuery, found: Bits) -> list[Bits]:
    """What ``storage.search.search_query.ranked`` says, of what is found."""
    if not query.words:
        return [found]
    every, some = found, 0
    for word in query.words:
        strong = found & board.either(word.strong)
        every &= strong
        some |= strong
    if len(query.words) == 1:
        return [every, found ^ every]
    return [every, some ^ every, found ^ some]


def _places(board: Board, within: str | None, found: Bits) -> Mapping[str, int]:
    """By the regions directly below; what lies in none of them is the region's own."""
    counts: Counter[str] = Counter()
    for region in children(within):
        mark = region_mark(significant_digits(region.code))
        counts[region.code] = (found & board.having(mark)).bit_count()
    if within is not None:
        counts[within] = found.bit_count() - counts.total()
    return +counts


def _pays(board: Board, found: Bits) -> Iterator[tuple[int, int]]:
    ranges = _ranges(board, found, PAY_STEPS)
    return ((step, number) for step, number in ranges if number)


def _ranges(board: Board, found: Bits, steps: Iterable[int]) -> Iterator[tuple[int, int]]:
    """How many pay each step or more, but not the next."""
    start, number = 0, found.bit_count()
    for step in steps:
        above = board.at_least(found, step).bit_count()
        if step:
            yield start, number - above
        start, number = step, above
    yield start, number
