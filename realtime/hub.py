"""The hub: who in this process is told of which events.

Subscribers with the same key (document, operation, variables without the cursor, audience) form a
group of a topic; each event is executed and serialised once a group, however many its members.

Join: from memory or the log up to now, then live; nothing is skipped or repeated in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

from domain.errors import Busy
from domain.live.events import PassingEvent, Placed, Reset, session_of
from realtime.rendered_event import Rendered
from realtime.topic import BATCH, Counts, Group, Member, Render, Topic
from storage.clock import Clock
from storage.mongo.event_log import EventLog

GROUPS = 256
"""Different documents or audiences a topic: each costs an execution an event."""
GROUPS_OF_ONE = 32
"""Those of a topic that one address, or one member of staff, has begun: nobody alone can keep all
others out."""
TOPICS = 10_000
"""Followed logs a process."""
BACKLOG = 10_000
"""Events that one subscriber may be brought up with; one further behind gets a Reset."""
LINGER = 60.0
"""Seconds that a topic without members stays, for those who come back."""


def nobody_listens(_session_id: str) -> None:
    """What a first member causes where no state is kept."""


class Hub:
    """All followed topics of this process."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._topics: dict[str, Topic] = {}
        self._opening: dict[str, asyncio.Task[Topic]] = {}
        self._users: dict[str, int] = {}
        self._lingering: dict[str, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self.counts = Counts()
        self.on_watched: Callable[[str], None] = nobody_listens
        """Told each session that gets its first member here: its state may have moved unseen."""

    @property
    def topics(self) -> int:
        """Logs that are followed now."""
        return len(self._topics)

    @property
    def groups(self) -> int:
        """Different subscriptions: each costs an execution an event of its topic."""
        return sum(len(topic.groups) for topic in self._topics.values())

    @property
    def members(self) -> int:
        """Subscribers that are told of what happens."""
        return sum(
            len(group.members) for topic in self._topics.values() for group in topic.groups.values()
        )

    def hint(self, placed: Placed) -> None:
        """An event was logged, here or on another node."""
        topic = self._topics.get(placed.topic)
        if topic is not None:
            topic.hint(placed)

    def hint_gap(self) -> None:
        """Events may have been logged unnoticed."""
        for topic in self._topics.values():
            topic.hint_gap()

    def tell(self, topic: str, event: PassingEvent) -> None:
        """Spread a passing event among the topic's members here."""
        followed = self._topics.get(topic)
        if followed is not None:
            followed.tell(event)

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
        topic = await self._enter(name)
        try:
            group = self._group(topic, key, render, by)
            membership = Membership(self, topic, key, group, member)
        except BaseException:
            self._leave(name)
            raise
        try:
            had, state = await self._caught_up(topic, group, member, session_id, after)
        except BaseException:
            membership.leave()
            raise
        # No await since the member had everything: nothing can have been spread in between.
        for kind, rendered in state.items():
            member.deliver(rendered, kind)
        self.counts.deliveries += len(state)
        if had > topic.last:
            topic.tell_again()
        is_first = not topic.is_watched()
        group.members[member] = had
        watched = session_of(name)
        if is_first and watched is not None:
            self.on_watched(watched)
        return membership

    def _group(self, topic: Topic, key: Hashable, render: Render, by: str) -> Group:
        group = topic.groups.get(key)
        if group is None:
            own = sum(group.begun_by == by for group in topic.groups.values())
            if own >= GROUPS_OF_ONE or len(topic.groups) >= GROUPS:
                raise Busy(
                    "Too many different subscriptions follow this session. Use the document "
                    "that other clients use, or try again later."
                )
            group = topic.groups[key] = Group(render, self.counts, by)
        return group

    async def _caught_up(
        self, topic: Topic, group: Group, member: Member, session_id: str, after: int | None
    ) -> tuple[int, dict[str, Rendered]]:
        """Deliver what is logged up to now; the last seq, and the state at that place.

        A member may have more than this node has heard of: then there is no state for it yet.
        """
        while True:
            after = await self._bring_up(topic, group, member, session_id, after)
            if after > topic.last:
                return after, {}
            moves = topic.moves
            state = {kind: await group.stated(placed) for kind, placed in topic.state().items()}
            # While that was rendered something may have happened: it belongs before the state.
            if (after, moves) == (topic.last, topic.moves):
                return after, state

    async def _bring_up(
        self, topic: Topic, group: Group, member: Member, session_id: str, after: int | None
    ) -> int:
        """Deliver what lies between ``after`` and now; the seq up to which the member has all."""
        if after is None:
            return topic.last
        had = after
        beyond = after > topic.last and after > await self._log.head(topic.name)
        if beyond or topic.last - after > BACKLOG:
            had = await self._reset(topic, group, member, session_id)
        while had < topic.last:
            missed = await topic.after(had)
            if not missed or missed[0].seq != had + 1:
                # The log begins later: its older part was deleted after its time.
                had = await self._reset(topic, group, member, session_id)
                continue
            for begin in range(0, len(missed), BATCH):
                for _, rendered in await group.all_rendered(missed[begin : begin + BATCH]):
                    member.deliver(rendered, None)
                    self.counts.deliveries += 1
                    if not member.has_room():
                        await member.drained()
            had = missed[-1].seq
        return had

    async def _reset(self, topic: Topic, group: Group, member: Member, session_id: str) -> int:
        placed = topic.placed(Reset(session_id=session_id))
        member.deliver(await group.reset(placed), None)
        self.counts.deliveries += 1
        self.counts.resets += 1
        return placed.seq

    async def _enter(self, name: str) -> Topic:
        self._users[name] = self._users.get(name, 0) + 1
        lingering = self._lingering.pop(name, None)
        if lingering is not None:
            lingering.cancel()
        try:
            return await self._topic(name)
        except BaseException:
            self._leave(name)
            raise

    def _leave(self, name: str) -> None:
        self._users[name] -= 1
        if not self._users[name]:
            del self._users[name]
            if name in self._topics:
                self._linger(name)

    def _linger(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        self._lingering[name] = loop.call_later(LINGER, self._forget, name)

    async def _topic(self, name: str) -> Topic:
        opening = self._opening.get(name)
        if opening is None:
            if name in self._topics:
                return self._topics[name]
            if len(self._topics) >= TOPICS:
                raise Busy("This node follows too many sessions. Try again: another may answer.")
            opening = self._opening[name] = asyncio.create_task(self._take_up(name))
            opening.add_done_callback(lambda done: self._opened(name, done))
        return await asyncio.shield(opening)

    def _opened(self, name: str, opening: asyncio.Task[Topic]) -> None:
        self._opening.pop(name, None)
        if not opening.cancelled():
            # Whoever waited may have given up: then nobody else looks at how it failed.
            opening.exception()

    async def _take_up(self, name: str) -> Topic:
        topic = Topic(name, self._log, self._clock)
        # Known before it is opened: hints that come meanwhile wait in it.
        self._topics[name] = topic
        try:
            await topic.open()
        except BaseException:
            del self._topics[name]
            raise
        return topic

    def _forget(self, name: str) -> None:
        del self._lingering[name]
        if name in self._opening:
            # Its joiner gave up while the database was slow: close it once it is open.
            self._linger(name)
            return
        topic = self._topics.pop(name, None)
        if topic is not None:
            closing = asyncio.create_task(topic.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def watched_sessions(self) -> set[str]:
        """The sessions whose events anybody here follows.

        Whoever is still being brought up does not count: the first state that is told would pass
        it by.
        """
        followed = (session_of(name) for name, topic in self._topics.items() if topic.is_watched())
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
        self.left = False
        group.joined += 1

    def leave(self) -> None:
        """Tell the member nothing more; does nothing the second time."""
        if self.left:
            return
        self.left = True
        self._group.members.pop(self._member, None)
        self._group.joined -= 1
        if not self._group.joined:
            del self._topic.groups[self._key]
        self._hub._leave(self._topic.name)  # noqa: SLF001 - hub and membership are one thing
