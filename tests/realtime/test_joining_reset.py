"""A subscriber whose cursor the log cannot serve gets one Reset, then live events."""

from __future__ import annotations

import asyncio

from domain.live.events import EventEnvelope, Reset
from realtime.limits import RealtimeLimits
from realtime.subscription_group import DeliveryCounts, Group
from tests.support.hub_session import HubSession, seq_range
from tests.support.records import FIXED_NOW
from tests.support.waiting import wait_until

BEYOND_EVERY_LOG = 1 << 62


async def test_a_cursor_beyond_the_log_gets_one_reset(room: HubSession) -> None:
    await room.announce(3)
    for after in (4, BEYOND_EVERY_LOG):
        member = await room.join_recorder(after)
        assert (member.event_names, member.seqs) == (["Reset"], [3])
    await room.announce(2)
    await room.wait_delivered(member)
    assert member.event_names == ["Reset", "Announcement", "Announcement"]
    assert member.seqs == [3, 4, 5]


async def test_a_cursor_ahead_of_this_node_gets_no_reset(room: HubSession) -> None:
    first = await room.join_recorder()
    await room.announce(2, hint=False)
    member = await room.join_recorder(2)
    await room.announce(1)
    await room.wait_delivered(first, member)
    assert first.seqs == [1, 2, 3]
    assert member.seqs == [3]


async def test_a_cursor_too_far_back_gets_one_reset(
    room: HubSession,
) -> None:
    room.set_limits(RealtimeLimits(max_catch_up_events=5))
    await room.announce(10)
    near, far = await room.join_recorder(5), await room.join_recorder(4)
    assert near.seqs == seq_range(6, 10)
    assert (far.event_names, far.seqs) == (["Reset"], [10])
    await room.announce(1)
    await room.wait_delivered(near, far)
    assert far.seqs == [10, 11]


async def test_a_cursor_before_the_first_stored_event_gets_one_reset(room: HubSession) -> None:
    placed = await room.announce(9)
    for after, expected in ((3, [9]), (4, [9]), (5, seq_range(6, 9))):
        await room.store.mongo["events"].delete_many({"seq": {"$lte": placed[3].seq}})
        fresh = HubSession(room.store)
        fresh.session_id, fresh.topic = room.session_id, room.topic
        member = await fresh.join_recorder(after)
        assert member.seqs == expected
        assert member.event_names[0] == ("Reset" if after < 5 else "Announcement")
        await fresh.hub.close()


async def test_a_deleted_log_continues_its_numbering(room: HubSession) -> None:
    await room.announce(3)
    await room.store.mongo["events"].delete_many({})
    late, reset = await room.join_recorder(), await room.join_recorder(1)
    await room.announce(1)
    await room.wait_delivered(late, reset)
    assert late.seqs == [4]
    assert (reset.event_names, reset.seqs) == (["Reset", "Announcement"], [3, 4])


async def test_members_reset_together_share_one_rendering(room: HubSession) -> None:
    await room.announce(2)
    members = await asyncio.gather(*(room.join_recorder(BEYOND_EVERY_LOG) for _ in range(50)))
    assert all(member.event_names == ["Reset"] for member in members)
    group = Group(room.rendering, DeliveryCounts(), "somebody")
    room.rendering.rendered_seqs.clear()
    room.rendering.go.clear()
    reset = EventEnvelope(
        topic=room.topic, seq=2, at=FIXED_NOW, event=Reset(session_id=room.session_id)
    )
    first = asyncio.create_task(group.render_reset(reset))
    await wait_until(lambda: room.rendering.rendered_seqs == [2])
    room.rendering.go.set()
    await asyncio.gather(first, *(group.render_reset(reset) for _ in range(50)))
    assert room.rendering.rendered_seqs == [2, 2]


async def test_a_later_reset_gets_a_new_snapshot(room: HubSession) -> None:
    await room.join_recorder(BEYOND_EVERY_LOG)
    await room.join_recorder(BEYOND_EVERY_LOG)
    assert room.rendering.rendered_seqs == [0, 0]
