"""The in-memory index of postings follows the stored postings while the service runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from domain.postings.postings import PostingStatus
from domain.search import search_index as board_module
from domain.search.query_parser import parse_search
from domain.search.search_index import SearchIndex
from realtime.background import Schedule
from storage.mongo.client import StorageUnavailable
from storage.mongo.paging import PageRequest
from storage.search import posting_index as storage_module
from storage.search.search_query import SearchOrder, SearchQuery
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.waiting import wait_until
from workers.posting_index import SearchIndexFollower

OFTEN = Schedule(first_retry_seconds=0.01)


@asynccontextmanager
async def run_index(store: Store, **limits: Any) -> AsyncIterator[Callable[[], int]]:
    """Run the index worker; yield a function that returns its number of postings, -1 for none."""
    keeper = SearchIndexFollower(store.memory_search, schedule=OFTEN, **limits)
    keeper.start()

    def number() -> int:
        return -1 if store.memory_search.index is None else len(store.memory_search.index)

    try:
        yield number
    finally:
        await keeper.close()


async def close_posting(store: Store, posting_id: str) -> None:
    before = (await store.postings.by_ids([posting_id]))[posting_id]
    after = replace(before, status=PostingStatus.CLOSED, version=before.version + 1)
    assert await store.postings.update_if_unchanged(before, after)


async def test_the_index_holds_the_open_postings_and_follows_every_change(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_module, "POSTINGS_PER_BATCH", 2)
    await store.postings.add([records.posting(id=each) for each in "abc"])
    async with run_index(store) as number:
        await wait_until(lambda: number() == 3)
        await store.postings.add([records.posting(id=each) for each in "de"])
        await wait_until(lambda: number() == 5)
        await close_posting(store, "a")
        await wait_until(lambda: number() == 4)
        await store.mongo["postings"].delete_one({"_id": "b"})
        await wait_until(lambda: number() == 3)
    assert number() == -1


async def test_stored_and_changed_postings_are_found_by_their_words(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_module, "MIN_POSTINGS_FOR_INDEX", 0)
    wanted = {
        text: SearchQuery(on=records.FIXED_NOW.date(), words=parse_search(text, ("search",)))
        for text in ("焊工", "电工")
    }

    async def found(text: str) -> int:
        page = await store.search.page(wanted[text], SearchOrder.RELEVANCE, PageRequest(limit=9))
        counts = await store.search.count(wanted[text])
        return len(page.items) if counts.total == len(page.items) else -1

    async with run_index(store) as number:
        await wait_until(lambda: number() == 0)
        posting = records.posting()
        await store.postings.add([posting])
        await wait_until(lambda: finds_count(found, "电工", 1))
        after = replace(posting, terms=posting_terms(title="焊工"), version=2)
        assert await store.postings.update_if_unchanged(posting, after)
        await wait_until(lambda: finds_count(found, "焊工", 1))
        await close_posting(store, posting.id)
        # It leaves every page at once, and the counts a moment later.
        page = await store.search.page(wanted["焊工"], SearchOrder.NEWEST, PageRequest(limit=9))
        assert list(page.items) == []
        await wait_until(lambda: finds_count(found, "焊工", 0))


async def finds_count(found: Callable[[str], Awaitable[int]], text: str, number: int) -> bool:
    return await found(text) == number


async def test_a_fragmented_index_is_rebuilt(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "MAX_UNORDERED_SLOTS", 1)
    monkeypatch.setattr(board_module, "_SLOTS_PER_STEP", 1)
    await store.postings.add([records.posting(id=each) for each in "cdef"])
    async with run_index(store) as number:
        await wait_until(lambda: number() == 4)
        worn = store.memory_search.index
        await store.postings.add([records.posting(id=each) for each in "ab"])
        await wait_until(lambda: number() == 6 and store.memory_search.index is not worn)
        board = store.memory_search.index
        assert board is not None
        everything = board.valid_on(records.FIXED_NOW.date().isoformat())
        assert [board.id_of(slot) for slot in board.newest_slots(everything, 9)] == list("fedcba")


async def test_a_database_over_the_limit_is_not_indexed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.postings.add([records.posting(id=each) for each in "ab"])
    fills: list[SearchIndex] = []
    fill = store.memory_search.fill_index

    def counted(board: SearchIndex) -> AsyncIterator[int]:
        fills.append(board)
        return fill(board)

    monkeypatch.setattr(store.memory_search, "fill_index", counted)
    async with run_index(store, max_postings=1, too_large_retry_seconds=0.01) as number:
        await wait_until(lambda: len(fills) > 1)
        assert number() == -1
        await close_posting(store, "a")
        await wait_until(lambda: number() == 1)
        await store.postings.add([records.posting(id="c")])
        await wait_until(lambda: number() == -1)


async def test_the_index_recovers_after_the_database_does_not_answer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = store.memory_search.watch_changes
    failures = iter([StorageUnavailable("no primary")])

    def failing_first() -> object:
        for failure in failures:
            raise failure
        return changes()

    monkeypatch.setattr(store.memory_search, "watch_changes", failing_first)
    await store.postings.add([records.posting(id="a")])
    async with run_index(store) as number:
        await wait_until(lambda: number() == 1)


async def test_changes_that_make_no_difference_to_the_index_are_left_out(store: Store) -> None:
    async with store.memory_search.watch_changes() as stream:
        await store.postings.add([records.posting(id="imported")], findable=False)
        posting = records.posting(id="submitted")
        await store.postings.add([posting])
        await store.jobs.mark_notified([posting])
        await close_posting(store, "submitted")
        await close_posting(store, "imported")
        changed = [(await anext(stream))["documentKey"]["_id"] for _ in range(3)]
    assert changed == ["submitted", "submitted", "imported"]
