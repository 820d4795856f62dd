"""The hub: who in this process is told of which events.

Subscribers with the same key (document, operation, variables without the cursor, audience) form a
group of a topic; each event is executed and serialised once a group, however many its members.

Join: from memory or the log up to now, then live; nothing is skipped or repeated in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

from domain.errors import Busy
from domain.live.events import EphemeralEvent, EventEnvelope, Reset, parse_session_topic
from realtime.rendered_event import RenderedEvent
from realtime.topic import EVENTS_PER_BATCH, DeliveryCounts, Group, Member, Render, Topic
from storage.clock import Clock
from storage.mongo.event_log import EventLog

MAX_GROUPS_PER_TOPIC = 256
"""Different documents or audiences a topic: each costs an execution an event."""
MAX_GROUPS_PER_CREATOR = 32
"""Those of a topic that one address, or one member of staff, has begun: nobody alone can keep all
others out."""
MAX_TOPICS = 10_000
"""Followed logs a process."""
MAX_CATCH_UP_EVENTS = 10_000
"""Events that one subscriber may be brought up with; one further behind gets a Reset."""
TOPIC_LINGER_SECONDS = 60.0
"""Seconds that a topic without members stays, for those who come back."""


def ignore_first_member(_session_id: str) -> None:
    """What a first member causes where no state is kept."""


class Hub:
    """All followed topics of this process."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._topics: dict[str, Topic] = {}
        self._opening: dict[str, asyncio.Task[Topic]] = {}
        self._join_counts: dict[str, int] = {}
        self._lingering: dict[str, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self.counts = DeliveryCounts()
        self.on_first_member: Callable[[str], None] = ignore_first_member
        """Told each session that gets its first member here: its state may have moved unseen."""

    @property
    def topic_count(self) -> int:
        """Logs that are followed now."""
        return len(self._topics)

    @property
    def group_count(self) -> int:
        """Different subscriptions: each costs an execution an event of its topic."""
        return sum(len(topic.groups) for topic in self._topics.values())

    @property
    def member_count(self) -> int:
        """Subscribers that are told of what happens."""
        return sum(
            len(group.members) for topic in self._topics.values() for group in topic.groups.values()
        )

    def notify(self, placed: EventEnvelope) -> None:
        """An event was logged, here or on another node."""
        topic = self._topics.get(placed.topic)
        if topic is not None:
            topic.notify(placed)

    def notify_gap(self) -> None:
        """Events may have been logged unnoticed."""
        for topic in self._topics.values():
            topic.notify_gap()

    def publish(self, topic: str, event: EphemeralEvent) -> None:
        """Spread a passing event among the topic's members here."""
        followed = self._topics.get(topic)
        if followed is not None:
            followed.publish(event)

    async def join(
        self,
        name: str,
        key: Hashable,
        render: Render,
        member: Member,
        *,
        session_id: str,
        after: int | None,
        by: str,
    ) -> Membership:
        """Bring ``member`` up from ``after``, and keep it in a group of the topic until it leaves.

        Without ``after`` it gets only what is logged from now on. An ``after`` that lies beyond
        the log, or too far back, is answered with a Reset. In both cases it then gets the state
        that was told last, so that none is missed between its reading and its joining.

        :raises Busy: too many topics, or too many different documents on this one, all in all or
            begun by the same.
        :raises StorageError: the log cannot be read.
        """
        topic = await self._acquire_topic(name)
        try:
            group = self._get_or_create_group(topic, key, render, by)
            membership = Membership(self, topic, key, group, member)
        except BaseException:
            self._release_topic(name)
            raise
        try:
            had, state = await self._catch_up(topic, group, member, session_id, after)
        except BaseException:
            membership.leave()
            raise
        # No await since the member had everything: nothing can have been spread in between.
        for kind, rendered in state.items():
            member.deliver(rendered, kind)
        self.counts.deliveries += len(state)
        if had > topic.last_seq:
            topic.republish_state()
        is_first = not topic.has_members()
        group.members[member] = had
        watched = parse_session_topic(name)
        if is_first and watched is not None:
            self.on_first_member(watched)
        return membership

    def _get_or_create_group(self, topic: Topic, key: Hashable, render: Render, by: str) -> Group:
        group = topic.groups.get(key)
        if group is None:
            own = sum(group.created_by == by for group in topic.groups.values())
            if own >= MAX_GROUPS_PER_CREATOR or len(topic.groups) >= MAX_GROUPS_PER_TOPIC:
                raise Busy(
                    "Too many different subscriptions follow this session. Use the document "
                    "that other clients use, or try again later."
                )
            group = topic.groups[key] = Group(render, self.counts, by)
        return group

    async def _catch_up(
        self, topic: Topic, group: Group, member: Member, session_id: str, after: int | None
    ) -> tuple[int, dict[str, RenderedEvent]]:
        """Deliver what is logged up to now; the last seq, and the state at that place.

        A member may have more than this node has heard of: then there is no state for it yet.
        """
        while True:
            after = await self._deliver_missed(topic, group, member, session_id, after)
            if after > topic.last_seq:
                return after, {}
            moves = topic.state_version
            state = {
                kind: await group.render_state(placed)
                for kind, placed in topic.latest_state().items()
            }
            # While that was rendered something may have happened: it belongs before the state.
            if (after, moves) == (topic.last_seq, topic.state_version):
                return after, state

    async def _deliver_missed(
        self, topic: Topic, group: Group, member: Member, session_id: str, after: int | None
    ) -> int:
        """Deliver what lies between ``after`` and now; the seq up to which the member has all."""
        if after is None:
            return topic.last_seq
        had = after
        beyond = after > topic.last_seq and after > await self._log.last_seq(topic.name)
        if beyond or topic.last_seq - after > MAX_CATCH_UP_EVENTS:
            had = await self._deliver_reset(topic, group, member, session_id)
        while had < topic.last_seq:
            missed = await topic.read_after(had)
            if not missed or missed[0].seq != had + 1:
                # The log begins later: its older part was deleted after its time.
                had = await self._deliver_reset(topic, group, member, session_id)
                continue
            for begin in range(0, len(missed), EVENTS_PER_BATCH):
                for _, rendered in await group.render_all(missed[begin : begin + EVENTS_PER_BATCH]):
                    member.deliver(rendered, None)
                    self.counts.deliveries += 1
                    if not member.has_room():
                        await member.wait_drained()
            had = missed[-1].seq
        return had

    async def _deliver_reset(
        self, topic: Topic, group: Group, member: Member, session_id: str
    ) -> int:
        placed = topic.place_ephemeral(Reset(session_id=session_id))
        member.deliver(await group.render_reset(placed), None)
        self.counts.deliveries += 1
        self.counts.resets += 1
        return placed.seq

    async def _acquire_topic(self, name: str) -> Topic:
        self._join_counts[name] = self._join_counts.get(name, 0) + 1
        lingering = self._lingering.pop(name, None)
        if lingering is not None:
            lingering.cancel()
        try:
            return await self._get_or_open_topic(name)
        except BaseException:
            self._release_topic(name)
            raise

    def _release_topic(self, name: str) -> None:
        self._join_counts[name] -= 1
        if not self._join_counts[name]:
            del self._join_counts[name]
            if name in self._topics:
                self._start_linger(name)

    def _start_linger(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        self._lingering[name] = loop.call_later(TOPIC_LINGER_SECONDS, self._expire, name)

    async def _get_or_open_topic(self, name: str) -> Topic:
        opening = self._opening.get(name)
        if opening is None:
            if name in self._topics:
                return self._topics[name]
            if len(self._topics) >= MAX_TOPICS:
                raise Busy("This node follows too many sessions. Try again: another may answer.")
            opening = self._opening[name] = asyncio.create_task(self._open_topic(name))
            opening.add_done_callback(lambda done: self._on_opened(name, done))
        return await asyncio.shield(opening)

    def _on_opened(self, name: str, opening: asyncio.Task[Topic]) -> None:
        self._opening.pop(name, None)
        if not opening.cancelled():
            # Whoever waited may have given up: then nobody else looks at how it failed.
            opening.exception()

    async def _open_topic(self, name: str) -> Topic:
        topic = Topic(name, self._log, self._clock)
        # Known before it is opened: hints that come meanwhile wait in it.
        self._topics[name] = topic
        try:
            await topic.open()
        except BaseException:
            del self._topics[name]
            raise
        return topic

    def _expire(self, name: str) -> None:
        del self._lingering[name]
        if name in self._opening:
            # Its joiner gave up while the database was slow: close it once it is open.
            self._start_linger(name)
            return
        topic = self._topics.pop(name, None)
        if topic is not None:
            closing = asyncio.create_task(topic.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def watched_session_ids(self) -> set[str]:
        """The sessions whose events anybody here follows.

        Whoever is still being brought up does not count: the first state that is told would pass
        it by.
        """
        followed = (
            parse_session_topic(name) for name, topic in self._topics.items() if topic.has_members()
        )
        return {session_id for session_id in followed if session_id is not None}

    async def close(self) -> None:
        """Stop following every topic."""
        for timer in self._lingering.values():
            timer.cancel()
        self._lingering.clear()
        for opening in self._opening.values():
            opening.cancel()
        tasks = {*self._opening.values(), *self._closing}
        if tasks:
            await asyncio.wait(tasks)
        topics, self._topics = self._topics, {}
        for topic in topics.values():
            await topic.close()


class Membership:
    """One member's place in a group; ``leave`` gives it up, once."""

    def __init__(self, hub: Hub, topic: Topic, key: Hashable, group: Group, member: Member) -> None:
        self._hub = hub
        self._topic = topic
        self._key = key
        self._group = group
        self._member = member
        self.has_left = False
        group.membership_count += 1

    def leave(self) -> None:
        """Tell the member nothing more; does nothing the second time."""
        if self.has_left:
            return
        self.has_left = True
        self._group.members.pop(self._member, None)
        self._group.membership_count -= 1
        if not self._group.membership_count:
            del self._topic.groups[self._key]
        self._hub._release_topic(self._topic.name)  # noqa: SLF001 - hub and membership are one thing
