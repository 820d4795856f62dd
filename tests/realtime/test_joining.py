"""A subscriber that joins gets each event after its cursor once, in order, then live events."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from realtime.limits import RealtimeLimits
from tests.support.hub_members import LaggingMember, RecordingMember
from tests.support.hub_session import HubSession, seq_range


async def test_without_a_cursor_a_member_gets_only_live_events(room: HubSession) -> None:
    await room.announce(3)
    member = await room.join_recorder()
    await room.announce(2)
    await room.wait_delivered(member)
    assert member.seqs == [4, 5]
    assert member.kinds == [None, None]


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_with_a_cursor_a_member_gets_missed_events_then_live_ones(
    room: HubSession, after: int
) -> None:
    await room.announce(3)
    member = await room.join_recorder(after)
    assert member.seqs == seq_range(after + 1, 3)
    await room.announce(2)
    await room.wait_delivered(member)
    assert member.seqs == seq_range(after + 1, 5)


async def test_an_empty_log_is_followed_from_its_first_event(room: HubSession) -> None:
    members = [await room.join_recorder(), await room.join_recorder(0)]
    await room.announce(1)
    await room.wait_delivered(*members)
    assert [member.seqs for member in members] == [[1], [1]]


async def test_a_pinned_posting_is_rendered_again_for_a_returning_member(room: HubSession) -> None:
    member = await room.join_recorder()
    await room.pin("a", "b")
    await room.announce(1)
    await room.wait_delivered(member)
    for times in (1, 2, 3):
        assert Counter(room.rendering.rendered_seqs) == {1: times, 2: times, 3: 1}
        assert (await room.join_recorder(0)).event_names == [
            "PostingPinned",
            "PostingPinned",
            "Announcement",
        ]


async def test_a_thousand_reconnects_within_the_window_do_not_read_the_log(
    room: HubSession,
) -> None:
    await room.announce(600)
    await room.join_recorder()
    before = room.log.reads
    # The first cursor is at the start of the window, most are near its end.
    cursors = [89, *(500 + n % 101 for n in range(999))]
    members = await asyncio.gather(*(room.join_recorder(after) for after in cursors))
    assert room.log.reads == before
    assert all(
        member.seqs == seq_range(after + 1, 600)
        for after, member in zip(cursors, members, strict=True)
    )
    assert sorted(room.rendering.rendered_seqs) == seq_range(90, 600)


async def test_members_behind_the_window_share_few_reads(
    room: HubSession,
) -> None:
    room.set_limits(RealtimeLimits(recent_events_per_topic=50, events_per_read=50))
    await room.announce(320)
    await room.join_recorder()
    before = room.log.reads
    cursors = [n * 10 for n in range(25)]
    members = await asyncio.gather(*(room.join_recorder(after) for after in cursors))
    assert all(
        member.seqs == seq_range(after + 1, 320)
        for after, member in zip(cursors, members, strict=True)
    )
    assert room.log.reads - before <= 320 / 50


async def test_a_slow_member_catches_up_at_its_own_pace(room: HubSession) -> None:
    await room.announce(3)
    lagging, member = LaggingMember(), await room.join_recorder()
    joining = asyncio.create_task(room.join(lagging, 0))
    await lagging.waits.wait()
    await room.announce(2)
    await room.wait_delivered(member)
    assert lagging.seqs == [1]
    lagging.reads.set()
    await joining
    assert lagging.seqs == seq_range(1, 5)
    await room.announce(1)
    await room.wait_delivered(lagging)
    assert lagging.seqs == seq_range(1, 6)


async def test_a_member_cancelled_while_catching_up_gets_nothing_more(room: HubSession) -> None:
    await room.announce(3)
    lagging, member = LaggingMember(), await room.join_recorder()
    joining = asyncio.create_task(room.join(lagging, 0, key="other"))
    await lagging.waits.wait()
    joining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await joining
    await room.announce(1)
    await room.wait_delivered(member)
    assert lagging.seqs == [1]
    assert set(room.followed().groups) == {"key"}
    assert room.hub.topics.user_counts == {room.topic: 1}


async def test_the_hub_reports_the_first_member_of_a_session(room: HubSession) -> None:
    noticed: list[str] = []
    room.hub.on_first_member = noticed.append
    member = RecordingMember()
    membership = await room.join(member)
    await room.join_recorder(key="other")
    assert noticed == [room.session_id]
    for group in list(room.followed().groups.values()):
        group.members.clear()
    membership.leave()
    await room.join_recorder()
    assert noticed == [room.session_id] * 2
