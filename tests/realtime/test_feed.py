"""The feed delivers the events of every node in log order, and reports a possible gap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from pymongo import AsyncMongoClient

from domain.live.events import Announcement, EventEnvelope, LoggedEvent
from realtime.feed import EventFeed
from realtime.group_commit import GroupCommit
from realtime.limits import RealtimeLimits
from storage.mongo.client import Document, StorageUnavailable, Transaction
from storage.mongo.collections import ensure_collections
from storage.store import Store
from tests.support.waiting import running_coroutines, wait_until

TOPIC = "session/session"


class Listener:
    def __init__(self, store: Store) -> None:
        self.received: list[EventEnvelope] = []
        self.gaps = 0
        self.feed = EventFeed(store.mongo, on_event=self.received.append, on_gap=self._gap)

    def _gap(self) -> None:
        self.gaps += 1

    async def wait_for_events(self, count: int) -> None:
        await wait_until(lambda: len(self.received) == count)

    @property
    def seqs(self) -> list[int]:
        return [placed.seq for placed in self.received]


@pytest.fixture
async def listener(store: Store) -> AsyncIterator[Listener]:
    listener = Listener(store)
    await listener.feed.open()
    yield listener
    await listener.feed.close()


async def announce(commit: GroupCommit, count: int = 1) -> None:
    async def change(_: Transaction) -> tuple[None, list[LoggedEvent]]:
        return None, [Announcement(session_id="session", body="你好")] * count

    await commit.append(TOPIC, change)


async def change_streams(uri: str, database: str) -> list[int]:
    """The ids of the server cursors that follow the log of ``database``."""
    async with AsyncMongoClient[Document](uri) as client:
        pipeline: list[Document] = [
            {"$currentOp": {"allUsers": True, "idleCursors": True}},
            {"$match": {"ns": f"{database}.events", "cursor.cursorId": {"$exists": True}}},
        ]
        found = await client.admin.aggregate(pipeline)
        return [operation["cursor"]["cursorId"] async for operation in found]


async def test_events_of_every_node_arrive_in_log_order(
    store: Store, listener: Listener, commit: GroupCommit, other_commit: GroupCommit
) -> None:
    assert listener.feed.is_open
    assert listener.gaps == 1
    for number in range(1, 11):
        await announce(other_commit if number % 2 else commit, number)
    await listener.wait_for_events(55)
    assert listener.received == await store.event_log.read(TOPIC, after=0, limit=100)
    assert listener.gaps == 1


async def test_no_event_arrives_before_open_or_after_close(
    store: Store, commit: GroupCommit
) -> None:
    listener = Listener(store)
    await listener.feed.close()
    assert not listener.feed.is_open
    await announce(commit)
    await listener.feed.open()
    await announce(commit)
    await wait_until(lambda: listener.received)
    await listener.feed.close()
    assert not listener.feed.is_open
    await announce(commit)
    assert listener.seqs == [2]


async def test_a_killed_server_cursor_loses_no_event_and_reports_no_gap(
    mongo_uri: str, store: Store, listener: Listener, commit: GroupCommit
) -> None:
    database = store.mongo.database_name
    for number in range(1, 4):
        await announce(commit)
        cursors = await change_streams(mongo_uri, database)
        assert cursors
        await store.mongo.command({"killCursors": "events", "cursors": cursors})
        await announce(commit)
        await listener.wait_for_events(2 * number)
    assert listener.seqs == list(range(1, 7))
    assert listener.gaps == 1


async def test_a_recreated_log_is_followed_after_a_gap(
    store: Store, listener: Listener, commit: GroupCommit
) -> None:
    await announce(commit)
    await wait_until(lambda: listener.seqs == [1])
    await store.mongo["events"].drop()
    await ensure_collections(store.mongo)
    await wait_until(lambda: listener.gaps == 2)
    await wait_until(lambda: listener.feed.is_open)
    await announce(commit)
    await wait_until(lambda: listener.seqs == [1, 2])


async def test_a_feed_that_is_closed_while_it_opens_leaves_no_task(store: Store) -> None:
    listener = Listener(store)
    starting = asyncio.create_task(listener.feed.open())
    await asyncio.sleep(0)
    starting.cancel()
    await listener.feed.close()
    assert running_coroutines("realtime") == []


async def test_a_feed_reports_a_gap_and_continues_after_its_listener_fails(
    store: Store, commit: GroupCommit
) -> None:
    received: list[int] = []
    gaps: list[int] = []

    def on_event(placed: EventEnvelope) -> None:
        received.append(placed.seq)
        if len(received) == 1:
            raise ValueError("once")

    feed = EventFeed(store.mongo, on_event=on_event, on_gap=lambda: gaps.append(len(received)))
    await feed.open()
    await announce(commit)
    await wait_until(lambda: gaps == [0, 1])
    await announce(commit)
    await wait_until(lambda: received == [1, 2])
    await feed.close()


async def test_a_feed_that_cannot_open_names_what_is_missing(
    store: Store,
) -> None:
    limits = RealtimeLimits(feed_open_timeout_seconds=0)
    feed = EventFeed(store.mongo, on_event=lambda _: None, on_gap=lambda: None, limits=limits)
    with pytest.raises(StorageUnavailable, match="change stream"):
        await feed.open()
    assert running_coroutines("realtime") == []
