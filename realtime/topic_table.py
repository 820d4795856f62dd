"""The topic table: which logs this process follows, and for how long.

A topic is opened for its first user and closed a while after its last one. Each kind of topic
has its own bound, so that one kind cannot keep another from being followed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

from domain.refusals import Busy
from realtime.limits import RealtimeLimits
from realtime.topic import Topic
from storage.clock import Clock
from storage.mongo.event_log import EventLog


class TopicTable:
    """Topics by name, with the number of their users."""

    def __init__(self, log: EventLog, clock: Clock, limits: RealtimeLimits) -> None:
        self._log = log
        self._clock = clock
        self._limits = limits
        self._max_topics = {
            "session": limits.max_session_topics,
            "leads": limits.max_lead_topics,
            # The same people follow both, at the same time.
            "questions": limits.max_lead_topics,
            "seeker": limits.max_seeker_topics,
        }
        self.topics: dict[str, Topic] = {}
        self.user_counts: dict[str, int] = {}
        self.lingering: dict[str, asyncio.TimerHandle] = {}
        """Topics without users, the one left longest ago first."""
        self.opening: dict[str, asyncio.Task[Topic]] = {}
        self._topic_counts: Counter[str] = Counter()
        """Topics of each kind."""
        self._closing: set[asyncio.Task[None]] = set()
        self._failures_of_closed = 0

    def __len__(self) -> int:
        return len(self.topics)

    def __iter__(self) -> Iterator[Topic]:
        return iter(self.topics.values())

    def get(self, name: str) -> Topic | None:
        """The topic, if it is followed here."""
        return self.topics.get(name)

    @property
    def failures(self) -> int:
        """Failed runs of all topics since the start."""
        return self._failures_of_closed + sum(topic.failures for topic in self)

    async def acquire(self, name: str) -> Topic:
        """The topic, opened if need be; every ``acquire`` is undone by one ``release``.

        :raises Busy: the process follows as many topics of this kind as it may.
        :raises StorageError: the log cannot be read.
        """
        self.user_counts[name] = self.user_counts.get(name, 0) + 1
        timer = self.lingering.pop(name, None)
        if timer is not None:
            timer.cancel()
        try:
            return await self._get_or_open(name)
        except BaseException:
            self.release(name)
            raise

    def release(self, name: str) -> None:
        """Give the topic up; it is closed ``topic_linger_seconds`` after its last user."""
        self.user_counts[name] -= 1
        if not self.user_counts[name]:
            del self.user_counts[name]
            if name in self.topics:
                self._start_linger(name)

    async def close(self) -> None:
        """Close every topic."""
        for timer in self.lingering.values():
            timer.cancel()
        self.lingering.clear()
        # Taken out first: what is released from here on does not linger.
        topics, self.topics = self.topics, {}
        self._topic_counts.clear()
        for opening in self.opening.values():
            opening.cancel()
        tasks = {*self.opening.values(), *self._closing}
        if tasks:
            await asyncio.wait(tasks)
        for topic in topics.values():
            await topic.close()

    async def _get_or_open(self, name: str) -> Topic:
        opening = self.opening.get(name)
        if opening is None:
            if name in self.topics:
                return self.topics[name]
            self._make_room(_kind_of(name))
            opening = self.opening[name] = asyncio.create_task(self._open(name))
            opening.add_done_callback(lambda done: self._on_opened(name, done))
            self._add(Topic(name, self._log, self._clock, self._limits))
        return await asyncio.shield(opening)

    def _make_room(self, kind: str) -> None:
        """Close a topic of this kind that has no users, if the kind is at its bound."""
        if self._topic_counts[kind] < self._max_topics[kind]:
            return
        for name, timer in self.lingering.items():
            if _kind_of(name) == kind and name not in self.opening:
                timer.cancel()
                del self.lingering[name]
                self._remove(name)
                return
        raise Busy(
            "Very many people are watching just now. Try again in a moment.",
            "当前观看人数过多，请稍后再试。",
            hint=("This node follows too many sessions or accounts: another node may answer."),
        )

    async def _open(self, name: str) -> Topic:
        # The topic is in the table already: notifications that come meanwhile wait in it.
        topic = self.topics[name]
        try:
            await topic.open()
        except BaseException:
            if self.topics.pop(name, None) is not None:
                self._topic_counts[_kind_of(name)] -= 1
            raise
        return topic

    def _on_opened(self, name: str, opening: asyncio.Task[Topic]) -> None:
        self.opening.pop(name, None)
        if not opening.cancelled():
            # The callers may all have given up: then nobody else retrieves the exception.
            opening.exception()

    def _add(self, topic: Topic) -> None:
        self.topics[topic.name] = topic
        self._topic_counts[_kind_of(topic.name)] += 1

    def _remove(self, name: str) -> None:
        topic = self.topics.pop(name)
        self._topic_counts[_kind_of(name)] -= 1
        self._failures_of_closed += topic.failures
        closing = asyncio.create_task(topic.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def _start_linger(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        seconds = self._limits.topic_linger_seconds
        self.lingering[name] = loop.call_later(seconds, self._expire, name)

    def _expire(self, name: str) -> None:
        del self.lingering[name]
        if name in self.opening:
            # Its user gave up while the database was slow: close the topic once it is open.
            self._start_linger(name)
        elif name in self.topics:
            self._remove(name)


def _kind_of(name: str) -> str:
    """The kind of a topic: the part of its name before the slash."""
    return name.partition("/")[0]
