"""The in-memory index gives the same answers as the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.postings.postings import Posting, PostingStatus
from domain.reference.regions import list_ancestors, region_of
from domain.search.search_index import SearchIndex
from storage.mongo.paging import PageRequest
from storage.search import posting_index as module
from storage.search.posting_index import PAY_RANGE_STARTS_YUAN, SearchCounts
from storage.search.search_query import SearchOrder, SearchQuery
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.storage.search.stored_postings import (
    COMBINED,
    HERE,
    TODAY,
    query,
    store_postings,
    store_tied_postings,
    words,
)
from tests.support import records

QUERIES = [query(), query("叉车"), *(replace(query(near=HERE), **each) for each in COMBINED)]
KNOWN_ORDERS = [SearchOrder.NEWEST, SearchOrder.PAY, SearchOrder.RELEVANCE]


@pytest.fixture(autouse=True)
def of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MIN_POSTINGS_FOR_INDEX", 0)


async def fill_board(store: Store) -> SearchIndex:
    board = SearchIndex()
    async for _ in store.memory_search.fill_index(board):
        pass
    return board


@pytest.fixture
def without_board(store: Store) -> Iterator[None]:
    """Remove the index after the test from the store, which the tests share."""
    yield
    store.memory_search.index = None


async def store_mixed_postings(store: Store) -> None:
    await store_tied_postings(store)
    hidden = {
        "held": records.posting(id="held", status=PostingStatus.IN_REVIEW),
        "past": records.posting(
            id="past", terms=posting_terms(valid_until=TODAY - timedelta(days=1))
        ),
        "unchecked": records.posting(id="unchecked", verified_until=None),
    }
    await store.postings.add([*hidden.values()])


def sum_by_region(places: Mapping[str, int], within: str | None) -> Counter[str]:
    """Sum counts by the regions directly below."""
    counts: Counter[str] = Counter()
    for code, number in places.items():
        region = region_of(code)
        assert region is not None
        path = [*list_ancestors(region), region]
        inside = next((each for each in path if each.parent == within), region)
        counts[inside.code] += number
    return counts


def sum_by_pay_step(pays: Mapping[int, int]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for pay, number in pays.items():
        counts[max(step for step in PAY_RANGE_STARTS_YUAN if step <= pay)] += number
    return counts


def shown_counts(counts: SearchCounts, wanted: SearchQuery) -> tuple[Any, ...]:
    places = sum_by_region(counts.places, wanted.region)
    return (
        counts.total,
        dict(counts.facets),
        places,
        sum_by_pay_step(counts.pays),
        counts.is_complete,
    )


@pytest.mark.usefixtures("without_board")
async def test_counts_and_orders_equal_those_of_the_database(store: Store) -> None:
    await store_mixed_postings(store)
    board = await fill_board(store)
    answered = 0
    for wanted in QUERIES:
        store.memory_search.index = None
        stored = await store.search.count(wanted)
        everything = {
            order: await store.search.page(wanted, order, PageRequest(limit=50))
            for order in KNOWN_ORDERS
        }
        store.memory_search.index = board
        counts = store.memory_search.count(wanted)
        if counts is None:
            continue
        answered += 1
        assert shown_counts(counts, wanted) == shown_counts(stored, wanted)
        for order, page in everything.items():
            keys = [hit.key for hit in page.items]
            after = [None, *keys[::3]]
            for key in after:
                rest = keys[keys.index(key) + 1 :] if key else keys
                chosen = store.memory_search.page(wanted, order, PageRequest(limit=4, after=key))
                assert chosen is not None
                assert [each["_id"] for each in chosen.items] == [each[-1] for each in rest[:4]]
                assert (chosen.has_next, chosen.has_previous) == (len(rest) > 4, key is not None)
            whole = await store.search.page(wanted, order, PageRequest(limit=50))
            assert [(hit.posting, hit.key) for hit in whole.items] == [
                (hit.posting, hit.key) for hit in page.items
            ]
    assert answered > 60


@pytest.mark.usefixtures("without_board")
async def test_a_suspended_posting_is_hidden_before_the_index_follows(store: Store) -> None:
    await store_postings(store, a=posting_terms(), b=posting_terms())
    store.memory_search.index = await fill_board(store)
    before: Posting = (await store.postings.by_ids(["a"]))["a"]
    await store.postings.update_if_unchanged(
        before, replace(before, status=PostingStatus.CLOSED, version=2)
    )
    page = await store.search.page(query("电工"), SearchOrder.NEWEST, PageRequest(limit=5))
    assert [hit.posting.id for hit in page.items] == ["b"]
    assert (await store.search.count(query("电工"))).total == 2
    await store.memory_search.refresh_postings(store.memory_search.index, ["a", "b", "none"])
    assert (await store.search.count(query("电工"))).total == 1


@pytest.mark.usefixtures("without_board")
async def test_the_database_answers_when_the_index_is_small_or_not_ready(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_postings(store, a=posting_terms(title="焊工"))
    boards = store.memory_search
    part = PageRequest(limit=5)
    assert boards.count(query("焊工")) is None
    boards.index = await fill_board(store)
    assert boards.count(query("焊工")) is not None
    for beyond in (
        query(status=PostingStatus.IN_REVIEW),
        query(ids=("a",)),
        query(near=HERE, within_km=5),
        SearchQuery(on=TODAY, words=words("焊")),
    ):
        assert boards.count(beyond) is None
        assert boards.page(beyond, SearchOrder.NEWEST, part) is None
    assert boards.page(query("焊工", near=HERE), SearchOrder.DISTANCE, part) is None
    assert (
        boards.page(query("焊工"), SearchOrder.NEWEST, PageRequest(limit=5, backward=True)) is None
    )
    assert (
        boards.page(query("焊工"), SearchOrder.NEWEST, PageRequest(limit=5, before=("z",))) is None
    )
    monkeypatch.setattr(module, "MIN_POSTINGS_FOR_INDEX", 2)
    assert boards.count(query("焊工")) is None


async def test_filling_stops_over_the_limit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_POSTINGS_FOR_INDEX", 2)
    monkeypatch.setattr(module, "POSTINGS_PER_BATCH", 2)
    await store_postings(store, **{each: posting_terms() for each in "abcdef"})
    board = SearchIndex()
    assert [number async for number in store.memory_search.fill_index(board)] == [2]
    assert len(board) == 3
