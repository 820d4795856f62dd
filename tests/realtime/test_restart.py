"""A restart of the database delays live events and loses none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from domain.live.events import Announcement, LoggedEvent
from domain.live.log_topics import lead_topic, session_topic
from domain.refusals import Busy
from realtime.background import Schedule
from realtime.limits import RealtimeLimits
from services.leads.capture_limits import CaptureLimits
from storage.mongo.client import Mongo, StorageUnavailable, Transaction
from storage.mongo.embedded import run_embedded
from storage.store import Store
from tests.support import records
from tests.support.captured_leads import record_lead
from tests.support.hub_members import RecordingMember
from tests.support.realtime_node import run_node
from tests.support.stores import SECRET
from tests.support.waiting import running_coroutines, wait_until


async def announce(_: Transaction) -> tuple[None, Sequence[LoggedEvent]]:
    return None, [Announcement(session_id="session", body="你好")]


async def test_no_event_is_lost_while_the_database_restarts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = RealtimeLimits(
        presence_interval_seconds=0.02, tally_interval_seconds=0.02, topic_linger_seconds=0.02
    )
    capture_limits = CaptureLimits(sweep=Schedule(interval_seconds=0.1))
    # The default time limit of a transaction, 15 s, is too long for a test.
    assert Mongo.run_transaction.__kwdefaults__ is not None
    monkeypatch.setitem(Mongo.run_transaction.__kwdefaults__, "timeout", 0.5)
    topic = session_topic("session")
    async with AsyncExitStack() as stack:
        async with run_embedded(folder) as running:
            mongo = await Mongo.connect(running.uri, "songgang", timeout=0.5)
            stack.push_async_callback(mongo.close)
            store = Store(mongo, SECRET)
            await store.prepare(SECRET)
            await store.live_sessions.add([records.live_session(id="session")])
            one = await stack.enter_async_context(
                run_node(store, limits=limits, capture_limits=capture_limits)
            )
            one.lead_log.start()
            member = RecordingMember()
            await one.follow("session", member)
            one.presence.enter("session", "w")
            first = records.lead()
            assert await record_lead(one, first) == (first, True)
            await one.commit.append(topic, announce)
            await wait_until(lambda: member.event_names.count("Announcement") == 1)
            await wait_until(lambda: _total(member) == 1)

        second = records.lead()
        for refused in (record_lead(one, second), one.commit.append(topic, announce)):
            with pytest.raises(Busy):
                await refused
        with pytest.raises(StorageUnavailable):
            await one.follow("other", RecordingMember())
        gives_up = asyncio.create_task(one.follow("other", RecordingMember()))
        await asyncio.sleep(0)
        gives_up.cancel()
        await wait_until(lambda: not one.feed.is_open)
        one.hub.notify_gap()
        one.tally.notify_gap()
        one.lead_log.schedule("session")
        await one.presence.close()
        await wait_until(
            lambda: set(one.hub.topics.topics) == {topic} and not one.hub.topics.lingering
        )
        assert gives_up.cancelled()

        async with run_embedded(folder):
            await wait_until(lambda: one.feed.is_open, within=20)
            assert await record_lead(one, second) == (second, True)
            again = records.lead(person=second.person)
            assert await record_lead(one, again) == (second, False)
            await one.commit.append(topic, announce)
            late = RecordingMember()
            await one.follow("session", late, after=0)
            await wait_until(lambda: member.event_names.count("Announcement") == 2)
            await wait_until(lambda: _total(member) == 2)
            announced = [event["seq"] for event in late.events if event["event"] == "Announcement"]
            assert announced == [1, 2]
            recorded = await store.event_log.read(lead_topic("session"), after=0, limit=10)
            assert [placed.seq for placed in recorded] == [1, 2]
            # Closed while the server is up: a driver that is still connecting leaks its socket.
            await stack.aclose()
    assert running_coroutines("realtime") == []


def _total(member: RecordingMember) -> int:
    totals = [event["total"] for event in member.events if event["event"] == "TallyChanged"]
    return totals[-1] if totals else 0
