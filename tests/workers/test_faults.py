"""No fault ends a worker: after an unforeseen exception the next round still runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from api.demo.keeper import DemoSessionKeeper
from domain.leads.personal_data import RetentionPeriods
from domain.screening.wage_table import WageTable
from domain.webhooks.webhooks import DeliveryResult
from realtime.background import BackgroundTask, Schedule
from realtime.group_commit import GroupCommit
from realtime.hub import Hub
from realtime.limits import RealtimeLimits
from realtime.presence import PresenceTracker
from services.leads.capture_limits import CaptureLimits
from services.leads.lead_log_writer import LeadLogWriter
from services.live.sessions import LiveSessionControl
from services.live.stream_control import StreamControl
from services.screening.minimum_wages import MinimumWages
from storage.store import Store
from tests.support import records
from tests.support.hub_members import RecordingMember
from tests.support.phone_nodes import PhoneNode
from tests.support.realtime_node import run_node
from tests.support.records import ManualClock
from tests.support.waiting import wait_until
from tests.support.webhook_outbox import create_dispatcher
from workers.keys import KeyRefresher
from workers.matcher import Matcher, MatcherLimits
from workers.posting_index import SearchIndexFollower
from workers.retention import RetentionWorker
from workers.scan_counts import ScanCounter
from workers.search_entries import SearchEntryWriter
from workers.stream_watch import StreamWatch

OFTEN = Schedule(interval_seconds=0.01, first_retry_seconds=0.01)
QUICK = RealtimeLimits(presence_interval_seconds=0.01, tally_interval_seconds=0.01)


@dataclass(frozen=True)
class WorkerCase:
    """A worker, and the function that it calls in every round."""

    create: Callable[[Store, GroupCommit], BackgroundTask]
    owner: Callable[[Store], Any]
    method: str


def _demo(store: Store, commit: GroupCommit) -> BackgroundTask:
    desk = LiveSessionControl(store, commit, ManualClock())
    return DemoSessionKeeper(
        store, desk, ManualClock(), table=WageTable(rows=()), host_id="host", schedule=OFTEN
    )


def _presence(store: Store, _: GroupCommit) -> BackgroundTask:
    hub = Hub(store.event_log, ManualClock())
    return PresenceTracker(store, hub, ManualClock(), node="node", limits=QUICK)


WORKER_CASES = {
    "presence": WorkerCase(_presence, lambda store: store.presence_reports, "report"),
    "deliveries": WorkerCase(
        lambda store, _: create_dispatcher(store, refuse_to_send, ManualClock()),
        lambda store: store.webhooks,
        "disabled_ids",
    ),
    "phone_messages": WorkerCase(
        lambda store, _: PhoneNode(store, ManualClock()).dispatcher,
        lambda store: store.phone_codes,
        "claim_due",
    ),
    "retention": WorkerCase(
        lambda store, _: RetentionWorker(store, ManualClock(), RetentionPeriods(), schedule=OFTEN),
        lambda store: store.leases,
        "acquire",
    ),
    "keys": WorkerCase(
        lambda store, _: KeyRefresher(store, schedule=OFTEN), lambda store: store.keys, "reload"
    ),
    "search_entries": WorkerCase(
        lambda store, _: SearchEntryWriter(store, schedule=OFTEN),
        lambda store: store.search_entries,
        "rebuild_stale",
    ),
    "search_index": WorkerCase(
        lambda store, _: SearchIndexFollower(
            store.memory_search, schedule=OFTEN, max_postings=-1, too_large_retry_seconds=0.01
        ),
        lambda store: store.memory_search,
        "watch_changes",
    ),
    "streams": WorkerCase(
        lambda store, commit: StreamWatch(
            store,
            StreamControl(store, commit, ManualClock()),
            find_no_playlist,
            ManualClock(),
            node="node",
            schedule=OFTEN,
        ),
        lambda store: store.leases,
        "acquire",
    ),
    "scan_counts": WorkerCase(
        lambda store, _: ScanCounter(store, schedule=OFTEN),
        lambda store: store.qr_codes,
        "add_scans",
    ),
    "minimum_wages": WorkerCase(
        lambda store, _: MinimumWages(store, schedule=OFTEN),
        lambda store: store.minimum_wages,
        "count",
    ),
    "matching": WorkerCase(
        lambda store, _: Matcher(
            store, ManualClock(), node="node", limits=MatcherLimits(schedule=OFTEN)
        ),
        lambda store: store.jobs,
        "find_unnotified",
    ),
    "lead_log": WorkerCase(
        lambda store, commit: LeadLogWriter(
            store, commit, ManualClock(), CaptureLimits(sweep=OFTEN)
        ),
        lambda store: store.unlogged_leads,
        "sessions",
    ),
    "demo_session": WorkerCase(_demo, lambda store: store.live_sessions, "page"),
}


async def refuse_to_send(url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:
    raise AssertionError("no message is due")


async def find_no_playlist(url: str) -> None:
    raise AssertionError("no session has a playlist")


@pytest.mark.parametrize("name", WORKER_CASES)
async def test_the_round_after_an_unforeseen_fault_still_runs(
    store: Store, commit: GroupCommit, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    family = WORKER_CASES[name]
    owner, calls = family.owner(store), 0
    work = getattr(owner, family.method)

    def failing_once(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            # Like a document that lacks a field.
            raise KeyError("interests")
        return work(*args, **named)

    monkeypatch.setattr(owner, family.method, failing_once)
    task = family.create(store, commit)
    assert task.name == name
    task.start()
    try:
        await wait_until(lambda: calls >= 2)
        assert task.failures >= 1
        assert not task.has_ended
    finally:
        await task.close()


async def test_a_count_that_cannot_be_read_does_not_delay_other_sessions(store: Store) -> None:
    await store.mongo.command({"collMod": "tallies", "validationLevel": "off"})
    await store.mongo["tallies"].insert_one({"_id": "broken"})
    async with run_node(store, limits=QUICK) as node:
        broken, whole = RecordingMember(), RecordingMember()
        await node.follow("broken", broken)
        await node.follow("session", whole)
        for count in (1, 2):
            await node.capture.record(records.lead(session_id="session"))
            node.tally.mark_changed("broken")

            def counted(count: int = count) -> bool:
                totals = [event["total"] for event in whole.events if "total" in event]
                return totals[-1:] == [count]

            await wait_until(counted)
        await wait_until(lambda: node.tally.failures > 0)
        assert not node.tally.has_ended
        assert "TallyChanged" not in broken.event_names


async def test_a_record_that_cannot_be_read_stops_retention_of_its_own_kind_only(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreadable(**_: Any) -> Any:
        raise KeyError("contact")

    monkeypatch.setattr(store.sealed_contacts, "find_due_for_erasure", unreadable)
    entry, clock = records.call_entry(), ManualClock()
    await store.call_entries.add([entry])
    clock.at += RetentionPeriods().contacts
    work = RetentionWorker(store, clock, RetentionPeriods())
    for _ in range(2):
        # The lease is released after the fault, so the next round runs.
        with pytest.raises(KeyError):
            await work.run_if_due()
    (left,) = (await store.call_entries.by_ids([entry.id])).values()
    assert left.contact is None
