"""Imports at work: written once whoever works, in turn, and on after whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.wiring.realtime import create_group_commit
from domain.employers.employers import Employer
from domain.exchange.import_columns import POSTING_COLUMNS
from domain.exchange.imports import Import, ImportStatus, RawRow, RowOutcome
from domain.identity.accounts import Role
from domain.postings.lifecycle import close_posting
from domain.postings.postings import CloseReason
from domain.search.query_parser import parse_search
from domain.search.search_entries import SEARCH_ENTRY_VERSION
from services.exchange.posting_import_planner import PostingImportPlanner
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import PostingGate
from services.screening.minimum_wages import MinimumWages
from storage.clock import utc_now
from storage.mongo.client import StorageUnavailable
from storage.mongo.paging import PageRequest
from storage.search.search_query import SearchOrder, SearchQuery
from storage.store import Store
from tests.support import records
from tests.support.waiting import wait_until
from tests.support.world import today
from workers import importer as module
from workers.importer import Importer
from workers.search_entries import SearchEntryWriter

KEYS = tuple(column.key for column in POSTING_COLUMNS)
UNTIL = (today() + timedelta(days=30)).isoformat()


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[LiveSessionControl]:
    commit = create_group_commit(store)
    yield LiveSessionControl(store, commit, utc_now)
    await commit.close()


def importer_of(store: Store, desk: LiveSessionControl, node: str) -> Importer:
    gate = PostingGate(store, desk, MinimumWages(store), utc_now)
    return Importer(store, desk, gate, utc_now, node=node)


@pytest.fixture
async def importer(store: Store, desk: LiveSessionControl) -> Importer:
    await store.minimum_wages.seed()
    return Importer(
        store, desk, PostingGate(store, desk, MinimumWages(store), utc_now), utc_now, node="one"
    )


def row(number: int, external_id: str) -> RawRow:
    said = {column.key: column.example for column in POSTING_COLUMNS}
    said |= {"externalId": external_id, "creditCode": "", "validUntil": UNTIL}
    return RawRow(number=number, cells=tuple(said[key] for key in KEYS))


async def waiting(
    store: Store,
    parts: Sequence[Sequence[RawRow]],
    employer: Employer | None = None,
    **changes: Any,
) -> Import:
    """An import of a recruiter that waits with these parts; of a new employer, if of none."""
    if employer is None:
        employer = records.employer()
        await store.employers.add([employer])
    one = records.import_record(
        role=Role.RECRUITER,
        union_id=None,
        employer_id=employer.id,
        columns=KEYS,
        headings=KEYS,
        total=sum(map(len, parts)),
        chunks=len(parts),
        next_chunk=0,
        accepted=0,
        status=ImportStatus.QUEUED,
        active=True,
        created_at=utc_now(),
        **({"account_id": employer.id, "updated_at": utc_now()} | changes),
    )
    for place, rows in enumerate(parts):
        await store.imports.add_chunk(one.id, place, rows, at=utc_now())
    await store.imports.add(one)
    return one


async def now(store: Store, one: Import) -> Import:
    found = await store.imports.by_id(one.id)
    assert found is not None
    return found


async def outcomes(store: Store, one: Import) -> list[tuple[int, RowOutcome]]:
    page = await store.imports.rows(one.id, None, PageRequest(limit=100))
    return [(row.number, row.outcome) for row in page.items]


async def found(store: Store, text: str) -> int:
    """How many postings are found by that word."""
    query = SearchQuery(on=today(), words=parse_search(text, ("search",)))
    return len((await store.search.page(query, SearchOrder.NEWEST, PageRequest(limit=100))).items)


def parts(number: int, size: int) -> list[list[RawRow]]:
    return [
        [row(2 + part * size + place, f"{part}-{place}") for place in range(size)]
        for part in range(number)
    ]


async def test_an_import_is_worked_off_part_by_part(store: Store, importer: Importer) -> None:
    one = await waiting(store, parts(3, 2))
    assert await importer.run() == 3
    done = await now(store, one)
    assert (done.status, done.active, done.accepted, done.processed_rows) == (
        ImportStatus.DONE,
        False,
        6,
        6,
    )
    assert done.started_at is not None
    assert done.finished_at is not None
    assert await outcomes(store, one) == [(2 + place, RowOutcome.ACCEPTED) for place in range(6)]
    assert await store.mongo["import_chunks"].count_documents({}) == 0


async def test_the_rows_of_a_small_table_are_found_as_soon_as_they_are_written(
    store: Store, importer: Importer
) -> None:
    employer = records.employer()
    await store.employers.add([employer])
    await waiting(store, parts(2, 2), employer)
    await importer.run()
    assert (await found(store, "检修"), await found(store, "叉车")) == (4, 0)
    changed = RawRow(
        number=2,
        cells=tuple(
            cell.replace("检修", "叉车") if key == "duties" else cell
            for key, cell in zip(KEYS, row(2, "0-0").cells, strict=True)
        ),
    )
    await waiting(store, [[changed]], employer)
    await importer.run()
    assert (await found(store, "检修"), await found(store, "叉车")) == (3, 1)


async def test_the_rows_of_a_large_table_follow_the_newest_first(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ROWS_SEARCHABLE_AT_ONCE", 3)
    await waiting(store, parts(2, 2))
    await importer.run()
    assert await found(store, "检修") == 0
    assert await store.search_entries.rebuild_stale(1) == 1
    (newest,) = await store.mongo["postings"].find({}).sort("_id", -1).limit(1).to_list(1)
    assert newest["search"]["version"] == SEARCH_ENTRY_VERSION
    searching = SearchEntryWriter(store)
    searching.start()

    async def all_are() -> bool:
        return await found(store, "检修") == 4

    await wait_until(all_are)
    await searching.close()


async def test_imports_take_turns(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PARTS_PER_TURN", 1)
    early, late = utc_now() - timedelta(minutes=2), utc_now() - timedelta(minutes=1)
    first = await waiting(store, parts(2, 1), updated_at=early)
    second_one = await waiting(store, parts(2, 1), updated_at=late)
    await importer.run()
    rows = store.mongo["import_rows"].find({}).sort([("at", 1)])
    assert [document["import_id"] async for document in rows] == [
        first.id,
        second_one.id,
        first.id,
        second_one.id,
    ]


async def test_a_part_that_two_nodes_decide_is_written_once(
    store: Store,
    other_store: Store,
    desk: LiveSessionControl,
    importer: Importer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = await waiting(store, parts(4, 5))

    async def given(*_: Any) -> bool:
        return True

    other = importer_of(other_store, desk, "two")
    # As if the clock of one were far behind: both believe that they have the lease.
    for each in (importer, other):
        monkeypatch.setattr(each, "_take_lease", given)
    written = await asyncio.gather(importer.run(), other.run())
    assert sum(written) == 4
    done = await now(store, one)
    assert (done.status, done.accepted, done.duplicates) == (ImportStatus.DONE, 20, 0)
    assert await store.mongo["postings"].count_documents({}) == 20
    assert len(await outcomes(store, one)) == 20


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_part_sees_what_the_one_before_has_changed(
    store: Store, importer: Importer, dry_run: bool
) -> None:
    again = row(2, "a")
    dearer = RawRow(
        number=3,
        cells=tuple(
            "7000" if key == "pay.amount" else cell
            for key, cell in zip(KEYS, again.cells, strict=True)
        ),
    )
    employer = records.employer()
    await store.employers.add([employer])
    await waiting(store, [[again]], employer)
    await importer.run()
    numbered = [[dearer], [replace(again, number=4)], [replace(again, number=5)]]
    one = await waiting(store, numbered, employer, dry_run=dry_run)
    await importer.run()
    assert await outcomes(store, one) == [
        (3, RowOutcome.ACCEPTED),
        (4, RowOutcome.ACCEPTED),
        (5, RowOutcome.DUPLICATE),
    ]
    (stored,) = await store.postings.by_external_ids([(employer.id, "a")])
    assert (stored.revision, stored.terms.pay.amount) == (1 if dry_run else 3, 6500)


async def test_a_node_without_the_lease_does_nothing(
    store: Store, desk: LiveSessionControl, importer: Importer
) -> None:
    await waiting(store, parts(1, 1))
    at = utc_now()
    assert await store.leases.acquire("imports", "two", at=at, until=at + timedelta(minutes=1))
    assert await importer.run() == 0


async def test_an_interrupted_import_goes_on_where_it_was(
    store: Store, desk: LiveSessionControl, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await waiting(store, parts(3, 2))
    decide = PostingImportPlanner.plan
    calls = 0

    async def failing(self: Any, rows: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise StorageUnavailable("gone")
        return await decide(self, rows)

    with monkeypatch.context() as patched:
        patched.setattr(PostingImportPlanner, "plan", failing)
        with pytest.raises(StorageUnavailable):
            await importer.run()
    half = await now(store, one)
    assert (half.status, half.next_chunk, half.processed_rows) == (ImportStatus.RUNNING, 1, 2)
    # As another node, once the first has given the lease back.
    await store.leases.release("imports", "one")
    assert await importer_of(store, desk, "two").run() == 2
    done = await now(store, one)
    assert (done.status, done.accepted, done.duplicates) == (ImportStatus.DONE, 6, 0)
    assert half.started_at == done.started_at


async def test_a_cancelled_import_stops_with_the_part_at_hand(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await waiting(store, parts(3, 2))
    decide = PostingImportPlanner.plan
    calls = 0

    # One part a turn: the first is written before the second is decided.
    monkeypatch.setattr(module, "PARTS_PER_TURN", 1)

    async def cancelling(self: Any, rows: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            await store.imports.end_early(one.id, ImportStatus.CANCELLED, at=utc_now())
        return await decide(self, rows)

    monkeypatch.setattr(PostingImportPlanner, "plan", cancelling)
    assert await importer.run() == 1
    ended = await now(store, one)
    assert (ended.status, ended.processed_rows, ended.active) == (ImportStatus.CANCELLED, 2, False)
    assert await store.mongo["postings"].count_documents({}) == 2
    assert await store.mongo["import_chunks"].count_documents({}) == 0


async def test_an_import_whose_rows_are_gone_is_broken_off_and_others_go_on(
    store: Store, importer: Importer
) -> None:
    early = utc_now() - timedelta(minutes=2)
    broken = await waiting(store, parts(2, 1), updated_at=early)
    await store.imports.delete_chunks(broken.id)
    whole = await waiting(store, parts(1, 1))
    assert await importer.run() == 1
    assert (await now(store, broken)).status is ImportStatus.BROKEN
    assert (await now(store, whole)).status is ImportStatus.DONE


async def test_a_fault_breaks_one_import_off_and_no_other(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = utc_now() - timedelta(minutes=2)
    broken = await waiting(store, parts(1, 1), updated_at=early)
    whole = await waiting(store, parts(1, 1))
    decide = PostingImportPlanner.plan

    async def failing(self: Any, rows: Any) -> Any:
        if self._import.id == broken.id:
            raise ZeroDivisionError
        return await decide(self, rows)

    monkeypatch.setattr(PostingImportPlanner, "plan", failing)
    assert await importer.run() == 1
    assert (await now(store, broken)).status is ImportStatus.BROKEN
    assert (await now(store, whole)).status is ImportStatus.DONE


async def test_a_posting_that_somebody_else_brings_meanwhile_is_decided_again(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await waiting(store, [[row(2, "a"), row(3, "b")]])
    assert one.employer_id is not None
    other = records.posting(employer_id=one.employer_id, external_id="b", union_id="elsewhere")
    decide = PostingImportPlanner.plan
    calls = 0

    async def raced(self: Any, rows: Any) -> Any:
        nonlocal calls
        calls += 1
        decided = await decide(self, rows)
        if calls == 1:
            await store.postings.add([other])
        return decided

    monkeypatch.setattr(PostingImportPlanner, "plan", raced)
    assert await importer.run() == 1
    done = await now(store, one)
    assert (calls, done.accepted, done.processed_rows) == (2, 2, 2)
    (stored,) = await store.postings.by_external_ids([(one.employer_id, "b")])
    assert (stored.id, stored.revision) == (other.id, 2)


async def test_a_posting_that_somebody_else_changes_meanwhile_is_decided_again(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await waiting(store, [[row(2, "a")]])
    assert one.employer_id is not None
    before = records.posting(employer_id=one.employer_id, external_id="a")
    await store.postings.add([before])
    decide = PostingImportPlanner.plan
    calls = 0

    async def raced(self: Any, rows: Any) -> Any:
        nonlocal calls
        calls += 1
        decided = await decide(self, rows)
        if calls == 1:
            closed_now = close_posting(before, CloseReason.WITHDRAWN, utc_now())
            assert await store.postings.update_if_unchanged(before, closed_now)
        return decided

    monkeypatch.setattr(PostingImportPlanner, "plan", raced)
    assert await importer.run() == 1
    assert (calls, await outcomes(store, one)) == (2, [(2, RowOutcome.FAILED)])


async def test_it_works_by_itself_when_it_is_woken_and_gives_the_lease_back(
    store: Store, importer: Importer
) -> None:
    importer.start()
    one = await waiting(store, parts(1, 2))
    importer.wake()

    async def is_done() -> bool:
        return not (await now(store, one)).active

    await wait_until(is_done)
    await importer.close()
    assert await store.mongo["leases"].count_documents({"_id": "imports"}) == 0


@pytest.mark.parametrize("ended", ["overtaken", "unavailable"])
async def test_one_that_is_closed_stops_however_the_write_at_hand_ends(
    store: Store, importer: Importer, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    await waiting(store, parts(2, 1))
    decide = PostingImportPlanner.plan
    ahead, told_to_stop = asyncio.Event(), asyncio.Event()

    async def lasting(self: Any, rows: Any) -> Any:
        if rows[0].number == 2:
            return await decide(self, rows)
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


async def test_one_that_was_never_started_can_be_closed(importer: Importer) -> None:
    await importer.close()
