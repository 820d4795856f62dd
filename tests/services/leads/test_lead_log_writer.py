"""The lead log writer takes more leads at once while many wait, and fewer when MongoDB is slow."""

from __future__ import annotations

import math

import pytest

from realtime.group_commit import GroupCommit
from services.leads.capture_limits import CaptureLimits
from services.leads.lead_log_writer import LeadLogWriter
from storage.mongo.client import StorageUnavailable
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock
from tests.support.waiting import wait_until


async def log_all(store: Store, commit: GroupCommit, leads: int, limits: CaptureLimits) -> int:
    """Store so many leads, log them, and return how many transactions that took."""
    given = [records.lead(session_id="session", person=str(n)) for n in range(leads)]
    await store.leads.record(given)
    writer = LeadLogWriter(store, commit, ManualClock(), limits)
    before = sum(commit.transaction_seconds.counts)
    writer.schedule("session")
    await writer.close()
    logged = await store.event_log.read("leads/session", after=0, limit=1_000)
    # Leads are logged in the order of their ids, each once.
    ids = sorted(lead.id for lead in given)
    assert [getattr(placed.event, "lead_id", None) for placed in logged] == ids
    return sum(commit.transaction_seconds.counts) - before


@pytest.mark.parametrize(
    ("leads", "slowness", "transactions"),
    [
        (3, math.inf, 1),
        # 4, 8, 10, 10, 10 and 8 leads.
        (50, math.inf, 6),
        # 4, 2, then 1 at a time, and a last look.
        (10, 0.0, 7),
    ],
)
async def test_transactions_grow_while_leads_wait_and_shrink_when_they_take_long(
    store: Store, commit: GroupCommit, leads: int, slowness: float, transactions: int
) -> None:
    limits = CaptureLimits(
        leads_logged_per_transaction=4,
        max_leads_logged_per_transaction=10,
        max_log_transaction_seconds=slowness,
    )
    assert await log_all(store, commit, leads, limits) == transactions


async def test_leads_that_could_not_be_logged_are_looked_for_again(
    store: Store, commit: GroupCommit, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.leads.record([records.lead(session_id="session")])
    writer = LeadLogWriter(store, commit, ManualClock(), CaptureLimits(log_retry_seconds=0.0))
    take = store.unlogged_leads.take
    failures = iter([StorageUnavailable("away")] * 2)

    async def failing(*given: object, **named: object) -> object:
        for failure in failures:
            raise failure
        return await take(*given, **named)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(store.unlogged_leads, "take", failing)
    writer.start()
    await wait_until(lambda: _is_logged(store))
    await writer.close()


async def _is_logged(store: Store) -> bool:
    return await store.event_log.last_seq("leads/session") == 1
