"""Interest counts are exact, and published to watched sessions at most once per interval."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from realtime.hub import Hub
from realtime.limits import RealtimeLimits
from realtime.rendered_event import RenderedEvent
from realtime.tally import TallyPublisher
from storage.store import Store
from tests.support import records
from tests.support.hub_members import RecordingMember
from tests.support.realtime_node import RealtimeNode, run_node
from tests.support.waiting import wait_until


class TimedMember(RecordingMember):
    """A member that records the time of each delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def deliver(self, rendered: RenderedEvent, kind: str | None) -> None:
        super().deliver(rendered, kind)
        self.times.append(asyncio.get_running_loop().time())

    @property
    def tallies(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == "TallyChanged"]


LIMITS = RealtimeLimits(tally_interval_seconds=0.05, presence_interval_seconds=3600)


@pytest.fixture
async def one(store: Store) -> AsyncIterator[RealtimeNode]:
    async with run_node(store, limits=LIMITS) as running:
        yield running


async def record_leads(
    on: RealtimeNode, posting: str, count: int = 1, *, session: str = "session"
) -> None:
    taps = [records.lead(session_id=session, posting_id=posting) for _ in range(count)]
    await asyncio.gather(*(on.capture.record(tap) for tap in taps))


async def test_counts_are_exact_and_published_at_most_once_per_tick(
    one: RealtimeNode, other_store: Store
) -> None:
    member = TimedMember()
    await one.follow("session", member)
    async with run_node(other_store, name="two") as two:
        for _ in range(8):
            await asyncio.gather(
                record_leads(one, "a", 2), record_leads(two, "a"), record_leads(two, "b")
            )
        await wait_until(lambda: [event["total"] for event in member.tallies[-1:]] == [32])
    assert member.tallies[-1]["interests"] == {"a": 24, "b": 8}
    totals = [event["total"] for event in member.tallies]
    assert totals == sorted(totals)
    assert member.kinds == ["TallyChanged"] * len(totals)
    apart = [later - sooner for sooner, later in zip(member.times, member.times[1:], strict=False)]
    # One delivery may be late and the next one on time.
    assert sum(apart) >= len(apart) * LIMITS.tally_interval_seconds * 0.9


async def test_an_unwatched_session_is_not_counted_and_is_forgotten(one: RealtimeNode) -> None:
    member, elsewhere = TimedMember(), TimedMember()
    membership = await one.follow("session", member)
    await one.follow("other", elsewhere)
    await record_leads(one, "a")
    await wait_until(lambda: member.tallies)
    membership.leave()
    await record_leads(one, "a")
    await record_leads(one, "a", session="other")
    await wait_until(lambda: elsewhere.tallies and set(one.tally._last_counts) == {"other"})
    assert len(member.tallies) == 1
    assert set(one.tally._changed_at) == {"other"}


async def test_the_most_recently_changed_postings_come_first_within_the_limit(
    store: Store,
) -> None:
    async with run_node(store, limits=replace(LIMITS, max_postings_per_tally=2)) as one:
        await check_recent_first(one)


async def check_recent_first(one: RealtimeNode) -> None:
    member = TimedMember()
    await one.follow("session", member)
    for number, posting in enumerate("abca", start=1):
        await record_leads(one, posting)
        await wait_until(lambda: [event["total"] for event in member.tallies[-1:]] == [number])  # noqa: B023 - waited for at once
    assert [list(event["interests"].items()) for event in member.tallies] == [
        [("a", 1)],
        [("b", 1), ("a", 1)],
        [("c", 1), ("b", 1)],
        [("a", 2), ("c", 1)],
    ]


async def test_postings_that_changed_long_ago_are_left_out(
    store: Store,
) -> None:
    async with run_node(store, limits=replace(LIMITS, tally_recent_change_seconds=0.0)) as one:
        await check_old_left_out(one)


async def check_old_left_out(one: RealtimeNode) -> None:
    member = TimedMember()
    await one.follow("session", member)
    await record_leads(one, "a")
    await wait_until(lambda: member.tallies)
    await record_leads(one, "b")
    await wait_until(lambda: len(member.tallies) == 2)
    assert [event["interests"] for event in member.tallies] == [{"a": 1}, {"b": 1}]
    assert [event["total"] for event in member.tallies] == [1, 2]


async def test_closing_before_the_start_does_nothing(store: Store) -> None:
    await TallyPublisher(store, Hub(store.event_log, records.ManualClock())).close()


async def test_a_count_changed_without_viewers_is_published_to_the_first_viewer(
    one: RealtimeNode,
) -> None:
    await record_leads(one, "a", 3)
    await one.capture.close()
    await one.lead_log.close()
    member, late = TimedMember(), TimedMember()
    await one.follow("session", member)
    await wait_until(lambda: member.tallies)
    assert member.tallies[0]["interests"] == {"a": 3}
    # A later member gets the counts at once.
    await one.follow("session", late)
    assert late.tallies == member.tallies[-1:]


async def test_after_a_gap_every_watched_session_is_published(one: RealtimeNode) -> None:
    await record_leads(one, "a", 3)
    await one.capture.close()
    await one.lead_log.close()
    member = TimedMember()
    await one.follow("session", member)
    one.tally.notify_gap()
    await wait_until(lambda: member.tallies)
    assert member.tallies[0]["interests"] == {"a": 3}
