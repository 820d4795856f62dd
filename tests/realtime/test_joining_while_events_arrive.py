"""Joining while events, hints, gaps and state arrive on two nodes: nothing is lost or repeated."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.wiring.realtime import create_group_commit
from domain.live.events import Announcement, EventEnvelope, LoggedEvent
from realtime.feed import EventFeed
from realtime.hub import Membership
from realtime.limits import RealtimeLimits
from storage.mongo.client import Transaction
from storage.store import Store
from tests.support.hub_members import RecordingMember
from tests.support.hub_session import HubSession, seq_range
from tests.support.waiting import wait_until

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


class PlanRun:
    """Runs a plan on two nodes of one session, and checks what each member received."""

    def __init__(self, *stores: Store) -> None:
        self.rooms = [HubSession(store, SMALL_LIMITS) for store in stores]
        for room in self.rooms[1:]:
            room.session_id, room.topic = self.rooms[0].session_id, self.rooms[0].topic
        self.logged: list[EventEnvelope] = []
        self.members: list[tuple[RecordingMember, int, int]] = []
        """Each member with the index of its node and its cursor."""
        self.joins: list[asyncio.Task[Membership]] = []
        self.states: dict[int, int] = {}
        """The last state published on each node while it followed the session."""

    async def run_step(self, number: int, step: tuple[Any, ...]) -> None:
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
        """Wait until each member has every event and the last state."""
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
        """Check that each member got each event once, in order, and no state after a newer one."""
        for member, _, after in self.members:
            assert member.logged_seqs == seq_range(after + 1, len(self.logged))
            assert member.seqs == sorted(member.seqs)
            viewers = [state["viewers"] for state in member.ephemeral_events]
            assert viewers == sorted(viewers)


@settings(
    max_examples=60,
    # Each example has its own topic, so the fixtures need no cleaning between examples.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plan=st.lists(steps, max_size=25))
async def test_each_member_gets_every_event_once_and_the_last_state(
    store: Store, other_store: Store, plan: list[Any]
) -> None:
    play = PlanRun(store, other_store)
    for number, step in enumerate(plan):
        await play.run_step(number, step)
    await play.settle()
    play.check()


@asynccontextmanager
async def run_feed(room: HubSession) -> AsyncIterator[None]:
    feed = EventFeed(room.store.mongo, on_event=room.hub.notify, on_gap=room.hub.notify_gap)
    await feed.open()
    yield
    await feed.close()
    await room.hub.close()


async def test_members_on_two_nodes_get_each_event_once_while_four_writers_log(
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
            await stack.enter_async_context(run_feed(room))
        await asyncio.gather(*(write(n) for n in range(4)), *(come(n * 15) for n in range(4)))
        await wait_until(lambda: all(member.seqs[-1:] == [100] for _, member in joined))
        assert len(joined) == 60
        for after, member in joined:
            assert member.seqs == seq_range(after + 1, 100)
