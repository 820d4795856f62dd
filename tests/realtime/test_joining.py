"""Who joins is told exactly what comes after its cursor: in order, once, and nothing lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.wiring.realtime import create_group_commit
from domain.live.events import (
    Announcement,
    EventEnvelope,
    LoggedEvent,
    Reset,
)
from realtime.feed import EventFeed
from realtime.hub import Membership
from realtime.limits import RealtimeLimits
from realtime.subscription_group import DeliveryCounts, Group
from storage.mongo.client import Transaction
from storage.store import Store
from tests.support.hub_members import LaggingMember, RecordingMember
from tests.support.hub_session import HubSession, seq_range
from tests.support.records import FIXED_NOW
from tests.support.waiting import wait_until

BEYOND_EVERY_LOG = 1 << 62


async def test_without_a_cursor_one_gets_only_what_comes(room: HubSession) -> None:
    await room.announce(3)
    member = await room.join_recorder()
    await room.announce(2)
    await room.wait_delivered(member)
    assert member.seqs == [4, 5]
    assert member.kinds == [None, None]


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_with_a_cursor_one_gets_what_was_missed_and_then_what_comes(
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


steps = st.one_of(
    st.tuples(st.just("say"), st.integers(1, 12)),
    st.tuples(st.just("join"), st.integers(0, 1), st.integers(0, 60)),
    st.tuples(st.just("hint"), st.integers(0, 1), st.integers(0, 40)),
    st.tuples(st.just("gap"), st.integers(0, 1)),
    st.tuples(st.just("state"), st.integers(0, 1)),
    st.tuples(st.just("pause"), st.integers(1, 4)),
)


SMALL_LIMITS = RealtimeLimits(
    recent_events_per_topic=4, events_per_read=3, max_pending_events=3, deliveries_per_turn=1
)
"""Small, so that short plans reach past the window and over several reads."""


class Play:
    """Two nodes of one room, what is done there, and what each of their members should have."""

    def __init__(self, *stores: Store) -> None:
        self.rooms = [HubSession(store, SMALL_LIMITS) for store in stores]
        for room in self.rooms[1:]:
            room.session_id, room.topic = self.rooms[0].session_id, self.rooms[0].topic
        self.logged: list[EventEnvelope] = []
        self.members: list[tuple[RecordingMember, int, int]] = []
        """Each with its node and its cursor."""
        self.joins: list[asyncio.Task[Membership]] = []
        self.states: dict[int, int] = {}
        """The last state that each node was told, if it followed the room by then."""

    async def do(self, number: int, step: tuple[Any, ...]) -> None:
        match step:
            case ("say", count):
                self.logged += await self.rooms[0].announce(count, hint=False)
            case ("join", node, back):
                member, after = RecordingMember(), max(0, len(self.logged) - back)
                self.joins.append(asyncio.create_task(self.rooms[node].join(member, after)))
                self.members.append((member, node, after))
            case ("hint", node, back) if self.logged:
                hinted = self.logged[max(0, len(self.logged) - 1 - back)]
                self.rooms[node].hub.notify(hinted)
            case ("gap", node):
                self.rooms[node].hub.notify_gap()
            case ("state", node) if self.rooms[node].topic in self.rooms[node].hub.topics.topics:
                self.rooms[node].hub.publish(
                    self.rooms[node].topic, self.rooms[node].viewers_event(number)
                )
                self.states[node] = number
            case ("pause", turns):
                for _ in range(turns):
                    await asyncio.sleep(0)

    async def settle(self) -> None:
        """Wait until each member has all that it should."""
        await asyncio.gather(*self.joins)
        for room in self.rooms:
            room.hub.notify_gap()
        await wait_until(lambda: all(self._has_all(*member) for member in self.members), within=5)
        for room in self.rooms:
            await room.hub.close()

    def _has_all(self, member: RecordingMember, node: int, after: int) -> bool:
        last = [state["viewers"] for state in member.ephemeral_events[-1:]]
        has_state = node not in self.states or last == [self.states[node]]
        return has_state and len(member.logged_seqs) >= len(self.logged) - after

    def check(self) -> None:
        """Each event came once and in order, and nothing went back."""
        for member, _, after in self.members:
            assert member.logged_seqs == seq_range(after + 1, len(self.logged))
            assert member.seqs == sorted(member.seqs)
            viewers = [state["viewers"] for state in member.ephemeral_events]
            assert viewers == sorted(viewers)


@settings(
    max_examples=60,
    # Each example has a topic of its own, so that what the fixtures hold may stay.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plan=st.lists(steps, max_size=25))
async def test_whatever_comes_in_between_each_member_gets_every_event_once_and_the_last_state(
    store: Store, other_store: Store, plan: list[Any]
) -> None:
    play = Play(store, other_store)
    for number, step in enumerate(plan):
        await play.do(number, step)
    await play.settle()
    play.check()


@asynccontextmanager
async def fed(room: HubSession) -> AsyncIterator[None]:
    feed = EventFeed(room.store.mongo, on_event=room.hub.notify, on_gap=room.hub.notify_gap)
    await feed.open()
    yield
    await feed.close()
    await room.hub.close()


async def test_members_of_two_nodes_get_every_event_once_while_four_write(
    store: Store, other_store: Store
) -> None:
    rooms = [HubSession(store), HubSession(other_store)]
    rooms[1].session_id, rooms[1].topic = rooms[0].session_id, rooms[0].topic
    commits = [create_group_commit(room.store) for room in rooms]
    dice = random.Random(2026)  # noqa: S311 - chance, not a secret
    joined: list[tuple[int, RecordingMember]] = []

    async def write(number: int) -> None:
        async def change(_: Transaction) -> tuple[None, list[LoggedEvent]]:
            return None, [Announcement(session_id=rooms[0].session_id, body="你好")]

        for _ in range(25):
            await commits[number % 2].append(rooms[0].topic, change)

    async def come_and_go(number: int) -> None:
        room = rooms[number % 2]
        after = dice.randint(0, await room.log.last_seq(room.topic))
        passer_by = RecordingMember()
        membership = await room.join(passer_by, after, key=str(number % 3))
        membership.leave()
        assert passer_by.seqs == seq_range(after + 1, after + len(passer_by.events))
        member = await room.join_recorder(after, key=str(number % 3))
        joined.append((after, member))

    async def come(first: int) -> None:
        for number in range(first, first + 15):
            await come_and_go(number)

    async with AsyncExitStack() as stack:
        for room in rooms:
            await stack.enter_async_context(fed(room))
        await asyncio.gather(*(write(n) for n in range(4)), *(come(n * 15) for n in range(4)))
        await wait_until(lambda: all(member.seqs[-1:] == [100] for _, member in joined))
        assert len(joined) == 60
        for after, member in joined:
            assert member.seqs == seq_range(after + 1, 100)


async def test_a_cursor_beyond_the_log_is_answered_with_one_reset(room: HubSession) -> None:
    await room.announce(3)
    for after in (4, BEYOND_EVERY_LOG):
        member = await room.join_recorder(after)
        assert (member.event_names, member.seqs) == (["Reset"], [3])
    await room.announce(2)
    await room.wait_delivered(member)
    assert member.event_names == ["Reset", "Announcement", "Announcement"]
    assert member.seqs == [3, 4, 5]


async def test_a_cursor_that_this_node_does_not_know_yet_is_no_reset(room: HubSession) -> None:
    first = await room.join_recorder()
    await room.announce(2, hint=False)
    member = await room.join_recorder(2)
    await room.announce(1)
    await room.wait_delivered(first, member)
    assert first.seqs == [1, 2, 3]
    assert member.seqs == [3]


async def test_a_cursor_too_far_back_is_answered_with_one_reset(
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


async def test_a_log_whose_beginning_is_gone_is_answered_with_one_reset(room: HubSession) -> None:
    placed = await room.announce(9)
    for after, told in ((3, [9]), (4, seq_range(5, 9))):
        await room.store.mongo["events"].delete_many({"seq": {"$lte": placed[3].seq}})
        fresh = HubSession(room.store)
        fresh.session_id, fresh.topic = room.session_id, room.topic
        member = await fresh.join_recorder(after)
        assert member.seqs == told
        assert member.event_names[0] == ("Reset" if after == 3 else "Announcement")
        await fresh.hub.close()


async def test_a_log_that_is_gone_counts_on(room: HubSession) -> None:
    await room.announce(3)
    await room.store.mongo["events"].delete_many({})
    late, reset = await room.join_recorder(), await room.join_recorder(1)
    await room.announce(1)
    await room.wait_delivered(late, reset)
    assert late.seqs == [4]
    assert (reset.event_names, reset.seqs) == (["Reset", "Announcement"], [3, 4])


async def test_those_who_are_reset_together_share_a_rendering(room: HubSession) -> None:
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


async def test_who_is_reset_later_gets_a_snapshot_of_then(room: HubSession) -> None:
    await room.join_recorder(BEYOND_EVERY_LOG)
    await room.join_recorder(BEYOND_EVERY_LOG)
    assert room.rendering.rendered_seqs == [0, 0]


async def test_who_comes_back_gets_what_is_pinned_rendered_anew(room: HubSession) -> None:
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


async def test_a_thousand_who_come_back_do_not_read_the_log(room: HubSession) -> None:
    await room.announce(600)
    await room.join_recorder()
    before = room.log.reads
    # From the very edge of the window on, most of them from near its end.
    cursors = [88, *(500 + n % 101 for n in range(999))]
    members = await asyncio.gather(*(room.join_recorder(after) for after in cursors))
    assert room.log.reads == before
    assert all(
        member.seqs == seq_range(after + 1, 600)
        for after, member in zip(cursors, members, strict=True)
    )
    assert sorted(room.rendering.rendered_seqs) == seq_range(89, 600)


async def test_those_further_back_share_few_reads(
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


async def test_one_that_lags_is_brought_up_as_fast_as_it_reads(room: HubSession) -> None:
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


async def test_who_gives_up_while_it_is_brought_up_is_told_nothing_more(room: HubSession) -> None:
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


async def test_who_joins_gets_the_state_that_was_told_last_behind_what_it_missed(
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


async def test_what_happens_while_the_state_is_rendered_comes_before_it(room: HubSession) -> None:
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


async def test_who_has_more_than_this_node_has_heard_of_gets_the_state_with_it(
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


async def test_the_first_member_of_a_room_is_noticed(room: HubSession) -> None:
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


async def test_state_of_before_does_not_go_to_who_has_more(room: HubSession) -> None:
    first = await room.join_recorder()
    room.rendering.go.clear()
    room.hub.publish(room.topic, room.viewers_event(3))
    await wait_until(lambda: room.rendering.rendered_seqs == [0])
    await room.announce(2, hint=False)
    member = await room.join_recorder(2)
    room.rendering.go.set()
    await wait_until(lambda: len(first.ephemeral_events) == 2)
    assert (first.seqs, member.seqs) == ([0, 1, 2, 2], [2])
