"""The worker builds missing search entries while the service runs."""

from __future__ import annotations

import pytest

from domain.search.query_parser import parse_search
from realtime.background import Schedule
from storage.mongo.client import StorageUnavailable
from storage.mongo.paging import PageRequest
from storage.search.search_query import SearchOrder, SearchQuery
from storage.store import Store
from tests.support import records
from tests.support.waiting import wait_until
from workers.search_entries import SearchEntryWriter

QUERY = SearchQuery(on=records.FIXED_NOW.date(), words=parse_search("电工", ("search",)))


async def add_outdated_postings(store: Store, number: int) -> None:
    await store.postings.add([records.posting() for _ in range(number)])
    await store.mongo["postings"].update_many({}, {"$unset": {"search": ""}})


async def count_found(store: Store) -> int:
    return len((await store.search.page(QUERY, SearchOrder.NEWEST, PageRequest(limit=50))).items)


async def test_stale_entries_are_rebuilt_in_batches(
    store: Store,
) -> None:
    await add_outdated_postings(store, 5)
    assert await count_found(store) == 0
    assert await SearchEntryWriter(store, postings_per_batch=2).run() == 5
    assert await count_found(store) == 5
    assert await SearchEntryWriter(store).run() == 0


async def test_the_worker_rebuilds_entries_and_recovers_from_a_database_fault(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh = store.search_entries.rebuild_stale
    failures = iter([StorageUnavailable("no primary")])

    async def failing_first(limit: int) -> int:
        for failure in failures:
            raise failure
        return await refresh(limit)

    monkeypatch.setattr(store.search_entries, "rebuild_stale", failing_first)
    await add_outdated_postings(store, 3)
    often = Schedule(interval_seconds=0.01, first_retry_seconds=0.01)
    running = SearchEntryWriter(store, schedule=often)
    running.start()

    async def all_found() -> bool:
        return await count_found(store) == 3

    await wait_until(all_found)
    await running.close()


async def test_closing_before_the_start_does_nothing(store: Store) -> None:
    await SearchEntryWriter(store).close()
