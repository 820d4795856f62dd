"""Search over an index of the open postings in memory.

The index may be a moment old, so it answers only with keys and counts. The postings of a page are
read from the database, under the condition that they may be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from domain.postings.postings import PostingStatus
from domain.reference.regions import list_children, significant_digits
from domain.search.facets import facet_character, is_facet_character
from domain.search.search_index import Bitmap, SearchIndex, employer_key, region_key
from storage.mongo.client import ChangeStream, Document, Mongo, translate_errors
from storage.mongo.paging import Page, PageRequest
from storage.search.search_query import SearchOrder, SearchQuery

MIN_POSTINGS_FOR_INDEX = 5_000
"""With fewer postings the database answers as fast."""
MAX_POSTINGS_FOR_INDEX = 500_000
"""With more postings no index is kept; 100,000 postings take about 100 MiB."""
PAY_RANGE_STARTS_YUAN = (0, 3_000, 5_000, 8_000, 12_000)
"""The lower bounds of the ranges that pay is counted in, yuan a month."""
POSTINGS_PER_BATCH = 100

_INDEXED_FIELDS = {
    "employer_id": 1,
    "terms.valid_until": 1,
    "verified_until": 1,
    "search.tokens": 1,
    "search.traits": 1,
    "search.pay": 1,
    "search.highest_pay": 1,
}

# A large import stores postings without a search entry, many times as fast as they are indexed.
_CHANGES_OF_INDEX: Document = {
    "$or": [
        {"operationType": "insert", "fullDocument.search": {"$exists": True}},
        {"operationType": "update", "updateDescription.updatedFields.told": {"$exists": False}},
        {"operationType": {"$in": ["replace", "delete"]}},
    ]
}


@dataclass(frozen=True, kw_only=True)
class SearchCounts:
    """How many results have each facet character, place code and monthly pay.

    Places may be summed up to the regions directly below the searched one, and pays to the lower
    bounds in ``PAY_RANGE_STARTS_YUAN``. Unless ``is_complete`` only some of the results are
    counted.
    """

    total: int
    facets: Mapping[str, int]
    places: Mapping[str, int]
    pays: Mapping[int, int]
    is_complete: bool


class MemorySearch:
    """The index of this process; ``workers.posting_index`` fills it and keeps it current.

    ``index`` is None while there is none.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._postings = mongo["postings"]
        self.index: SearchIndex | None = None

    def watch_changes(self) -> AbstractAsyncContextManager[ChangeStream]:
        """A change stream of the ids (``documentKey``) of postings that change from now on.

        It leaves out changes that make no difference to the index: new postings without a search
        entry, and marks that seekers were notified.
        """
        return self._mongo.watch(
            "postings",
            [{"$match": _CHANGES_OF_INDEX}, {"$project": {"documentKey": 1}}],
            max_await_ms=500,
        )

    async def fill_index(self, index: SearchIndex) -> AsyncIterator[int]:
        """Add all open postings to an index; yield their number after each batch.

        It ends early beyond ``MAX_POSTINGS_FOR_INDEX``.
        """
        with translate_errors():
            found = self._postings.find({"status": PostingStatus.OPEN.value}, _INDEXED_FIELDS)
            documents = found.sort([("_id", 1)]).batch_size(POSTINGS_PER_BATCH)
            number = 0
            async for document in documents:
                _index_posting(index, document)
                number += 1
                if number % POSTINGS_PER_BATCH == 0:
                    yield number
                if number > MAX_POSTINGS_FOR_INDEX:
                    break

    async def refresh_postings(self, index: SearchIndex, ids: Sequence[str]) -> None:
        """Bring these postings in the index up to date."""
        with translate_errors():
            where = {"_id": {"$in": list(ids)}, "status": PostingStatus.OPEN.value}
            found = [document async for document in self._postings.find(where, _INDEXED_FIELDS)]
        for posting_id in ids:
            index.drop(posting_id)
        for document in found:
            _index_posting(index, document)

    def page(
        self, query: SearchQuery, order: SearchOrder, wanted: PageRequest
    ) -> Page[Document] | None:
        """The keys of a page; None when only the database can answer."""
        index = self._usable_index(query)
        backward = wanted.backward or wanted.before is not None
        if index is None or backward or order is SearchOrder.DISTANCE:
            return None
        found = _match_query(index, query)
        number = wanted.limit + 1
        if order is SearchOrder.PAY:
            slots = _page_by_pay(index, found, wanted.after, number)
            keys = [_key(index, slot) for slot in slots]
        elif order is SearchOrder.RELEVANCE:
            keys = _page_by_rank(index, _split_by_rank(index, query, found), wanted.after, number)
        else:
            rest = found if wanted.after is None else index.with_id_below(found, wanted.after[0])
            keys = [_key(index, slot) for slot in index.newest_slots(rest, number)]
        return Page(
            items=keys[: wanted.limit],
            has_next=len(keys) > wanted.limit,
            has_previous=wanted.after is not None,
        )

    def count(self, query: SearchQuery) -> SearchCounts | None:
        """The counts of all results; None when only the database can answer."""
        index = self._usable_index(query)
        if index is None:
            return None
        found = _match_query(index, query)
        present = [key for key in index.short_keys() if is_facet_character(key)]
        traits = {trait: (found & index.with_key(trait)).bit_count() for trait in present}
        return SearchCounts(
            total=found.bit_count(),
            facets={trait: number for trait, number in traits.items() if number},
            places=_count_by_place(index, query.region, found),
            pays=dict(_count_by_pay_range(index, found)),
            is_complete=True,
        )

    def _usable_index(self, query: SearchQuery) -> SearchIndex | None:
        """The index, if there is one, it is large enough and it holds all fields of the query."""
        index = self.index
        not_indexed = (
            query.status is not None
            or query.ids is not None
            or query.union_id is not None
            or query.campaign_id is not None
            or query.within_km is not None
            or any(word.is_prefix for word in query.words)
        )
        return (
            None if not_indexed or index is None or len(index) < MIN_POSTINGS_FOR_INDEX else index
        )


def _index_posting(index: SearchIndex, document: Document) -> None:
    """Add a posting, unless it has no search entry or its employer is not verified."""
    search, verified_until = document.get("search"), document.get("verified_until")
    if not search or verified_until is None:
        return
    index.put(
        document["_id"],
        pay=search["pay"],
        highest_pay=search.get("highest_pay", search["pay"]),
        last_day=min(document["terms"]["valid_until"], verified_until),
        keys=(
            employer_key(document["employer_id"]),
            *search["traits"],
            # Tokens of whole titles serve suggestions only.
            *(token for token in search["tokens"] if not token.startswith("=")),
        ),
    )


def _match_query(index: SearchIndex, query: SearchQuery) -> Bitmap:
    bits = index.valid_on(max(query.on, query.open_on or query.on).isoformat())
    for word in query.words:
        bits &= index.with_any_key((*word.strong, *word.weak))
    if query.region is not None:
        bits &= index.with_key(region_key(significant_digits(query.region)))
    if query.employer_id is not None:
        bits &= index.with_key(employer_key(query.employer_id))
    alternatives: tuple[tuple[Any, ...], ...] = (
        query.occupations,
        query.employment_types,
        query.shifts,
        query.intensities,
        query.friendly_to,
        *query.further_codes,
    )
    for codes in filter(None, alternatives):
        bits &= index.with_any_key(map(facet_character, codes))
    for code in (*query.benefits, *query.insurance):
        bits &= index.with_key(facet_character(code))
    if query.pay_from is not None:
        bits = index.with_highest_pay_at_least(bits, query.pay_from)
    if query.pay_to is not None:
        bits ^= index.with_pay_at_least(bits, query.pay_to + 1)
    return bits


def _key(index: SearchIndex, slot: int, rank: int = 0) -> Document:
    return {"_id": index.id_of(slot), "rank": rank, "search": {"pay": index.pay_of(slot)}}


def _page_by_pay(
    index: SearchIndex, found: Bitmap, after: tuple[Any, ...] | None, number: int
) -> list[int]:
    if after is not None:
        pay, posting_id = after
        more, same = index.split_by_pay(found, pay)
        found ^= more | (same ^ index.with_id_below(same, posting_id))
    return index.best_paid_slots(found, number)


def _page_by_rank(
    index: SearchIndex, ranks: Sequence[Bitmap], after: tuple[Any, ...] | None, number: int
) -> list[Document]:
    """The results by rank, best rank first and newest first within it; the last rank is 1."""
    keys: list[Document] = []
    for rank, found in zip(range(len(ranks), 0, -1), ranks, strict=True):
        if after is not None and rank > after[0]:
            continue
        rest = (
            index.with_id_below(found, after[1])
            if after is not None and rank == after[0]
            else found
        )
        slots = index.newest_slots(rest, number - len(keys))
        keys += [_key(index, slot, rank) for slot in slots]
    return keys


def _split_by_rank(index: SearchIndex, query: SearchQuery, found: Bitmap) -> list[Bitmap]:
    """The results of each rank, as ``storage.search.search_query.rank_conditions`` defines them."""
    if not query.words:
        return [found]
    every, some = found, 0
    for word in query.words:
        strong = found & index.with_any_key(word.strong)
        every &= strong
        some |= strong
    if len(query.words) == 1:
        return [every, found ^ every]
    return [every, some ^ every, found ^ some]


def _count_by_place(index: SearchIndex, within: str | None, found: Bitmap) -> Mapping[str, int]:
    """Counts by the regions directly below ``within``; the rest counts for ``within`` itself."""
    counts: Counter[str] = Counter()
    for region in list_children(within):
        mark = region_key(significant_digits(region.code))
        counts[region.code] = (found & index.with_key(mark)).bit_count()
    if within is not None:
        counts[within] = found.bit_count() - counts.total()
    return +counts


def _count_by_pay_range(index: SearchIndex, found: Bitmap) -> Iterator[tuple[int, int]]:
    ranges = _count_ranges(index, found, PAY_RANGE_STARTS_YUAN)
    return ((step, number) for step, number in ranges if number)


def _count_ranges(
    index: SearchIndex, found: Bitmap, steps: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """How many results pay at least each step but less than the next."""
    start, number = 0, found.bit_count()
    for step in steps:
        above = index.with_pay_at_least(found, step).bit_count()
        if step:
            yield start, number - above
        start, number = step, above
    yield start, number
