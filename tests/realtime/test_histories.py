"""A log that was restored from a backup is told from the one that clients and nodes knew."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from domain.live.events import Announcement, EventEnvelope, LoggedEvent
from domain.live.log_position import LogPosition
from realtime.limits import RealtimeLimits
from storage.mongo.client import Mongo, Transaction
from storage.mongo.embedded import run_embedded
from storage.store import Store
from tests.support.hub_members import RecordingMember
from tests.support.hub_session import HubSession, seq_range
from tests.support.mongod import temporary_folder
from tests.support.realtime_node import RealtimeNode, run_node
from tests.support.records import live_session
from tests.support.stores import SECRET
from tests.support.waiting import wait_until


async def restore(room: HubSession, seq: int) -> None:
    """Take the log back to ``seq``, as restoring a backup does."""
    await room.store.mongo["events"].delete_many({"topic": room.topic, "seq": {"$gt": seq}})
    await room.store.mongo["logs"].update_one({"_id": room.topic}, {"$set": {"seq": seq}})


@pytest.mark.parametrize("recent", [512, 2], ids=["in memory", "in the log"])
async def test_a_cursor_of_another_history_gets_one_reset(room: HubSession, recent: int) -> None:
    placed = await room.announce(4)
    await restore(room, 2)
    await room.announce(6)
    room.set_limits(RealtimeLimits(recent_events_per_topic=recent, events_per_read=3))
    for lost in placed[2:]:
        member = await room.join_recorder(lost.position)
        assert (member.event_names, member.seqs) == (["Reset"], [8])
    for kept in placed[:2]:
        member = await room.join_recorder(kept.position)
        assert member.seqs == seq_range(kept.seq + 1, 8)
    assert room.hub.counts.resets == 2


async def test_a_cursor_without_a_tag_gets_one_reset(room: HubSession) -> None:
    await room.announce(3)
    for seq in range(1, 4):
        member = await room.join_recorder(LogPosition(seq=seq, tag=""))
        assert (member.event_names, member.seqs) == (["Reset"], [3])
    again = await room.join_recorder(room.followed().last)
    assert again.events == []


async def test_a_cursor_with_the_tag_of_its_neighbour_gets_one_reset(room: HubSession) -> None:
    placed = await room.announce(3)
    for seq, tag in ((1, placed[1].tag), (0, placed[0].tag), (3, placed[1].tag)):
        member = await room.join_recorder(LogPosition(seq=seq, tag=tag))
        assert (member.event_names, member.seqs) == (["Reset"], [3])


async def test_members_are_reset_when_their_log_is_replaced_by_a_longer_one(
    room: HubSession,
) -> None:
    await room.announce(3)
    members = [await room.join_recorder(), await room.join_recorder(0)]
    await restore(room, 1)
    await room.announce(5, hint=False)
    room.hub.notify_gap()
    await room.wait_delivered(*members)
    assert members[0].event_names == ["Reset"]
    assert members[1].event_names == ["Announcement"] * 3 + ["Reset"]
    await room.announce(1)
    await room.wait_delivered(*members)
    assert members[0].seqs == [6, 7]
    assert room.followed().failures == 0


@pytest.mark.parametrize("hint", [True, False], ids=["by an event", "by a gap"])
async def test_members_are_reset_when_their_log_is_replaced_by_a_shorter_one(
    room: HubSession, hint: bool
) -> None:
    await room.announce(9)
    member = await room.join_recorder()
    await restore(room, 2)
    await room.announce(2, hint=hint)
    if not hint:
        room.hub.notify_gap()
    await wait_until(lambda: member.events)
    assert (member.event_names, member.seqs) == (["Reset"], [4])
    await room.announce(1)
    await room.wait_delivered(member)
    assert member.seqs == [4, 5]
    joined = await room.join_recorder(3)
    assert joined.seqs == [4, 5]


async def test_events_that_are_notified_twice_reset_nobody(room: HubSession) -> None:
    placed = await room.announce(600)
    member = await room.join_recorder(0)
    for each in (*placed, placed[0]):
        room.hub.notify(each)
    room.hub.notify_gap()
    await room.announce(1)
    await room.wait_delivered(member)
    assert member.seqs == seq_range(1, 601)
    assert room.hub.counts.resets == 0


async def test_a_deleted_log_resets_no_member(room: HubSession) -> None:
    await room.announce(3)
    member = await room.join_recorder()
    await room.store.mongo["events"].delete_many({"topic": room.topic})
    room.hub.notify_gap()
    await room.announce(1)
    await room.wait_delivered(member)
    assert (member.event_names, member.seqs) == (["Announcement"], [4])


async def announce(node: RealtimeNode, session_id: str, count: int) -> None:
    async def change(_: Transaction) -> tuple[None, list[LoggedEvent]]:
        return None, [Announcement(session_id=session_id, body="你好")] * count

    await node.commit.append(f"session/{session_id}", change)


@asynccontextmanager
async def node_over(folder: Path) -> AsyncIterator[RealtimeNode]:
    """Run a node over the embedded mongod of a data folder."""
    async with run_embedded(folder) as running:
        mongo = await Mongo.connect(running.uri, "songgang")
        try:
            store = Store(mongo, SECRET)
            await store.prepare(SECRET)
            async with run_node(store) as node:
                yield node
        finally:
            await mongo.close()


async def read_log(node: RealtimeNode, session_id: str) -> list[EventEnvelope]:
    return await node.store.event_log.read(f"session/{session_id}", after=0, limit=100)


async def test_a_restored_data_folder_that_grew_past_a_client_resets_it() -> None:
    with temporary_folder() as parent:
        folder, backup = parent / "data", parent / "backup"
        live = live_session()
        async with node_over(folder) as node:
            await node.store.live_sessions.add([live])
            await announce(node, live.id, 3)
        shutil.copytree(folder, backup)
        async with node_over(folder) as node:
            await announce(node, live.id, 2)
            first = await read_log(node, live.id)
        shutil.rmtree(folder)
        shutil.copytree(backup, folder)
        async with node_over(folder) as node:
            await announce(node, live.id, 4)
            second = await read_log(node, live.id)
            assert second[:3] == first[:3]
            found = {}
            for placed in first:
                member = RecordingMember()
                await node.follow(live.id, member, after=placed.position)
                found[placed.seq] = list(zip(member.event_names, member.seqs, strict=True))
            stored = (await node.store.live_sessions.by_ids([live.id]))[live.id]
    announced = [("Announcement", seq) for seq in range(2, 8)]
    assert found == {
        1: announced,
        2: announced[1:],
        3: announced[2:],
        4: [("Reset", 7)],
        5: [("Reset", 7)],
    }
    assert stored.position == second[-1].position
