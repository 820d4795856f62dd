"""The feed watch: heartbeats come back, a silent feed is opened again, and nodes compare."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.live.events import Announcement, EventEnvelope, LoggedEvent
from realtime.feed import EventFeed
from realtime.feed_watch import FeedWatch
from realtime.group_commit import GroupCommit
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from storage.clock import utc_now
from storage.mongo.client import Transaction
from storage.mongo.heartbeats import HEARTBEAT_ID, FeedReport
from storage.store import Store
from tests.support.waiting import wait_until

ALWAYS_STALE = replace(DEFAULT_LIMITS, feed_stale_seconds=0.0)
"""With these limits every heartbeat that has not come back is overdue."""
NEVER_STALE = replace(DEFAULT_LIMITS, feed_stale_seconds=3_600.0)
QUICK = replace(DEFAULT_LIMITS, feed_heartbeat_interval_seconds=0.01)

Watching = Callable[..., FeedWatch]


@pytest.fixture
async def watching(store: Store) -> AsyncIterator[Watching]:
    """Returns watches over feeds that are not open; a test runs them round by round."""
    async with AsyncExitStack() as stack:

        def create(node: str, limits: RealtimeLimits = DEFAULT_LIMITS) -> FeedWatch:
            feed = EventFeed(store.mongo, on_event=lambda _: None, on_gap=lambda: None)
            stack.push_async_callback(feed.close)
            watch = FeedWatch(store.heartbeats, feed, node=node, limits=limits)
            stack.push_async_callback(watch.close)
            return watch

        yield create


async def bring_heartbeat(watch: FeedWatch) -> None:
    """Send a heartbeat and wait until the feed has brought it."""
    before = watch.feed.last_heartbeat
    await watch.run_once()
    await wait_until(lambda: watch.feed.last_heartbeat > before)


async def test_heartbeats_of_every_node_come_back_and_are_no_events(
    store: Store, other_store: Store
) -> None:
    received: list[EventEnvelope] = []
    feed = EventFeed(store.mongo, on_event=received.append, on_gap=lambda: None)
    await feed.open()
    numbers = []
    for _ in range(3):
        numbers += [await store.heartbeats.send(), await other_store.heartbeats.send()]
    assert numbers == list(range(1, 7))
    await wait_until(lambda: feed.last_heartbeat == 6)
    await feed.close()
    assert received == []
    assert await store.mongo["events"].count_documents({}) == 1


async def test_an_open_feed_is_neither_stale_nor_opened_again(watching: Watching) -> None:
    watch = watching("node", QUICK)
    await watch.feed.open()
    watch.start()
    await wait_until(lambda: watch.runs > 20 and watch.feed.last_heartbeat > 20)
    assert not watch.is_stale
    assert (watch.reopenings, watch.feed.restarts, watch.failures) == (0, 0, 0)
    assert watch.age_seconds < DEFAULT_LIMITS.feed_stale_seconds


async def test_a_heartbeat_that_is_overdue_opens_the_feed_again(watching: Watching) -> None:
    watch = watching("node", ALWAYS_STALE)
    await watch.run_once()
    assert watch.reopenings == 0  # the first one may still be on its way
    await watch.run_once()
    assert watch.reopenings == 1


async def test_a_feed_that_stays_silent_is_opened_again_after_growing_pauses(
    watching: Watching,
) -> None:
    watch = watching("node", replace(DEFAULT_LIMITS, feed_stale_seconds=1e-9))
    for _ in range(40):
        await watch.run_once()
    # The pause doubles each time, from a nanosecond.
    assert 1 < watch.reopenings < 39
    assert watch._reopen_pause_seconds > 1e-6


async def test_a_feed_is_not_opened_again_while_no_write_succeeds(
    watching: Watching, store: Store
) -> None:
    watch = watching("node", ALWAYS_STALE)
    await watch.run_once()
    validator = {"$jsonSchema": {"required": ["refused"]}}
    before = (await store.mongo.read_validators())["events"]
    await store.mongo.command({"collMod": "events", "validator": validator})
    try:
        for _ in range(3):
            with pytest.raises(Exception, match="refuses"):
                await watch.run_once()
    finally:
        await store.mongo.command({"collMod": "events", "validator": before})
    assert watch.reopenings == 0


async def test_reopening_loses_and_repeats_no_event(store: Store, commit: GroupCommit) -> None:
    received: list[int] = []
    gaps: list[int] = []
    feed = EventFeed(
        store.mongo,
        on_event=lambda placed: received.append(placed.seq),
        on_gap=lambda: gaps.append(len(received)),
    )
    await feed.open()

    async def change(_: Transaction) -> tuple[None, list[LoggedEvent]]:
        return None, [Announcement(session_id="session", body="你好")]

    for number in range(1, 31):
        await commit.append("session/session", change)
        feed.reopen()
        feed.reopen()
        if number % 3 == 0:
            await wait_until(lambda: len(received) == number)  # noqa: B023 - awaited here
    assert received == list(range(1, 31))
    assert gaps == [0]
    assert feed.restarts >= 10
    assert (feed.failures, feed.is_failing) == (0, False)
    await feed.close()
    feed.reopen()  # a closed feed stays closed
    assert not feed.is_open


async def test_a_node_is_behind_only_while_another_is_ahead(watching: Watching) -> None:
    silent, healthy = watching("silent", ALWAYS_STALE), watching("healthy", NEVER_STALE)
    await silent.run_once()
    assert silent.is_stale
    assert not silent.is_behind_others
    await healthy.feed.open()
    healthy.start()
    await wait_until(lambda: healthy.feed.last_heartbeat > 0)
    await healthy.run_once()
    await silent.run_once()
    assert silent.is_behind_others
    assert not healthy.is_behind_others
    # A node that stops takes its report along.
    await healthy.close()
    await silent.run_once()
    assert not silent.is_behind_others


async def test_nodes_that_are_silent_alike_are_not_behind(watching: Watching) -> None:
    nodes = [watching(name, ALWAYS_STALE) for name in "abc"]
    for _ in range(3):
        for node in nodes:
            await node.run_once()
    assert all(node.is_stale for node in nodes)
    assert not any(node.is_behind_others for node in nodes)


async def test_what_is_known_of_other_nodes_expires(watching: Watching, store: Store) -> None:
    limits = replace(ALWAYS_STALE, feed_comparison_valid_seconds=0.0)
    silent, forgetful = watching("silent", ALWAYS_STALE), watching("forgetful", limits)
    ahead = FeedReport(node="ahead", heartbeat=1_000, is_fresh=True)
    await store.heartbeats.report(ahead)
    for watch in (silent, forgetful):
        await watch.run_once()
    assert silent.is_behind_others
    assert not forgetful.is_behind_others
    assert ahead in await store.heartbeats.find_reports()
    long_ago = utc_now() - timedelta(minutes=1)
    await store.mongo["feed_reports"].update_one({"_id": "ahead"}, {"$set": {"at": long_ago}})
    assert ahead not in await store.heartbeats.find_reports()
    await silent.run_once()
    assert not silent.is_behind_others


async def test_heartbeats_go_on_after_the_database_was_restored(
    watching: Watching, store: Store
) -> None:
    watch = watching("node", ALWAYS_STALE)
    await watch.feed.open()
    for _ in range(3):
        await bring_heartbeat(watch)
    await store.mongo["events"].delete_one({"_id": HEARTBEAT_ID})
    await watch.run_once()
    await wait_until(lambda: watch.feed.last_heartbeat == 1)
    await bring_heartbeat(watch)
    assert watch.age_seconds < 60
    assert not watch._unseen
