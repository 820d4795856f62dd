"""The event window of one topic: its newest events in memory, older ones in shared reads."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from domain.live.events import EventEnvelope
from domain.live.log_position import LOG_START, LogPosition
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from storage.mongo.event_log import EventLog


class EventWindow:
    """Answers "which events follow this seq?" for members that catch up.

    It belongs to one history of the log: a restored database needs a new window.
    """

    def __init__(self, topic: str, log: EventLog, limits: RealtimeLimits = DEFAULT_LIMITS) -> None:
        self._topic = topic
        self._log = log
        self._limits = limits
        self._recent: deque[EventEnvelope] = deque(maxlen=limits.recent_events_per_topic)
        self._blocks: dict[int, asyncio.Task[list[EventEnvelope]]] = {}

    async def load(self) -> LogPosition:
        """Read the newest events of the log; returns the position of the last one.

        Its tag is empty if the events of the log were deleted.

        :raises StorageError: the log cannot be read.
        """
        size = self._limits.recent_events_per_topic
        head = await self._log.last_seq(self._topic)
        self._recent.extend(
            await self._log.read(self._topic, after=max(0, head - size), limit=size)
        )
        # The head may have moved between the two reads: the events that were read decide.
        if self._recent:
            return self._recent[-1].position
        return LogPosition(seq=head, tag="") if head else LOG_START

    def extend(self, following: Sequence[EventEnvelope]) -> None:
        """Add the next events of the topic."""
        self._recent.extend(following)

    def holds(self, position: LogPosition) -> bool:
        """Whether the event at this position is in memory."""
        placed = self._find_recent(position.seq)
        return placed is not None and placed.position == position

    async def position_at(self, seq: int) -> LogPosition | None:
        """The position of the event with this seq; None if the log does not hold it.

        :raises StorageError: the log cannot be read.
        """
        placed = self._find_recent(seq)
        if placed is None:
            block = await self._read_block((seq - 1) // self._limits.events_per_read)
            placed = next((each for each in block if each.seq == seq), None)
        return placed.position if placed else None

    def _find_recent(self, seq: int) -> EventEnvelope | None:
        if not self._recent or not self._recent[0].seq <= seq <= self._recent[-1].seq:
            return None
        # The log has no gap.
        return self._recent[seq - self._recent[0].seq]

    async def read_after(self, seq: int) -> Sequence[EventEnvelope]:
        """Some of the events after ``seq``, in order; at least one if there are any.

        Recent ones come from memory. Concurrent calls for the same older ones share one read of
        the log.

        :raises StorageError: the log cannot be read.
        """
        if self._recent and seq >= self._recent[0].seq - 1:
            return [placed for placed in self._recent if placed.seq > seq]
        block = await self._read_block(seq // self._limits.events_per_read)
        return [placed for placed in block if placed.seq > seq]

    async def _read_block(self, number: int) -> list[EventEnvelope]:
        """The existing events of block ``number``; block 0 begins with seq 1."""
        reading = self._blocks.get(number)
        if reading is None:
            size = self._limits.events_per_read
            read = self._log.read(self._topic, after=number * size, limit=size)
            reading = self._blocks[number] = asyncio.create_task(read)
            reading.add_done_callback(lambda done: self._cache_block(number, done))
        return await asyncio.shield(reading)

    def _cache_block(self, number: int, read: asyncio.Task[list[EventEnvelope]]) -> None:
        """Keep a full block, which cannot change any more, within the bound on blocks."""
        is_full = (
            not read.cancelled()
            and read.exception() is None
            and len(read.result()) == self._limits.events_per_read
        )
        if not is_full:
            self._blocks.pop(number, None)
        while len(self._blocks) > self._limits.max_cached_blocks:
            del self._blocks[next(iter(self._blocks))]
