"""The importer writes each row once, in turns between imports, and makes postings searchable."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.exchange.imports import ImportStatus, RawRow, RowOutcome
from domain.search.search_entries import SEARCH_ENTRY_VERSION
from services.live.sessions import LiveSessionControl
from storage.clock import utc_now
from storage.store import Store
from tests.support import records
from tests.support.waiting import wait_until
from tests.workers.importer.queued_imports import (
    KEYS,
    count_found,
    create_importer,
    numbered_chunks,
    posting_row,
    queue_import,
    read_import,
    row_outcomes,
)
from workers import importer as module
from workers.importer import Importer
from workers.search_entries import SearchEntryWriter


async def test_an_import_is_written_chunk_by_chunk(store: Store, importer: Importer) -> None:
    one = await queue_import(store, numbered_chunks(3, 2))
    assert await importer.run() == 3
    done = await read_import(store, one)
    assert (done.status, done.active, done.accepted, done.processed_rows) == (
        ImportStatus.DONE,
        False,
        6,
        6,
    )
    assert done.started_at is not None
    assert done.finished_at is not None
    assert await row_outcomes(store, one) == [
        (2 + place, RowOutcome.ACCEPTED) for place in range(6)
    ]
    assert await store.mongo["import_chunks"].count_documents({}) == 0


async def test_rows_of_a_small_table_are_searchable_at_once(
    store: Store, importer: Importer
) -> None:
    employer = records.employer()
    await store.employers.add([employer])
    await queue_import(store, numbered_chunks(2, 2), employer)
    await importer.run()
    assert (await count_found(store, "检修"), await count_found(store, "叉车")) == (4, 0)
    changed = RawRow(
        number=2,
        cells=tuple(
            cell.replace("检修", "叉车") if key == "duties" else cell
            for key, cell in zip(KEYS, posting_row(2, "0-0").cells, strict=True)
        ),
    )
    await queue_import(store, [[changed]], employer)
    await importer.run()
    assert (await count_found(store, "检修"), await count_found(store, "叉车")) == (3, 1)


async def test_rows_of_a_large_table_become_searchable_newest_first(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ROWS_SEARCHABLE_AT_ONCE", 3)
    await queue_import(store, numbered_chunks(2, 2))
    await importer.run()
    assert await count_found(store, "检修") == 0
    assert await store.search_entries.rebuild_stale(1) == 1
    (newest,) = await store.mongo["postings"].find({}).sort("_id", -1).limit(1).to_list(1)
    assert newest["search"]["version"] == SEARCH_ENTRY_VERSION
    searching = SearchEntryWriter(store)
    searching.start()

    async def all_are() -> bool:
        return await count_found(store, "检修") == 4

    await wait_until(all_are)
    await searching.close()


async def test_imports_take_turns(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PARTS_PER_TURN", 1)
    early, late = utc_now() - timedelta(minutes=2), utc_now() - timedelta(minutes=1)
    first = await queue_import(store, numbered_chunks(2, 1), updated_at=early)
    second_one = await queue_import(store, numbered_chunks(2, 1), updated_at=late)
    await importer.run()
    rows = store.mongo["import_rows"].find({}).sort([("at", 1)])
    assert [document["import_id"] async for document in rows] == [
        first.id,
        second_one.id,
        first.id,
        second_one.id,
    ]


async def test_a_chunk_planned_by_two_nodes_is_written_once(
    store: Store,
    other_store: Store,
    desk: LiveSessionControl,
    importer: Importer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = await queue_import(store, numbered_chunks(4, 5))

    async def given(*_: Any) -> bool:
        return True

    other = create_importer(other_store, desk, "two")
    # As with a clock that is far behind: both nodes believe that they hold the lease.
    for each in (importer, other):
        monkeypatch.setattr(each, "_take_lease", given)
    written = await asyncio.gather(importer.run(), other.run())
    assert sum(written) == 4
    done = await read_import(store, one)
    assert (done.status, done.accepted, done.duplicates) == (ImportStatus.DONE, 20, 0)
    assert await store.mongo["postings"].count_documents({}) == 20
    assert len(await row_outcomes(store, one)) == 20


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_chunk_sees_the_changes_of_the_one_before(
    store: Store, importer: Importer, dry_run: bool
) -> None:
    again = posting_row(2, "a")
    dearer = RawRow(
        number=3,
        cells=tuple(
            "7000" if key == "pay.amount" else cell
            for key, cell in zip(KEYS, again.cells, strict=True)
        ),
    )
    employer = records.employer()
    await store.employers.add([employer])
    await queue_import(store, [[again]], employer)
    await importer.run()
    numbered = [[dearer], [replace(again, number=4)], [replace(again, number=5)]]
    one = await queue_import(store, numbered, employer, dry_run=dry_run)
    await importer.run()
    assert await row_outcomes(store, one) == [
        (3, RowOutcome.ACCEPTED),
        (4, RowOutcome.ACCEPTED),
        (5, RowOutcome.DUPLICATE),
    ]
    (stored,) = await store.postings.by_external_ids([(employer.id, "a")])
    assert (stored.revision, stored.terms.pay.from_fen) == (1 if dry_run else 3, 650_000)


async def test_a_node_without_the_lease_does_nothing(
    store: Store, desk: LiveSessionControl, importer: Importer
) -> None:
    await queue_import(store, numbered_chunks(1, 1))
    at = utc_now()
    assert await store.leases.acquire("imports", "two", at=at, until=at + timedelta(minutes=1))
    assert await importer.run() == 0


async def test_a_woken_importer_runs_the_import_and_releases_the_lease(
    store: Store, importer: Importer
) -> None:
    importer.start()
    one = await queue_import(store, numbered_chunks(1, 2))
    importer.wake()

    async def is_done() -> bool:
        return not (await read_import(store, one)).active

    await wait_until(is_done)
    await importer.close()
    assert await store.mongo["leases"].count_documents({"_id": "imports"}) == 0


async def test_closing_before_the_start_does_nothing(importer: Importer) -> None:
    await importer.close()
