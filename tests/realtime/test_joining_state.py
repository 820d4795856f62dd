"""Joining a room that has published state: the newest state follows the missed events."""

from __future__ import annotations

import asyncio

from tests.support.hub_session import HubSession
from tests.support.waiting import wait_until


async def test_a_joining_member_gets_the_newest_state_after_the_missed_events(
    room: HubSession,
) -> None:
    first = await room.join_recorder()
    for count in (3, 4):
        room.hub.publish(room.topic, room.viewers_event(count))
    await wait_until(lambda: first.events)
    await room.announce(2)
    await room.wait_delivered(first)
    calls = len(room.rendering.rendered_seqs)
    members = await asyncio.gather(*(room.join_recorder(after) for after in (None, 0, 1) * 20))
    for member, missed in zip(members, ([], [1, 2], [2]) * 20, strict=True):
        assert member.seqs == [*missed, 2]
        assert [state["viewers"] for state in member.ephemeral_events] == [4]
        assert member.kinds[-1] == "PresenceChanged"
    # Rendered once for all of them.
    assert room.rendering.rendered_seqs[calls:] == [2]


async def test_events_logged_while_state_is_rendered_arrive_before_it(room: HubSession) -> None:
    first = await room.join_recorder()
    room.hub.publish(room.topic, room.viewers_event(3))
    await wait_until(lambda: first.events)
    room.rendering.go.clear()
    joining = asyncio.create_task(room.join_recorder(0))
    await wait_until(lambda: len(room.rendering.rendered_seqs) == 2)
    await room.announce(1)
    room.hub.publish(room.topic, room.viewers_event(4))
    await wait_until(lambda: len(room.rendering.rendered_seqs) == 3)
    room.rendering.go.set()
    member = await joining
    await wait_until(lambda: [state["viewers"] for state in first.ephemeral_events] == [3, 4])
    assert member.logged_seqs == [1]
    assert member.seqs == sorted(member.seqs)
    assert member.ephemeral_events[-1]["viewers"] == 4


async def test_a_member_ahead_of_this_node_gets_the_state_after_the_node_catches_up(
    room: HubSession,
) -> None:
    first = await room.join_recorder()
    room.hub.publish(room.topic, room.viewers_event(3))
    await wait_until(lambda: first.events)
    await room.announce(2, hint=False)
    member = await room.join_recorder(2)
    assert member.events == []
    await wait_until(lambda: member.events)
    assert (member.seqs, member.ephemeral_events[0]["viewers"]) == ([2], 3)
    await wait_until(lambda: first.seqs == [0, 1, 2, 2])


async def test_old_state_is_not_sent_to_a_member_with_newer_events(room: HubSession) -> None:
    first = await room.join_recorder()
    room.rendering.go.clear()
    room.hub.publish(room.topic, room.viewers_event(3))
    await wait_until(lambda: room.rendering.rendered_seqs == [0])
    await room.announce(2, hint=False)
    member = await room.join_recorder(2)
    room.rendering.go.set()
    await wait_until(lambda: len(first.ephemeral_events) == 2)
    assert (first.seqs, member.seqs) == ([0, 1, 2, 2], [2])
