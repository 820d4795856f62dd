"""A topic makes up for lost hints, and renders an event once a group."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.live.events import (
    PresenceChanged,
    TallyChanged,
)
from realtime import topic as topics
from realtime.rendered_event import Rendered
from realtime.topic import BATCH, PART_BYTES, Counts, Group, _parts
from tests.support.members import Recorder, Rendering
from tests.support.rooms import Room, seqs
from tests.support.waiting import until


async def test_a_hint_that_was_lost_is_made_up_for_by_the_next(room: Room) -> None:
    member = await room.joined()
    await room.say(2, hint=False)
    await room.say(1)
    await room.spread(member)
    assert member.seqs == [1, 2, 3]


async def test_a_hint_that_was_lost_is_made_up_for_when_told_of_a_gap(room: Room) -> None:
    member = await room.joined()
    await room.say(2, hint=False)
    room.hub.hint_gap()
    await room.spread(member)
    assert member.seqs == [1, 2]


async def test_hints_that_come_twice_or_late_are_told_once(room: Room) -> None:
    member = await room.joined()
    placed = await room.say(3, hint=False)
    for each in (*reversed(placed), *placed):
        room.hub.hint(each)
    await room.say(1)
    await room.spread(member)
    assert member.seqs == [1, 2, 3, 4]


async def test_more_hints_than_are_kept_cost_a_read_and_no_event(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "PENDING", 4)
    member = await room.joined()
    await room.say(11)
    await room.spread(member)
    assert member.seqs == seqs(1, 11)


async def test_a_hint_for_what_nobody_follows_is_let_go(room: Room) -> None:
    await room.say(1)
    room.hub.tell(room.topic, TallyChanged(session_id=room.session_id, total=1, interests={}))
    assert room.log.reads == 0


async def test_blocks_of_the_log_are_kept_within_their_bound(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, bound in (("WINDOW", 5), ("READ", 5), ("BLOCKS", 2)):
        monkeypatch.setattr(topics, name, bound)
    await room.say(40)
    assert (await room.joined(0)).seqs == seqs(1, 40)
    assert (await room.joined(0)).seqs == seqs(1, 40)
    assert len(room.hub._topics[room.topic]._blocks) == 2


async def test_an_event_is_rendered_once_a_group(room: Room) -> None:
    renderings = {key: Rendering() for key in "ab"}
    members = [Recorder() for _ in range(40)]
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
    await room.say(30)
    await room.spread(*members)
    late = [await room.joined(after, key="a") for after in (0, 10, 29)]
    assert [member.seqs for member in late] == [seqs(1, 30), seqs(11, 30), [30]]
    assert [renderings[key].calls for key in "ab"] == [seqs(1, 30), seqs(1, 30)]
    assert room.rendering.calls == []


async def test_rendered_payloads_are_kept_within_their_bound(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await room.joined()
    placed = await room.say(15, hint=False)
    size = len(await Rendering()(placed[-1]))
    monkeypatch.setattr(topics, "MEMO_BYTES", 3 * size)
    room.hub.hint_gap()
    await room.spread(member)
    (group,) = room.hub._topics[room.topic].groups.values()
    assert list(group._memo) == [13, 14, 15]
    assert group._memo_bytes == 3 * size


async def test_a_payload_that_is_still_being_made_is_not_thrown_away(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "MEMO_BYTES", 0)
    await room.joined()
    await room.say(2)
    (group,) = room.hub._topics[room.topic].groups.values()
    await until(lambda: not group._memo)
    placed = await room.log.read(room.topic, after=0, limit=2)
    room.rendering.go.clear()
    slow = asyncio.create_task(group.rendered(placed[0]))
    await until(lambda: room.rendering.calls == [1, 2, 1])
    quick = Rendering()
    group._render = quick
    await group.rendered(placed[1])
    assert list(group._memo) == [1, 2]
    room.rendering.go.set()
    await slow
    assert (list(group._memo), group._memo_bytes) == ([], 0)


async def test_who_has_left_is_told_nothing_more(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "TURN", 1)
    stays, leaves = Recorder(), Recorder()

    class Pusher(Recorder):
        """Makes the other one leave while the event is being spread."""

        def deliver(self, *delivered: Any) -> None:
            super().deliver(*delivered)
            membership.leave()
            membership.leave()

    pusher = Pusher()
    for each in (stays, pusher):
        await room.join(each)
    membership = await room.join(leaves)
    await room.say(2)
    await room.spread(stays, pusher)
    assert leaves.told == []


async def test_state_is_told_at_the_place_of_the_last_event_and_a_newer_one_replaces_it(
    room: Room,
) -> None:
    await room.say(2)
    members = [await room.joined(), await room.joined(key="other")]

    def viewers(count: int) -> PresenceChanged:
        return PresenceChanged(session_id=room.session_id, viewers=count, peak_viewers=9)

    for count in range(5):
        room.hub.tell(room.topic, viewers(count))
    room.hub.tell(room.topic, TallyChanged(session_id=room.session_id, total=1, interests={}))
    await until(lambda: all(len(member.told) == 2 for member in members))
    await room.say(1)
    await room.spread(*members)
    for member in members:
        assert member.what == ["PresenceChanged", "TallyChanged", "Announcement"]
        assert member.kinds == ["PresenceChanged", "TallyChanged", None]
        assert member.seqs == [2, 2, 3]


async def test_an_event_of_all_groups_waits_for_the_slowest_rendering(room: Room) -> None:
    slow, told = Rendering(), await room.joined()
    slow.go.clear()
    member = Recorder()
    await room.hub.join(
        room.topic, "slow", slow, member, session_id=room.session_id, after=None, by="somebody"
    )
    await room.say(2)
    await until(lambda: slow.calls == [1, 2])
    late = asyncio.create_task(room.joined(0))
    await asyncio.sleep(0)
    slow.go.set()
    await room.spread(told, member, await late)
    assert [each.seqs for each in (told, member, late.result())] == [[1, 2], [1, 2], [1, 2]]
    assert slow.calls == [1, 2]


async def test_a_rendering_that_ends_with_the_loop_weighs_nothing(room: Room) -> None:
    (placed,) = await room.say(1)
    room.rendering.go.clear()
    group = Group(room.rendering, Counts(), "somebody")
    asking = asyncio.create_task(group.rendered(placed))
    await asyncio.sleep(0)
    group._memo[1].cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert group._memo_bytes == 0


async def test_a_topic_that_met_a_fault_goes_on_and_makes_up_for_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "RETRY", 0.01)
    member = await room.joined()
    read = room.log.read

    async def broken_once(topic: str, *, after: int, limit: int) -> Any:
        monkeypatch.setattr(room.log, "read", read)
        raise ValueError(topic)

    monkeypatch.setattr(room.log, "read", broken_once)
    await room.say(2, hint=False)
    room.hub.hint_gap()
    await room.spread(member)
    assert member.seqs == [1, 2]


async def test_events_that_wait_are_told_together_in_their_order(room: Room) -> None:
    member = await room.joined()
    room.rendering.go.clear()
    await room.say(1)
    await until(lambda: room.rendering.calls == [1])
    await room.say(BATCH + 2)
    room.rendering.go.set()
    await room.spread(member)
    assert member.seqs == seqs(1, BATCH + 3)
    assert room.rendering.calls == seqs(1, BATCH + 3)
    assert room.log.reads == 1


async def test_a_member_gets_of_a_batch_what_it_does_not_have() -> None:
    counts = Counts()
    group = Group(Rendering(), counts, "somebody")
    new, knows_two, knows_all = Recorder(), Recorder(), Recorder()
    group.members = {new: 0, knows_two: 2, knows_all: 3}
    batch = [(seq, Rendered(b'{"seq":%d}' % seq)) for seq in (1, 2, 3)]
    await group.spread(batch)
    assert [len(member.seqs) for member in (new, knows_two, knows_all)] == [3, 1, 0]
    assert counts.deliveries == 4


@given(st.lists(st.integers(0, 3 * PART_BYTES // 2), min_size=1, max_size=BATCH))
def test_events_go_out_in_parts_that_leave_room(sizes: list[int]) -> None:
    batch = [(seq, Rendered(b"x" * size)) for seq, size in enumerate(sizes, start=1)]
    parts = list(_parts(batch))
    assert [event for part in parts for event in part] == batch
    for part in parts:
        assert len(part) == 1 or sum(len(each.payload) for _, each in part) <= PART_BYTES
