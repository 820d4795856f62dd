"""The hub: who in this process is told of which events.

Subscribers with the same key (document, operation, variables without the cursor, audience) form a
group of a topic; each event is executed and serialised once a group, however many its members.

Join: from memory or the log up to now, then live; nothing is skipped or repeated in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from domain.errors import Busy
from domain.events import PassingEvent, Placed, Reset
from realtime.topic import Group, Member, Render, Topic
from storage.clock import Clock
from storage.log import EventLog

GROUPS = 256
"""Different documents or audiences a topic: each costs an execution an event."""
TOPICS = 10_000
"""Followed logs a process."""
BACKLOG = 10_000
"""Events that one subscriber may be brought up with; one further behind gets a Reset."""
LINGER = 60.0
"""Seconds that a topic without members stays, for those who come back."""


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

    @asynccontextmanager
    async def member(
        self,
        name: str,
        key: Hashable,
        render: Render,
        member: Member,
        *,
        session_id: str,
        after: int | None,
    ) -> AsyncIterator[None]:
        """Keep ``member`` in a group of the topic while the block runs.

        Inside the block it has been brought up from ``after`` and gets what comes. Without
        ``after`` it gets only what is logged from now on. An ``after`` that lies beyond the log,
        or too far back, is answered with a Reset.

        :raises Busy: too many topics, or too many different documents on this one.
        :raises StorageError: the log cannot be read.
        """
        async with self._followed(name) as topic:
            group = topic.groups.get(key)
            if group is None:
                if len(topic.groups) >= GROUPS:
                    raise Busy(
                        "Too many different subscriptions follow this session. Use the document "
                        "that other clients use, or try again later."
                    )
                group = topic.groups[key] = Group(render)
            group.joining += 1
            try:
                had = await self._bring_up(topic, group, member, session_id, after)
                group.members[member] = had
                yield
            finally:
                group.joining -= 1
                group.members.pop(member, None)
                if not group.joining and topic.groups.get(key) is group:
                    del topic.groups[key]

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
            for placed in missed:
                member.deliver(await group.payload(placed), kind=None)
            had = missed[-1].seq
            await member.drained()
        return had

    async def _reset(self, topic: Topic, group: Group, member: Member, session_id: str) -> int:
        placed = topic.placed(Reset(session_id=session_id))
        member.deliver(await group.reset(placed), kind=None)
        return placed.seq

    @asynccontextmanager
    async def _followed(self, name: str) -> AsyncIterator[Topic]:
        self._users[name] = self._users.get(name, 0) + 1
        lingering = self._lingering.pop(name, None)
        if lingering is not None:
            lingering.cancel()
        try:
            yield await self._topic(name)
        finally:
            self._users[name] -= 1
            if not self._users[name]:
                del self._users[name]
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
            opening.add_done_callback(lambda _: self._opening.pop(name, None))
        return await asyncio.shield(opening)

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
        self._lingering.pop(name, None)
        topic = self._topics.pop(name, None)
        if topic is not None:
            closing = asyncio.create_task(topic.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def watched(self) -> dict[str, int]:
        """Members of each topic that has any."""
        counts = {
            name: sum(len(group.members) for group in topic.groups.values())
            for name, topic in self._topics.items()
        }
        return {name: count for name, count in counts.items() if count}

    async def close(self) -> None:
        """Stop following every topic."""
        for timer in self._lingering.values():
            timer.cancel()
        for name in list(self._topics):
            self._forget(name)
        if self._closing:
            await asyncio.wait(self._closing)
