"""A topic: one followed event log in this process, and the groups that receive its events.

Order: events are rendered and delivered in the order of their seq, each once a member.
Loss: none. A notification that is missing or out of order makes the topic read the log.
History: when the database was restored from a backup, the tags in the log differ from those that
went to the groups. The topic then begins again, and every member gets a ``Reset``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable, Sequence
from datetime import datetime

import structlog

from domain.live.events import EphemeralEvent, EventEnvelope, Reset
from domain.live.log_position import LOG_START
from realtime.background import Periodic, Schedule
from realtime.event_window import EventWindow
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.subscription_group import Group, split_by_size
from storage.clock import Clock
from storage.mongo.event_log import EventLog

_log = structlog.get_logger(__name__)


class Topic(Periodic):
    """Follows one log from ``open`` to ``close``; each run delivers what came since the last."""

    def __init__(
        self, name: str, log: EventLog, clock: Clock, limits: RealtimeLimits = DEFAULT_LIMITS
    ) -> None:
        super().__init__(
            name,
            Schedule(
                runs_at_start=False,
                first_retry_seconds=limits.topic_retry_seconds,
                max_retry_seconds=4 * limits.topic_retry_seconds,
            ),
        )
        self.last = LOG_START
        """The position of the last event that went to the groups."""
        self.history = 0
        """How often the log turned out to be another one; a member that joins notices it."""
        self.groups: dict[Hashable, Group] = {}
        self.window = EventWindow(name, log, limits)
        self.state_version = 0
        """How often state was published; a member that joins notices a change by it."""
        self._log = log
        self._clock = clock
        self._limits = limits
        self._pending: deque[EventEnvelope] = deque()
        self._unsent_ephemeral: dict[str, EphemeralEvent] = {}
        self._latest_ephemeral: dict[str, EphemeralEvent] = {}
        self._is_behind = False
        self._last_at: datetime | None = None
        """The latest time of an event that went to the groups: times of a topic never go back."""

    async def open(self) -> None:
        """Start following at the end of the log.

        :raises StorageError: the log cannot be read.
        """
        self.last = await self.window.load()
        self.start()

    @property
    def last_seq(self) -> int:
        """The seq of the last event that went to the groups."""
        return self.last.seq

    def notify(self, placed: EventEnvelope) -> None:
        """Take an event that was just logged."""
        if len(self._pending) >= self._limits.max_pending_events:
            self._pending.clear()
            self._is_behind = True
        self._pending.append(placed)
        self.wake()

    def notify_gap(self) -> None:
        """Read the log: events may have been logged without a notification."""
        self._is_behind = True
        self.wake()

    def publish(self, event: EphemeralEvent) -> None:
        """Deliver an event that is not logged; a newer one of its kind replaces an unsent one."""
        kind = type(event).__name__
        self._unsent_ephemeral[kind] = self._latest_ephemeral[kind] = event
        self.state_version += 1
        self.wake()

    def latest_state(self) -> dict[str, EventEnvelope]:
        """The newest published state of each kind, at the place of the last event."""
        return {kind: self.place_ephemeral(event) for kind, event in self._latest_ephemeral.items()}

    def republish_state(self) -> None:
        """Read events that this node has not seen yet, then deliver the state at their place."""
        self._unsent_ephemeral = self._latest_ephemeral | self._unsent_ephemeral
        self.notify_gap()

    def has_members(self) -> bool:
        """Whether it has members; those that still catch up do not count."""
        return any(group.members for group in self.groups.values())

    def place_ephemeral(self, event: EphemeralEvent) -> EventEnvelope:
        """Wrap an event that is not logged: it gets the place of the last logged one."""
        at = self._clock()
        if self._last_at is not None:
            at = max(at, self._last_at)
        self._last_at = at
        return EventEnvelope(
            topic=self.name, seq=self.last.seq, tag=self.last.tag, at=at, event=event
        )

    async def run_once(self) -> None:
        """Deliver everything that waits; after a fault the next run reads the log."""
        try:
            await self._deliver_logged()
            await self._deliver_ephemeral()
        except Exception:
            self._is_behind = True
            raise

    async def _deliver_logged(self) -> None:
        while self._pending or self._is_behind:
            if following := self._take_following():
                await self._broadcast(following)
            elif self._is_behind:
                self._is_behind = False
                await self._read_missing()

    def _take_following(self) -> list[EventEnvelope]:
        """Take from the pending events what follows the last one; notice a gap.

        A repeat that this topic does not hold comes from another history, or was long ago: the
        log decides.
        """
        following: list[EventEnvelope] = []
        next_seq = self.last_seq + 1
        while (
            self._pending
            and self._pending[0].seq <= next_seq
            and len(following) < self._limits.events_per_batch
        ):
            placed = self._pending.popleft()
            if placed.seq == next_seq:
                following.append(placed)
                next_seq += 1
            elif placed.seq <= self.last_seq and not self.window.holds(placed.position):
                self._is_behind = True
        if self._pending and not following:
            self._is_behind = True
        return following

    async def _read_missing(self) -> None:
        """Read the log from the last event that went to the groups, which is compared."""
        batch = self._limits.events_per_batch
        read = await self._read_log(after=max(0, self.last_seq - 1))
        if not await self._is_same_history(read):
            await self._begin_again()
            return
        missing = [placed for placed in read if placed.seq > self.last_seq]
        while missing:
            for begin in range(0, len(missing), batch):
                await self._broadcast(missing[begin : begin + batch])
            missing = await self._read_log(after=self.last_seq)

    async def _read_log(self, *, after: int) -> list[EventEnvelope]:
        return await self._log.read(self.name, after=after, limit=self._limits.events_per_read)

    async def _is_same_history(self, read: Sequence[EventEnvelope]) -> bool:
        """Whether the events that were read continue what went to the groups.

        A log whose events were deleted holds none, but its numbering goes on.
        """
        if self.last_seq == 0:
            return True
        if read and read[0].seq == self.last_seq:
            return read[0].position == self.last
        return await self._log.last_seq(self.name) >= self.last_seq

    async def _begin_again(self) -> None:
        """Go to the end of a log that is not the one that was followed; reset every member."""
        window = EventWindow(self.name, self._log, self._limits)
        last = await window.load()
        _log.warning("log replaced by another history", topic=self.name, seq=last.seq)
        # No await before the members are noted: one that joins later follows the new history.
        self.window, self.last = window, last
        self.history += 1
        placed = self.place_ephemeral(Reset(session_id=self.name.partition("/")[2]))
        await asyncio.gather(
            *(group.broadcast_reset(placed, list(group.members)) for group in self.groups.values())
        )

    async def _broadcast(self, following: Sequence[EventEnvelope]) -> None:
        self.window.extend(following)
        self.last = following[-1].position
        self._last_at = max(following[-1].at, self._last_at or following[-1].at)
        groups = list(self.groups.values())
        all_rendered = await asyncio.gather(*(group.render_all(following) for group in groups))
        for group, rendered in zip(groups, all_rendered, strict=True):
            for part in split_by_size(rendered, self._limits.max_part_bytes):
                await group.broadcast(part)

    async def _deliver_ephemeral(self) -> None:
        unsent, self._unsent_ephemeral = self._unsent_ephemeral, {}
        for kind, event in unsent.items():
            placed = self.place_ephemeral(event)
            for group in list(self.groups.values()):
                await group.broadcast_state(await group.render_uncached(placed), placed.seq, kind)
