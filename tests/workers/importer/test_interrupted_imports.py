"""Imports that are interrupted, cancelled, broken or overtaken, and an importer that is closed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.exchange.imports import ImportStatus, RowOutcome
from domain.postings.lifecycle import close_posting
from domain.postings.postings import CloseReason
from services.exchange.posting_import_planner import PostingImportPlanner
from services.live.sessions import LiveSessionControl
from storage.clock import utc_now
from storage.mongo.client import StorageUnavailable
from storage.store import Store
from tests.support import records
from tests.workers.importer.queued_imports import (
    create_importer,
    numbered_chunks,
    posting_row,
    queue_import,
    read_import,
    row_outcomes,
)
from workers import importer as module
from workers.importer import Importer


async def test_an_interrupted_import_resumes_where_it_stopped(
    store: Store, desk: LiveSessionControl, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await queue_import(store, numbered_chunks(3, 2))
    plan = PostingImportPlanner.plan
    calls = 0

    async def failing(self: Any, rows: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise StorageUnavailable("gone")
        return await plan(self, rows)

    with monkeypatch.context() as patched:
        patched.setattr(PostingImportPlanner, "plan", failing)
        with pytest.raises(StorageUnavailable):
            await importer.run()
    half = await read_import(store, one)
    assert (half.status, half.next_chunk, half.processed_rows) == (ImportStatus.RUNNING, 1, 2)
    # Another node continues after the first has released the lease.
    await store.leases.release("imports", "one")
    assert await create_importer(store, desk, "two").run() == 2
    done = await read_import(store, one)
    assert (done.status, done.accepted, done.duplicates) == (ImportStatus.DONE, 6, 0)
    assert half.started_at == done.started_at


async def test_a_cancelled_import_stops_at_the_current_chunk(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await queue_import(store, numbered_chunks(3, 2))
    plan = PostingImportPlanner.plan
    calls = 0

    # One chunk per turn: the first is written before the second is planned.
    monkeypatch.setattr(module, "PARTS_PER_TURN", 1)

    async def cancelling(self: Any, rows: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            await store.imports.end_early(one.id, ImportStatus.CANCELLED, at=utc_now())
        return await plan(self, rows)

    monkeypatch.setattr(PostingImportPlanner, "plan", cancelling)
    assert await importer.run() == 1
    ended = await read_import(store, one)
    assert (ended.status, ended.processed_rows, ended.active) == (ImportStatus.CANCELLED, 2, False)
    assert await store.mongo["postings"].count_documents({}) == 2
    assert await store.mongo["import_chunks"].count_documents({}) == 0


async def test_an_import_without_its_rows_is_broken_and_others_continue(
    store: Store, importer: Importer
) -> None:
    early = utc_now() - timedelta(minutes=2)
    broken = await queue_import(store, numbered_chunks(2, 1), updated_at=early)
    await store.imports.delete_chunks(broken.id)
    whole = await queue_import(store, numbered_chunks(1, 1))
    assert await importer.run() == 1
    assert (await read_import(store, broken)).status is ImportStatus.BROKEN
    assert (await read_import(store, whole)).status is ImportStatus.DONE


async def test_a_fault_breaks_only_its_own_import(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = utc_now() - timedelta(minutes=2)
    broken = await queue_import(store, numbered_chunks(1, 1), updated_at=early)
    whole = await queue_import(store, numbered_chunks(1, 1))
    plan = PostingImportPlanner.plan

    async def failing(self: Any, rows: Any) -> Any:
        if self._import.id == broken.id:
            raise ZeroDivisionError
        return await plan(self, rows)

    monkeypatch.setattr(PostingImportPlanner, "plan", failing)
    assert await importer.run() == 1
    assert (await read_import(store, broken)).status is ImportStatus.BROKEN
    assert (await read_import(store, whole)).status is ImportStatus.DONE


async def test_a_chunk_is_planned_again_when_another_writer_adds_its_posting(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await queue_import(store, [[posting_row(2, "a"), posting_row(3, "b")]])
    assert one.employer_id is not None
    other = records.posting(employer_id=one.employer_id, external_id="b", union_id="elsewhere")
    plan = PostingImportPlanner.plan
    calls = 0

    async def raced(self: Any, rows: Any) -> Any:
        nonlocal calls
        calls += 1
        planned = await plan(self, rows)
        if calls == 1:
            await store.postings.add([other])
        return planned

    monkeypatch.setattr(PostingImportPlanner, "plan", raced)
    assert await importer.run() == 1
    done = await read_import(store, one)
    assert (calls, done.accepted, done.processed_rows) == (2, 2, 2)
    (stored,) = await store.postings.by_external_ids([(one.employer_id, "b")])
    assert (stored.id, stored.revision) == (other.id, 2)


async def test_a_chunk_is_planned_again_when_another_writer_changes_its_posting(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await queue_import(store, [[posting_row(2, "a")]])
    assert one.employer_id is not None
    before = records.posting(employer_id=one.employer_id, external_id="a")
    await store.postings.add([before])
    plan = PostingImportPlanner.plan
    calls = 0

    async def raced(self: Any, rows: Any) -> Any:
        nonlocal calls
        calls += 1
        planned = await plan(self, rows)
        if calls == 1:
            closed_now = close_posting(before, CloseReason.WITHDRAWN, utc_now())
            assert await store.postings.update_if_unchanged(before, closed_now)
        return planned

    monkeypatch.setattr(PostingImportPlanner, "plan", raced)
    assert await importer.run() == 1
    assert (calls, await row_outcomes(store, one)) == (2, [(2, RowOutcome.FAILED)])


@pytest.mark.parametrize("ended", ["overtaken", "unavailable"])
async def test_close_stops_the_importer_however_the_current_write_ends(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    await queue_import(store, numbered_chunks(2, 1))
    plan = PostingImportPlanner.plan
    ahead, told_to_stop = asyncio.Event(), asyncio.Event()

    async def lasting(self: Any, rows: Any) -> Any:
        if rows[0].number == 2:
            return await plan(self, rows)
        ahead.set()
        try:
            return await asyncio.Event().wait()
        finally:
            told_to_stop.set()

    async def failing(*_: Any, **__: Any) -> None:
        await told_to_stop.wait()
        if ended == "unavailable":
            raise StorageUnavailable("gone")

    monkeypatch.setattr(PostingImportPlanner, "plan", lasting)
    monkeypatch.setattr(store.imports, "finish_chunk", failing)
    importer.start()
    async with asyncio.timeout(10):
        await ahead.wait()
        await importer.close()
