"""A topic recovers from lost hints, and renders each event once per group."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.live.events import PresenceChanged, TallyChanged
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.rendered_event import RenderedEvent
from realtime.subscription_group import DeliveryCounts, Group, split_by_size
from tests.support.hub_members import RecordingMember, RecordingRenderer
from tests.support.hub_session import HubSession, seq_range
from tests.support.waiting import wait_until

MAX_PART_BYTES = DEFAULT_LIMITS.max_part_bytes
EVENTS_PER_BATCH = DEFAULT_LIMITS.events_per_batch


async def test_the_next_hint_recovers_a_lost_one(room: HubSession) -> None:
    member = await room.join_recorder()
    await room.announce(2, hint=False)
    await room.announce(1)
    await room.wait_delivered(member)
    assert member.seqs == [1, 2, 3]


async def test_a_gap_notice_recovers_a_lost_hint(room: HubSession) -> None:
    member = await room.join_recorder()
    await room.announce(2, hint=False)
    room.hub.notify_gap()
    await room.wait_delivered(member)
    assert member.seqs == [1, 2]


async def test_duplicate_and_late_hints_are_delivered_once(room: HubSession) -> None:
    member = await room.join_recorder()
    placed = await room.announce(3, hint=False)
    for each in (*reversed(placed), *placed):
        room.hub.notify(each)
    await room.announce(1)
    await room.wait_delivered(member)
    assert member.seqs == [1, 2, 3, 4]


async def test_hints_over_the_limit_cause_a_read_and_lose_no_event(
    room: HubSession,
) -> None:
    room.set_limits(RealtimeLimits(max_pending_events=4))
    member = await room.join_recorder()
    await room.announce(11)
    await room.wait_delivered(member)
    assert member.seqs == seq_range(1, 11)


async def test_a_hint_for_a_topic_without_members_is_dropped(room: HubSession) -> None:
    await room.announce(1)
    room.hub.publish(room.topic, TallyChanged(session_id=room.session_id, total=1, interests={}))
    assert room.log.reads == 0


async def test_cached_log_blocks_stay_within_their_limit(
    room: HubSession,
) -> None:
    room.set_limits(
        RealtimeLimits(recent_events_per_topic=5, events_per_read=5, max_cached_blocks=2)
    )
    await room.announce(40)
    assert (await room.join_recorder(0)).seqs == seq_range(1, 40)
    assert (await room.join_recorder(0)).seqs == seq_range(1, 40)
    assert len(room.followed().window._blocks) == 2


async def test_an_event_is_rendered_once_per_group(room: HubSession) -> None:
    renderings = {key: RecordingRenderer() for key in "ab"}
    members = [RecordingMember() for _ in range(40)]
    for number, member in enumerate(members):
        key = "ab"[number % 2]
        await room.hub.join(
            room.topic,
            key,
            renderings[key],
            member,
            session_id=room.session_id,
            after=None,
            by="somebody",
        )
    await room.announce(30)
    await room.wait_delivered(*members)
    late = [await room.join_recorder(after, key="a") for after in (0, 10, 29)]
    assert [member.seqs for member in late] == [seq_range(1, 30), seq_range(11, 30), [30]]
    assert [renderings[key].rendered_seqs for key in "ab"] == [seq_range(1, 30), seq_range(1, 30)]
    assert room.rendering.rendered_seqs == []


async def test_cached_payloads_stay_within_their_limit(
    room: HubSession,
) -> None:
    placed = await room.announce(15, hint=False)
    size = len(await RecordingRenderer()(placed[-1]))
    room.set_limits(RealtimeLimits(max_memo_bytes=3 * size))
    member = await room.join_recorder()
    await room.announce(15, hint=False)
    room.hub.notify_gap()
    await room.wait_delivered(member)
    (group,) = room.followed().groups.values()
    assert [position.seq for position in group._memo] == [28, 29, 30]
    assert group._memo_bytes == 3 * size


async def test_a_payload_being_rendered_is_not_evicted(
    room: HubSession,
) -> None:
    room.set_limits(RealtimeLimits(max_memo_bytes=0))
    await room.join_recorder()
    await room.announce(2)
    (group,) = room.followed().groups.values()
    await wait_until(lambda: not group._memo)
    placed = await room.log.read(room.topic, after=0, limit=2)
    room.rendering.go.clear()
    slow = asyncio.create_task(group.render(placed[0]))
    await wait_until(lambda: room.rendering.rendered_seqs == [1, 2, 1])
    quick = RecordingRenderer()
    group._render = quick
    await group.render(placed[1])
    assert [position.seq for position in group._memo] == [1, 2]
    room.rendering.go.set()
    await slow
    assert (list(group._memo), group._memo_bytes) == ([], 0)


async def test_a_member_that_left_gets_nothing_more(
    room: HubSession,
) -> None:
    room.set_limits(RealtimeLimits(deliveries_per_turn=1))
    stays, leaves = RecordingMember(), RecordingMember()

    class Pusher(RecordingMember):
        """A member whose delivery makes another member leave."""

        def deliver(self, *delivered: Any) -> None:
            super().deliver(*delivered)
            membership.leave()
            membership.leave()

    pusher = Pusher()
    for each in (stays, pusher):
        await room.join(each)
    membership = await room.join(leaves)
    await room.announce(2)
    await room.wait_delivered(stays, pusher)
    assert leaves.events == []


async def test_state_has_the_seq_of_the_last_event_and_newer_state_replaces_it(
    room: HubSession,
) -> None:
    await room.announce(2)
    members = [await room.join_recorder(), await room.join_recorder(key="other")]

    def viewers(count: int) -> PresenceChanged:
        return PresenceChanged(session_id=room.session_id, viewers=count, peak_viewers=9)

    for count in range(5):
        room.hub.publish(room.topic, viewers(count))
    room.hub.publish(room.topic, TallyChanged(session_id=room.session_id, total=1, interests={}))
    await wait_until(lambda: all(len(member.events) == 2 for member in members))
    await room.announce(1)
    await room.wait_delivered(*members)
    for member in members:
        assert member.event_names == ["PresenceChanged", "TallyChanged", "Announcement"]
        assert member.kinds == ["PresenceChanged", "TallyChanged", None]
        assert member.seqs == [2, 2, 3]


async def test_an_event_of_all_groups_waits_for_the_slowest_rendering(room: HubSession) -> None:
    slow, current = RecordingRenderer(), await room.join_recorder()
    slow.go.clear()
    member = RecordingMember()
    await room.hub.join(
        room.topic, "slow", slow, member, session_id=room.session_id, after=None, by="somebody"
    )
    await room.announce(2)
    await wait_until(lambda: slow.rendered_seqs == [1, 2])
    late = asyncio.create_task(room.join_recorder(0))
    await asyncio.sleep(0)
    slow.go.set()
    await room.wait_delivered(current, member, await late)
    assert [each.seqs for each in (current, member, late.result())] == [[1, 2], [1, 2], [1, 2]]
    assert slow.rendered_seqs == [1, 2]


async def test_a_cancelled_rendering_uses_no_cache_space(room: HubSession) -> None:
    (placed,) = await room.announce(1)
    room.rendering.go.clear()
    group = Group(room.rendering, DeliveryCounts(), "somebody")
    rendering_task = asyncio.create_task(group.render(placed))
    await asyncio.sleep(0)
    group._memo[placed.position].cancel()
    with pytest.raises(asyncio.CancelledError):
        await rendering_task
    assert group._memo_bytes == 0


async def test_a_topic_recovers_the_events_missed_during_a_fault(
    room: HubSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.set_limits(RealtimeLimits(topic_retry_seconds=0.01))
    member = await room.join_recorder()
    read = room.log.read

    async def broken_once(topic: str, *, after: int, limit: int) -> Any:
        monkeypatch.setattr(room.log, "read", read)
        raise ValueError(topic)

    monkeypatch.setattr(room.log, "read", broken_once)
    await room.announce(2, hint=False)
    room.hub.notify_gap()
    await room.wait_delivered(member)
    assert member.seqs == [1, 2]


async def test_waiting_events_are_delivered_together_in_order(room: HubSession) -> None:
    member = await room.join_recorder()
    room.rendering.go.clear()
    await room.announce(1)
    await wait_until(lambda: room.rendering.rendered_seqs == [1])
    await room.announce(EVENTS_PER_BATCH + 2)
    room.rendering.go.set()
    await room.wait_delivered(member)
    assert member.seqs == seq_range(1, EVENTS_PER_BATCH + 3)
    assert room.rendering.rendered_seqs == seq_range(1, EVENTS_PER_BATCH + 3)
    assert room.log.reads == 1


async def test_a_member_gets_only_the_events_of_a_batch_that_it_lacks() -> None:
    counts = DeliveryCounts()
    group = Group(RecordingRenderer(), counts, "somebody")
    new, knows_two, knows_all = RecordingMember(), RecordingMember(), RecordingMember()
    group.members = {new: 0, knows_two: 2, knows_all: 3}
    batch = [(seq, RenderedEvent(b'{"seq":%d}' % seq)) for seq in (1, 2, 3)]
    await group.broadcast(batch)
    assert [len(member.seqs) for member in (new, knows_two, knows_all)] == [3, 1, 0]
    assert counts.deliveries == 4


@given(
    st.lists(
        st.integers(0, 3 * MAX_PART_BYTES // 2),
        min_size=1,
        max_size=EVENTS_PER_BATCH,
    )
)
def test_deliveries_are_split_so_that_other_tasks_run(sizes: list[int]) -> None:
    batch = [(seq, RenderedEvent(b"x" * size)) for seq, size in enumerate(sizes, start=1)]
    parts = list(split_by_size(batch, MAX_PART_BYTES))
    assert [event for part in parts for event in part] == batch
    for part in parts:
        assert len(part) == 1 or sum(len(each.payload) for _, each in part) <= MAX_PART_BYTES
