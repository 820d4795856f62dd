"""After an election the feed reads where the majority is, and no event is lost or repeated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from domain.live.events import Announcement, LoggedEvent
from storage.mongo.client import Mongo, StorageError, Transaction, new_id
from storage.store import Store
from tests.support.hub_members import RecordingMember
from tests.support.hub_session import seq_range
from tests.support.realtime_node import RealtimeNode, run_node
from tests.support.records import live_session
from tests.support.replica_set import ReplicaSet, run_replica_set
from tests.support.stores import SECRET
from tests.support.waiting import wait_until

WITHIN_SECONDS = 90.0
"""Longer than any of this takes on a busy machine, shorter than the fault lasts without a watch."""


@pytest.fixture(scope="module")
async def replica_set() -> AsyncIterator[ReplicaSet]:
    async with run_replica_set() as running:
        yield running


@pytest.fixture
async def nodes(replica_set: ReplicaSet) -> AsyncIterator[list[RealtimeNode]]:
    """Two nodes over a new database of the set, each with its own client."""
    await replica_set.wait_healthy()
    name = f"test_{new_id()}"
    async with AsyncExitStack() as stack:
        found = []
        for number in range(2):
            mongo = await Mongo.connect(replica_set.uri, name, timeout=30)
            stack.push_async_callback(mongo.close)
            store = Store(mongo, SECRET)
            await store.prepare(SECRET)
            found.append(await stack.enter_async_context(run_node(store, name=str(number))))
        yield found


async def announce(node: RealtimeNode, session_id: str) -> None:
    """Log an event, however long the election takes; twice, if an outcome is not known."""

    async def change(_: Transaction) -> tuple[None, list[LoggedEvent]]:
        return None, [Announcement(session_id=session_id, body="你好")]

    async def is_logged() -> bool:
        try:
            await node.commit.append(f"session/{session_id}", change)
        except StorageError:
            return False
        return True

    await wait_until(is_logged, WITHIN_SECONDS)


async def wait_delivered(
    node: RealtimeNode, session_id: str, members: list[RecordingMember], at_least: int
) -> None:
    """Wait until each member has every event of the log, once and in order."""

    async def is_delivered() -> bool:
        last_seq = await node.store.event_log.last_seq(f"session/{session_id}")
        logged = seq_range(1, last_seq)
        return last_seq >= at_least and all(member.logged_seqs == logged for member in members)

    await wait_until(is_delivered, WITHIN_SECONDS, every=0.1)


@pytest.mark.parametrize("fault", ["locked", "paused"])
async def test_events_arrive_while_the_former_primary_does_not_follow(
    replica_set: ReplicaSet, nodes: list[RealtimeNode], fault: str
) -> None:
    live = live_session()
    await nodes[0].store.live_sessions.add([live])
    members = [RecordingMember() for _ in nodes]
    for node, member in zip(nodes, members, strict=True):
        await node.follow(live.id, member)
    await announce(nodes[0], live.id)
    await wait_delivered(nodes[0], live.id, members, 1)

    former = await replica_set.wait_for_primary()
    await former.step_down()
    if fault == "locked":
        await former.lock()
    else:
        former.pause()
    try:
        await announce(nodes[1], live.id)
        await announce(nodes[0], live.id)
        await wait_delivered(nodes[0], live.id, members, 3)
        await wait_until(
            lambda: not any(node.parts.feed_watch.is_stale for node in nodes), WITHIN_SECONDS
        )
        assert not any(node.parts.feed_watch.is_behind_others for node in nodes)
    finally:
        if fault == "locked":
            await former.unlock()
        else:
            former.resume()
    await replica_set.wait_healthy()
    await announce(nodes[0], live.id)
    await wait_delivered(nodes[0], live.id, members, 4)
    assert [node.hub.counts.resets for node in nodes] == [0, 0]
