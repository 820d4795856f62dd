"""One followed log in this process: its newest events, and the groups that are told of them.

Order: events are rendered and delivered in the order of their seq, each once a member.
Loss: none. A hint that is missing or out of order makes the topic read the log.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from domain.live.events import SELF_CONTAINED_EVENTS, EphemeralEvent, Event, EventEnvelope, Reset
from realtime.rendered_event import RenderedEvent
from realtime.single_flight import SingleFlight
from storage.clock import Clock
from storage.mongo.client import StorageError
from storage.mongo.event_log import EventLog

Render = Callable[[EventEnvelope], Awaitable[bytes]]
"""Executes one event for a group: the JSON of an execution result, UTF-8. It never raises."""

RECENT_EVENTS_PER_TOPIC = 512
"""Events kept in memory a topic, so that clients that come back do not each read the log."""
MAX_PENDING_EVENTS = 2_048
"""Hints kept a topic; beyond that they are dropped and the log is read instead."""
EVENTS_PER_READ = 500
"""Events read from the log at a time."""
MAX_CACHED_BLOCKS = 32
"""Blocks of ``READ`` older events kept a topic while clients catch up."""
RETRY_SECONDS = 0.5
"""Seconds before a topic that was held up reads the log again."""
DELIVERIES_PER_TURN = 500
"""Deliveries before other tasks get a turn: about 5 ms of work."""
EVENTS_PER_BATCH = 16
"""Events that wait and are spread together: a member gets them in one write."""
MAX_PART_BYTES = 16 * 1024
"""Payloads of those; beyond that they go out in parts: what is not out yet counts as waiting."""
MAX_MEMO_BYTES = 4 << 20
"""Payloads of what never changes kept a group for those who catch up."""

_log = structlog.get_logger(__name__)


class Member(Protocol):
    """One subscription of one connection. None of its methods raises."""

    def deliver(self, rendered: RenderedEvent, kind: str | None) -> None:
        """Queue an event. With a ``kind`` a newer one of the same kind may replace it."""

    def deliver_all(self, events: Sequence[RenderedEvent]) -> None:
        """Queue several events in their order, in one write."""

    def has_room(self) -> bool:
        """Whether the peer keeps up."""

    async def wait_drained(self) -> None:
        """Return once the peer has taken most of what was queued, or is gone."""


@dataclass
class DeliveryCounts:
    """What a process has told, over all its topics."""

    deliveries: int = 0
    resets: int = 0


class Group:
    """Members that see the very same: an event is rendered once for all of them."""

    def __init__(self, render: Render, counts: DeliveryCounts, begun_by: str) -> None:
        self._render = render
        self._counts = counts
        self.created_by = begun_by
        """Whose subscription was the first."""
        self.members: dict[Member, int] = {}
        """Each member, and the seq up to which it had everything when it joined."""
        self.membership_count = 0
        """Members and those about to be; without any the group goes."""
        self._memo: dict[int, asyncio.Future[RenderedEvent]] = {}
        self._memo_bytes = 0
        self._single_flight: SingleFlight[RenderedEvent] = SingleFlight()
        self._rendered_state: dict[str, tuple[Event, int, asyncio.Future[RenderedEvent]]] = {}

    async def render(self, placed: EventEnvelope) -> RenderedEvent:
        """The rendered event.

        One that says all itself is not rendered again when it is asked for soon. One that tells of
        a posting, a question or a lead shows it as it is after it was asked for: what was shown to
        others a moment ago may be closed, or taken away.
        """
        if not isinstance(placed.event, SELF_CONTAINED_EVENTS):
            return await self._single_flight.run(placed.seq, lambda: self.render_uncached(placed))
        known = self._memo.get(placed.seq)
        if known is None:
            known = self._memo[placed.seq] = asyncio.ensure_future(self.render_uncached(placed))
            known.add_done_callback(self._trim_memo)
        return await asyncio.shield(known)

    def _trim_memo(self, rendering: asyncio.Future[RenderedEvent]) -> None:
        if rendering.cancelled():
            return
        self._memo_bytes += len(rendering.result().payload)
        while self._memo_bytes > MAX_MEMO_BYTES or len(self._memo) > RECENT_EVENTS_PER_TOPIC:
            oldest, rendered = next(iter(self._memo.items()))
            if not rendered.done():
                return
            del self._memo[oldest]
            self._memo_bytes -= len(rendered.result().payload)

    async def render_all(
        self, following: Sequence[EventEnvelope]
    ) -> list[tuple[int, RenderedEvent]]:
        """The rendered events, each with its seq."""
        rendered = await asyncio.gather(*map(self.render, following))
        return [(placed.seq, each) for placed, each in zip(following, rendered, strict=True)]

    async def render_uncached(self, placed: EventEnvelope) -> RenderedEvent:
        """The rendered state that is not logged; never kept, the next one differs."""
        return RenderedEvent(await self._render(placed))

    async def render_reset(self, placed: EventEnvelope) -> RenderedEvent:
        """The rendered Reset; those who wait for it at the same seq share it."""
        return await self._single_flight.run(
            (Reset, placed.seq), lambda: self.render_uncached(placed)
        )

    async def render_state(self, placed: EventEnvelope) -> RenderedEvent:
        """The rendered state for those who join; at the same seq they share it."""
        kind = type(placed.event).__name__
        event, seq, rendering = self._rendered_state.get(kind, (None, 0, None))
        if rendering is None or event is not placed.event or seq != placed.seq:
            rendering = asyncio.ensure_future(self.render_uncached(placed))
            self._rendered_state[kind] = (placed.event, placed.seq, rendering)
        return await asyncio.shield(rendering)

    async def broadcast(self, events: Sequence[tuple[int, RenderedEvent]]) -> None:
        """Deliver events, in their order, each to every member that does not have its seq yet.

        What a member is delivered at once leaves in one write, so a burst costs little more than
        its first event.
        """
        first, last = events[0][0], events[-1][0]
        whole = [rendered for _, rendered in events]
        members = list(self.members.items())
        pace = max(1, DELIVERIES_PER_TURN // len(events))
        for turn, (member, had) in enumerate(members, start=1):
            # Somebody may have left during the turns of the others.
            if had < last and member in self.members:
                fresh = whole if had < first else whole[had - first + 1 :]
                if len(fresh) == 1:
                    member.deliver(fresh[0], None)
                else:
                    member.deliver_all(fresh)
                self._counts.deliveries += len(fresh)
            if turn % pace == 0:
                await asyncio.sleep(0)

    async def broadcast_state(self, rendered: RenderedEvent, seq: int, kind: str) -> None:
        """Deliver state to every member but those who have more.

        What one gets never has an older cursor than what one had before.
        """
        for turn, (member, had) in enumerate(list(self.members.items()), start=1):
            if had <= seq and member in self.members:
                member.deliver(rendered, kind)
                self._counts.deliveries += 1
            if turn % DELIVERIES_PER_TURN == 0:
                await asyncio.sleep(0)


class Topic:
    """Follows one log from the moment it is opened."""

    def __init__(self, name: str, log: EventLog, clock: Clock) -> None:
        self.name = name
        self.last_seq = 0
        self.groups: dict[Hashable, Group] = {}
        self._log = log
        self._clock = clock
        self._recent: deque[EventEnvelope] = deque(maxlen=RECENT_EVENTS_PER_TOPIC)
        self._pending: deque[EventEnvelope] = deque()
        self._unsent_ephemeral: dict[str, EphemeralEvent] = {}
        self._latest_ephemeral: dict[str, EphemeralEvent] = {}
        self.state_version = 0
        """How often state was told."""
        self._behind = False
        self._news = asyncio.Event()
        self._blocks: dict[int, asyncio.Task[list[EventEnvelope]]] = {}
        self._pump: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Take up the log at its end, with a window of what came before."""
        head = await self._log.last_seq(self.name)
        start = max(0, head - RECENT_EVENTS_PER_TOPIC)
        self._recent.extend(
            await self._log.read(self.name, after=start, limit=RECENT_EVENTS_PER_TOPIC)
        )
        # The head may have moved between the two reads: what was read decides.
        self.last_seq = self._recent[-1].seq if self._recent else head
        self._pump = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop following, once it is open."""
        assert self._pump is not None  # it is open
        self._pump.cancel()
        await asyncio.wait({self._pump})

    def notify(self, placed: EventEnvelope) -> None:
        """An event of this topic was logged."""
        if len(self._pending) >= MAX_PENDING_EVENTS:
            self._pending.clear()
            self._behind = True
        self._pending.append(placed)
        self._news.set()

    def notify_gap(self) -> None:
        """Events may have been logged without a hint."""
        self._behind = True
        self._news.set()

    def publish(self, event: EphemeralEvent) -> None:
        """Spread state that is not logged; a newer one of its kind replaces one not yet spread."""
        kind = type(event).__name__
        self._unsent_ephemeral[kind] = self._latest_ephemeral[kind] = event
        self.state_version += 1
        self._news.set()

    def latest_state(self) -> dict[str, EventEnvelope]:
        """The newest state of each kind that was told here, at the place of the last event."""
        return {kind: self.place_ephemeral(event) for kind, event in self._latest_ephemeral.items()}

    def republish_state(self) -> None:
        """Read what this node has not heard of yet, and spread the state at the place of that."""
        self._unsent_ephemeral = self._latest_ephemeral | self._unsent_ephemeral
        self.notify_gap()

    def has_members(self) -> bool:
        """Whether it has members; those that are still being brought up do not count."""
        return any(group.members for group in self.groups.values())

    def place_ephemeral(self, event: EphemeralEvent) -> EventEnvelope:
        """A passing event at the place of the last logged one."""
        return EventEnvelope(topic=self.name, seq=self.last_seq, at=self._clock(), event=event)

    async def read_after(self, seq: int) -> Sequence[EventEnvelope]:
        """Some of the events after ``seq``, in order, at least one if there are any.

        From memory if they are recent; otherwise one read of the log serves all who ask for the
        same at the same time.
        """
        if self._recent and seq >= self._recent[0].seq - 1:
            return [placed for placed in self._recent if placed.seq > seq]
        block = await self._read_block(seq // EVENTS_PER_READ)
        return [placed for placed in block if placed.seq > seq]

    async def _read_block(self, number: int) -> list[EventEnvelope]:
        """The events ``number * READ + 1`` to ``(number + 1) * READ``, as far as they exist."""
        reading = self._blocks.get(number)
        if reading is None:
            read = self._log.read(self.name, after=number * EVENTS_PER_READ, limit=EVENTS_PER_READ)
            reading = self._blocks[number] = asyncio.create_task(read)
            reading.add_done_callback(lambda done: self._cache_block(number, done))
        return await asyncio.shield(reading)

    def _cache_block(self, number: int, read: asyncio.Task[list[EventEnvelope]]) -> None:
        """Keep a block that cannot change any more, and not too many of them."""
        whole = (
            not read.cancelled()
            and read.exception() is None
            and len(read.result()) == EVENTS_PER_READ
        )
        if not whole:
            self._blocks.pop(number, None)
        while len(self._blocks) > MAX_CACHED_BLOCKS:
            del self._blocks[next(iter(self._blocks))]

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self._catch_up()
                await self._broadcast_ephemeral()
            except Exception as error:  # noqa: BLE001 - a room whose pump is dead would fall silent
                _log.warning("topic held up", topic=self.name, error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
                self.notify_gap()

    async def _catch_up(self) -> None:
        while self._pending or self._behind:
            if following := self._take_following():
                await self._broadcast(following)
            elif self._behind:
                self._behind = False
                await self._read_missing()

    def _take_following(self) -> list[EventEnvelope]:
        """Take from the hints what follows the last event, up to ``BATCH``; notice a gap."""
        following: list[EventEnvelope] = []
        wanted = self.last_seq + 1
        while (
            self._pending and self._pending[0].seq <= wanted and len(following) < EVENTS_PER_BATCH
        ):
            placed = self._pending.popleft()
            if placed.seq == wanted:
                following.append(placed)
                wanted += 1
        if self._pending and not following:
            self._behind = True
        return following

    async def _read_missing(self) -> None:
        try:
            while missing := await self._log.read(
                self.name, after=self.last_seq, limit=EVENTS_PER_READ
            ):
                for begin in range(0, len(missing), EVENTS_PER_BATCH):
                    await self._broadcast(missing[begin : begin + EVENTS_PER_BATCH])
        except StorageError:
            self._behind = True
            raise

    async def _broadcast(self, following: Sequence[EventEnvelope]) -> None:
        self._recent.extend(following)
        self.last_seq = following[-1].seq
        groups = list(self.groups.values())
        all_rendered = await asyncio.gather(*(group.render_all(following) for group in groups))
        for group, rendered in zip(groups, all_rendered, strict=True):
            for part in _split_by_size(rendered):
                await group.broadcast(part)

    async def _broadcast_ephemeral(self) -> None:
        passing, self._unsent_ephemeral = self._unsent_ephemeral, {}
        for kind, event in passing.items():
            placed = self.place_ephemeral(event)
            for group in list(self.groups.values()):
                await group.broadcast_state(await group.render_uncached(placed), placed.seq, kind)


def _split_by_size(
    events: Sequence[tuple[int, RenderedEvent]],
) -> Iterator[Sequence[tuple[int, RenderedEvent]]]:
    """Events that go out at once: together they hold little beside what may wait for a peer."""
    begin, size = 0, 0
    for place, (_, rendered) in enumerate(events):
        size += len(rendered.payload)
        if size > MAX_PART_BYTES and place > begin:
            yield events[begin:place]
            begin, size = place, len(rendered.payload)
    yield events[begin:]
