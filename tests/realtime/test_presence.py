"""Presence counts each viewer once over all nodes, and publishes a count when it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.live.presence import sketch_viewers
from realtime.hub import Hub
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.presence import PresenceTracker
from storage.live.presence import REPORT_LIFETIME
from storage.mongo.client import StorageUnavailable
from storage.store import Store
from tests.support import records
from tests.support.hub_members import RecordingMember
from tests.support.realtime_node import RealtimeNode, run_node
from tests.support.records import ManualClock
from tests.support.waiting import running_task_names, wait_until

QUICK = RealtimeLimits(presence_interval_seconds=0.01)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def one(store: Store, clock: ManualClock) -> AsyncIterator[RealtimeNode]:
    await store.live_sessions.add([records.live_session(id="session")])
    async with run_node(store, clock=clock, name="one", limits=QUICK) as running:
        yield running


@pytest.fixture
async def two(other_store: Store, clock: ManualClock) -> AsyncIterator[RealtimeNode]:
    async with run_node(other_store, clock=clock, name="two", limits=QUICK) as running:
        yield running


def counts(member: RecordingMember) -> list[tuple[int, int]]:
    return [(event["viewers"], event["peak_viewers"]) for event in member.events]


async def test_a_viewer_with_many_sockets_counts_once(one: RealtimeNode) -> None:
    member = RecordingMember()
    await one.follow("session", member)
    await wait_until(lambda: counts(member) == [(0, 0)])
    for viewer in ("w", "w", "x"):
        one.presence.enter("session", viewer)
    await wait_until(lambda: counts(member)[-1] == (2, 2))
    one.presence.leave("session", "w")
    one.presence.leave("session", "x")
    await wait_until(lambda: counts(member)[-1] == (1, 2))
    one.presence.leave("session", "w")
    await wait_until(lambda: counts(member)[-1] == (0, 2))
    assert member.kinds == ["PresenceChanged"] * len(member.kinds)
    assert counts(member) == sorted(set(counts(member)), key=counts(member).index)
    session = await one.store.live_sessions.by_id("session")
    assert session is not None
    assert session.peak_viewers == 2


async def views(store: Store) -> int:
    session = await store.live_sessions.by_id("session")
    assert session is not None
    return session.views


async def test_a_new_viewer_adds_a_view_and_a_second_socket_adds_none(
    one: RealtimeNode, two: RealtimeNode
) -> None:
    for viewer in ("w", "w", "x"):
        one.presence.enter("session", viewer)
    for viewer in ("w", "w", "x"):
        one.presence.leave("session", viewer)
    one.presence.enter("session", "w")
    two.presence.enter("session", "y")
    await wait_until(lambda: _viewed(one.store, 4))


async def test_close_stores_the_last_views(
    one: RealtimeNode,
) -> None:
    presence = PresenceTracker(one.store, one.hub, records.ManualClock(), node="three")
    presence.start()
    presence.enter("session", "w")
    await presence.close()
    assert await views(one.store) == 1


async def test_views_that_could_not_be_stored_are_stored_later(
    one: RealtimeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_views = one.store.live_sessions.add_views
    failures = iter([StorageUnavailable("away")] * 2)

    async def failing(*given: Any) -> None:
        for failure in failures:
            raise failure
        await add_views(*given)

    monkeypatch.setattr(one.store.live_sessions, "add_views", failing)
    one.presence.enter("session", "w")
    await wait_until(lambda: _viewed(one.store, 1))


async def _viewed(store: Store, count: int) -> bool:
    return await views(store) == count


async def test_viewers_of_two_nodes_are_summed_on_both(
    one: RealtimeNode, two: RealtimeNode
) -> None:
    members = [RecordingMember(), RecordingMember()]
    for each, member in zip((one, two), members, strict=True):
        await each.follow("session", member)
        for viewer in range(2):
            each.presence.enter("session", f"{id(each)}-{viewer}")
    await wait_until(lambda: all(counts(member)[-1:] == [(4, 4)] for member in members))
    await two.presence.close()
    await wait_until(lambda: counts(members[0])[-1] == (2, 4))


async def test_a_viewer_on_two_nodes_counts_once(one: RealtimeNode, two: RealtimeNode) -> None:
    member = RecordingMember()
    await one.follow("session", member)
    for each in (one, two):
        for viewer in ("here and there", f"{id(each)}"):
            each.presence.enter("session", viewer)
    await wait_until(lambda: counts(member)[-1:] == [(3, 3)])
    # The same number of viewers as before, but different ones: each counts once.
    two.presence.enter("session", "somebody else")
    two.presence.leave("session", "here and there")
    await wait_until(lambda: counts(member)[-1] == (4, 4))
    one.presence.leave("session", "here and there")
    await wait_until(lambda: counts(member)[-1] == (3, 4))


async def test_a_failed_report_is_retried(
    one: RealtimeNode, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = one.store.presence_reports.report
    failures = iter([StorageUnavailable("away")] * 2)

    async def failing(*given: Any, **named: Any) -> None:
        for failure in failures:
            raise failure
        await report(*given, **named)

    monkeypatch.setattr(one.store.presence_reports, "report", failing)
    one.presence.enter("session", "w")
    await wait_until(lambda: _sums(one.store, clock, 1))


async def test_the_report_of_a_dead_node_expires(one: RealtimeNode, clock: ManualClock) -> None:
    await one.store.presence_reports.report(
        "vanished", {"session": sketch_viewers(range(5))}, at=clock()
    )
    member = RecordingMember()
    await one.follow("session", member)
    one.presence.enter("session", "w")
    await wait_until(lambda: counts(member)[-1:] == [(6, 6)])
    for _ in range(3):
        # A node that is alive repeats its report, which keeps it fresh.
        clock.advance(seconds=DEFAULT_LIMITS.crowd_refresh_seconds)
        await wait_until(lambda: _reported_at(one.store, clock))
    assert clock() - records.FIXED_NOW >= REPORT_LIFETIME
    await wait_until(lambda: counts(member)[-1] == (1, 6))


async def _reported_at(store: Store, clock: ManualClock) -> bool:
    found = await store.mongo["presence"].find_one({"_id": "one/session", "at": clock()})
    return found is not None


async def test_a_count_is_reported_only_when_it_changes(
    one: RealtimeNode, clock: ManualClock
) -> None:
    one.presence.enter("session", "w")
    await wait_until(lambda: _reported_at(one.store, clock))
    reported = clock()
    clock.advance(seconds=DEFAULT_LIMITS.crowd_refresh_seconds - 1)
    one.presence.enter("other", "w")
    await wait_until(lambda: one.store.mongo["presence"].find_one({"_id": "one/other"}))
    document = await one.store.mongo["presence"].find_one({"_id": "one/session"})
    assert document is not None
    assert document["at"] == reported


async def test_a_session_without_members_gets_no_count_and_is_forgotten(one: RealtimeNode) -> None:
    member = RecordingMember()
    membership = await one.follow("session", member)
    other = await one.follow("other", RecordingMember())
    one.presence.enter("session", "w")
    await wait_until(lambda: counts(member)[-1:] == [(1, 1)])
    membership.leave()
    received = len(member.events)
    one.presence.enter("session", "x")
    await wait_until(lambda: one.presence._published_counts == {"other": 0})
    other.leave()
    await wait_until(lambda: one.presence._published_counts == {})
    assert len(member.events) == received
    one.presence.leave("session", "w")
    one.presence.leave("session", "x")
    await wait_until(lambda: one.presence._reported == {})


async def test_closing_before_the_start_does_nothing(store: Store) -> None:
    hub = Hub(store.event_log, ManualClock())
    await PresenceTracker(store, hub, ManualClock(), node="idle").close()


async def test_a_closed_node_counts_no_viewers(
    one: RealtimeNode, two: RealtimeNode, clock: ManualClock
) -> None:
    two.presence.enter("session", "w")
    await wait_until(lambda: _sums(one.store, clock, 1))
    await two.presence.close()
    assert await one.store.presence_reports.count_viewers(["session"], at=clock()) == {}
    assert running_task_names().count("presence") == 1


async def _sums(store: Store, clock: ManualClock, viewers: int) -> bool:
    return await store.presence_reports.count_viewers(["session"], at=clock()) == {
        "session": viewers
    }
