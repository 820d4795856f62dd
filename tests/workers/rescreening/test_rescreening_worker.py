"""The rescreening worker resumes, holds a lease and retries; the wage table follows storage."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.postings.postings import CloseReason, PostingStatus
from domain.reference.calendar import day_in_china
from domain.reference.regions import PROVINCES
from domain.refusals import InvalidInput
from domain.screening.wage_table import WageTable
from realtime.background import Schedule
from services.postings.posting_gate import RescreeningLimits
from services.screening.minimum_wages import MinimumWages
from storage.mongo.client import StorageUnavailable
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.waiting import wait_until
from tests.workers.rescreening.screening_node import ScreeningNode


async def test_a_rescreening_resumes_where_it_stopped(node: ScreeningNode) -> None:
    node.gate.limits = RescreeningLimits(postings_per_batch=2)
    await node.verify()
    postings = [await node.add_posting() for _ in range(5)]
    await node.raise_wage(7000, day_in_china(node.clock()))
    due = await node.store.rescreens.find_due(at=node.clock(), limit=100)
    # The row changes the pay that passes everywhere, so every province is screened, once.
    assert sorted(task.key for task in due) == sorted(PROVINCES)
    asked = next(task for task in due if task.key == "310000")
    further = await node.gate.continue_rescreen(asked)
    assert further is not None
    assert (further.screened, further.cursor, further.done_at) == (2, postings[1].id, None)
    # Another node that holds the same state stops here.
    assert await node.gate.continue_rescreen(asked) is None
    assert [(await node.read_posting(each)).status.value for each in postings].count(
        "SUSPENDED"
    ) == 2
    await node.rescreening.run()
    assert {(await node.read_posting(each)).status for each in postings} == {
        PostingStatus.SUSPENDED
    }
    assert await node.store.rescreens.find_due(at=node.clock(), limit=5) == []


async def test_only_the_node_with_the_lease_screens(node: ScreeningNode) -> None:
    await node.verify()
    await node.raise_wage(7000, day_in_china(node.clock()))
    later = node.clock() + timedelta(minutes=5)
    await node.store.leases.acquire("rescreening", "another", at=node.clock(), until=later)
    await node.rescreening.run()
    assert len(await node.store.rescreens.find_due(at=node.clock(), limit=100)) == len(PROVINCES)


async def test_the_worker_closes_overdue_postings_and_unpins_closed_ones(
    node: ScreeningNode,
) -> None:
    await node.verify()
    overdue = await node.add_posting(terms=posting_terms(valid_until=day_in_china(node.clock())))
    closed = await node.add_posting(status=PostingStatus.CLOSED)
    room = records.live_session(pinned_posting_id=closed.id)
    await node.store.live_sessions.add([room])
    node.clock.advance(days=1)
    node.rescreening.start()

    async def done() -> bool:
        session = await node.store.live_sessions.by_id(room.id)
        assert session is not None
        is_closed = (await node.read_posting(overdue)).close_reason is CloseReason.EXPIRED
        return is_closed and session.pinned_posting_id is None

    await wait_until(done)
    await node.rescreening.close()


async def test_a_rescreening_that_fails_after_a_check_runs_later(
    node: ScreeningNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    posting = await node.add_posting(status=PostingStatus.SUSPENDED)
    with monkeypatch.context() as patch:

        async def failing(*_: Any, **__: Any) -> Any:
            raise StorageUnavailable("no primary")

        patch.setattr(node.store.postings, "find_to_rescreen", failing)
        await node.verify()
    assert (await node.read_posting(posting)).status is PostingStatus.SUSPENDED
    await node.rescreening.run()
    assert (await node.read_posting(posting)).status is PostingStatus.OPEN


async def test_the_wage_table_is_limited_and_follows_storage_after_a_fault(
    node: ScreeningNode, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = Schedule(interval_seconds=0.01, first_retry_seconds=0.01)
    follower = MinimumWages(store, schedule=often)
    row_counts: list[int] = []
    follower.add_listener(lambda: row_counts.append(len(follower.table.rows)))
    await follower.open()
    is_current = follower.is_current
    failures = iter([StorageUnavailable("no primary")])

    async def failing_first(table: WageTable) -> bool:
        for failure in failures:
            raise failure
        return await is_current(table)

    monkeypatch.setattr(follower, "is_current", failing_first)
    known = len(follower.table.rows)
    await node.raise_wage(2800, day_in_china(node.clock()))
    await wait_until(lambda: row_counts == [known, known + 1])
    await follower.close()
    node.wages._max_rows = known + 1
    node.clock.advance(seconds=1)
    with pytest.raises(InvalidInput):
        await node.raise_wage(2900, day_in_china(node.clock()))
