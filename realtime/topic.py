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

from domain.live.events import SELF_CONTAINED, Event, PassingEvent, Placed, Reset
from realtime.rendered_event import Rendered
from realtime.single_flight import Anew
from storage.clock import Clock
from storage.mongo.client import StorageError
from storage.mongo.event_log import EventLog

Render = Callable[[Placed], Awaitable[bytes]]
"""Executes one event for a group: the JSON of an execution result, UTF-8. It never raises."""

WINDOW = 512
"""Events kept in memory a topic, so that clients that come back do not each read the log."""
PENDING = 2_048
"""Hints kept a topic; beyond that they are dropped and the log is read instead."""
READ = 500
"""Events read from the log at a time."""
BLOCKS = 32
"""Blocks of ``READ`` older events kept a topic while clients catch up."""
RETRY = 0.5
"""Seconds before a topic that was held up reads the log again."""
TURN = 500
"""Deliveries before other tasks get a turn: about 5 ms of work."""
BATCH = 16
"""Events that wait and are spread together: a member gets them in one write."""
PART_BYTES = 16 * 1024
"""Payloads of those; beyond that they go out in parts: what is not out yet counts as waiting."""
MEMO_BYTES = 4 << 20
"""Payloads of what never changes kept a group for those who catch up."""

_log = structlog.get_logger(__name__)


class Member(Protocol):
    """One subscription of one connection. None of its methods raises."""

    def deliver(self, rendered: Rendered, kind: str | None) -> None:
        """Queue an event. With a ``kind`` a newer one of the same kind may replace it."""

    def deliver_all(self, events: Sequence[Rendered]) -> None:
        """Queue several events in their order, in one write."""

    def has_room(self) -> bool:
        """Whether the peer keeps up."""

    async def drained(self) -> None:
        """Return once the peer has taken most of what was queued, or is gone."""


@dataclass
class Counts:
    """What a process has told, over all its topics."""

    deliveries: int = 0
    resets: int = 0


class Group:
    """Members that see the very same: an event is rendered once for all of them."""

    def __init__(self, render: Render, counts: Counts, begun_by: str) -> None:
        self._render = render
        self._counts = counts
        self.begun_by = begun_by
        """Whose subscription was the first."""
        self.members: dict[Member, int] = {}
        """Each member, and the seq up to which it had everything when it joined."""
        self.joined = 0
        """Members and those about to be; without any the group goes."""
        self._memo: dict[int, asyncio.Future[Rendered]] = {}
        self._memo_bytes = 0
        self._anew: Anew[Rendered] = Anew()
        self._stated: dict[str, tuple[Event, int, asyncio.Future[Rendered]]] = {}

    async def rendered(self, placed: Placed) -> Rendered:
        """The rendered event.

        One that says all itself is not rendered again when it is asked for soon. One that tells of
        a posting, a question or a lead shows it as it is after it was asked for: what was shown to
        others a moment ago may be closed, or taken away.
        """
        if not isinstance(placed.event, SELF_CONTAINED):
            return await self._anew.made(placed.seq, lambda: self.passing(placed))
        known = self._memo.get(placed.seq)
        if known is None:
            known = self._memo[placed.seq] = asyncio.ensure_future(self.passing(placed))
            known.add_done_callback(self._weigh)
        return await asyncio.shield(known)

    def _weigh(self, rendering: asyncio.Future[Rendered]) -> None:
        if rendering.cancelled():
            return
        self._memo_bytes += len(rendering.result().payload)
        while self._memo_bytes > MEMO_BYTES or len(self._memo) > WINDOW:
            oldest, rendered = next(iter(self._memo.items()))
            if not rendered.done():
                return
            del self._memo[oldest]
            self._memo_bytes -= len(rendered.result().payload)

    async def all_rendered(self, following: Sequence[Placed]) -> list[tuple[int, Rendered]]:
        """The rendered events, each with its seq."""
        rendered = await asyncio.gather(*map(self.rendered, following))
        return [(placed.seq, each) for placed, each in zip(following, rendered, strict=True)]

    async def passing(self, placed: Placed) -> Rendered:
        """The rendered state that is not logged; never kept, the next one differs."""
        return Rendered(await self._render(placed))

    async def reset(self, placed: Placed) -> Rendered:
        """The rendered Reset; those who wait for it at the same seq share it."""
        return await self._anew.made((Reset, placed.seq), lambda: self.passing(placed))

    async def stated(self, placed: Placed) -> Rendered:
        """The rendered state for those who join; at the same seq they share it."""
        kind = type(placed.event).__name__
        event, seq, rendering = self._stated.get(kind, (None, 0, None))
        if rendering is None or event is not placed.event or seq != placed.seq:
            rendering = asyncio.ensure_future(self.passing(placed))
            self._stated[kind] = (placed.event, placed.seq, rendering)
        return await asyncio.shield(rendering)

    async def spread(self, events: Sequence[tuple[int, Rendered]]) -> None:
        """Deliver events, in their order, each to every member that does not have its seq yet.

        What a member is delivered at once leaves in one write, so a burst costs little more than
        its first event.
        """
        first, last = events[0][0], events[-1][0]
        whole = [rendered for _, rendered in events]
        members = list(self.members.items())
        pace = max(1, TURN // len(events))
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

    async def spread_state(self, rendered: Rendered, seq: int, kind: str) -> None:
        """Deliver state to every member but those who have more.

        What one gets never has an older cursor than what one had before.
        """
        for turn, (member, had) in enumerate(list(self.members.items()), start=1):
            if had <= seq and member in self.members:
                member.deliver(rendered, kind)
                self._counts.deliveries += 1
            if turn % TURN == 0:
                await asyncio.sleep(0)


class Topic:
    """Follows one log from the moment it is opened."""

    def __init__(self, name: str, log: EventLog, clock: Clock) -> None:
        self.name = name
        self.last = 0
        self.groups: dict[Hashable, Group] = {}
        self._log = log
        self._clock = clock
        self._recent: deque[Placed] = deque(maxlen=WINDOW)
        self._pending: deque[Placed] = deque()
        self._passing: dict[str, PassingEvent] = {}
        self._state: dict[str, PassingEvent] = {}
        self.moves = 0
        """How often state was told."""
        self._behind = False
        self._news = asyncio.Event()
        self._blocks: dict[int, asyncio.Task[list[Placed]]] = {}
        self._pump: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Take up the log at its end, with a window of what came before."""
        head = await self._log.head(self.name)
        start = max(0, head - WINDOW)
        self._recent.extend(await self._log.read(self.name, after=start, limit=WINDOW))
        # The head may have moved between the two reads: what was read decides.
        self.last = self._recent[-1].seq if self._recent else head
        self._pump = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop following, once it is open."""
        assert self._pump is not None  # it is open
        self._pump.cancel()
        await asyncio.wait({self._pump})

    def hint(self, placed: Placed) -> None:
        """An event of this topic was logged."""
        if len(self._pending) >= PENDING:
            self._pending.clear()
            self._behind = True
        self._pending.append(placed)
        self._news.set()

    def hint_gap(self) -> None:
        """Events may have been logged without a hint."""
        self._behind = True
        self._news.set()

    def tell(self, event: PassingEvent) -> None:
        """Spread state that is not logged; a newer one of its kind replaces one not yet spread."""
        kind = type(event).__name__
        self._passing[kind] = self._state[kind] = event
        self.moves += 1
        self._news.set()

    def state(self) -> dict[str, Placed]:
        """The newest state of each kind that was told here, at the place of the last event."""
        return {kind: self.placed(event) for kind, event in self._state.items()}

    def tell_again(self) -> None:
        """Read what this node has not heard of yet, and spread the state at the place of that."""
        self._passing = self._state | self._passing
        self.hint_gap()

    def is_watched(self) -> bool:
        """Whether it has members; those that are still being brought up do not count."""
        return any(group.members for group in self.groups.values())

    def placed(self, event: PassingEvent) -> Placed:
        """A passing event at the place of the last logged one."""
        return Placed(topic=self.name, seq=self.last, at=self._clock(), event=event)

    async def after(self, seq: int) -> Sequence[Placed]:
        """Some of the events after ``seq``, in order, at least one if there are any.

        From memory if they are recent; otherwise one read of the log serves all who ask for the
        same at the same time.
        """
        if self._recent and seq >= self._recent[0].seq - 1:
            return [placed for placed in self._recent if placed.seq > seq]
        block = await self._block(seq // READ)
        return [placed for placed in block if placed.seq > seq]

    async def _block(self, number: int) -> list[Placed]:
        """The events ``number * READ + 1`` to ``(number + 1) * READ``, as far as they exist."""
        reading = self._blocks.get(number)
        if reading is None:
            read = self._log.read(self.name, after=number * READ, limit=READ)
            reading = self._blocks[number] = asyncio.create_task(read)
            reading.add_done_callback(lambda done: self._keep(number, done))
        return await asyncio.shield(reading)

    def _keep(self, number: int, read: asyncio.Task[list[Placed]]) -> None:
        """Keep a block that cannot change any more, and not too many of them."""
        whole = not read.cancelled() and read.exception() is None and len(read.result()) == READ
        if not whole:
            self._blocks.pop(number, None)
        while len(self._blocks) > BLOCKS:
            del self._blocks[next(iter(self._blocks))]

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self._catch_up()
                await self._spread_passing()
            except Exception as error:  # noqa: BLE001 - a room whose pump is dead would fall silent
                _log.warning("topic held up", topic=self.name, error=type(error).__name__)
                await asyncio.sleep(RETRY)
                self.hint_gap()

    async def _catch_up(self) -> None:
        while self._pending or self._behind:
            if following := self._following():
                await self._spread(following)
            elif self._behind:
                self._behind = False
                await self._read_missing()

    def _following(self) -> list[Placed]:
        """Take from the hints what follows the last event, up to ``BATCH``; notice a gap."""
        following: list[Placed] = []
        wanted = self.last + 1
        while self._pending and self._pending[0].seq <= wanted and len(following) < BATCH:
            placed = self._pending.popleft()
            if placed.seq == wanted:
                following.append(placed)
                wanted += 1
        if self._pending and not following:
            self._behind = True
        return following

    async def _read_missing(self) -> None:
        try:
            while missing := await self._log.read(self.name, after=self.last, limit=READ):
                for begin in range(0, len(missing), BATCH):
                    await self._spread(missing[begin : begin + BATCH])
        except StorageError:
            self._behind = True
            raise

    async def _spread(self, following: Sequence[Placed]) -> None:
        self._recent.extend(following)
        self.last = following[-1].seq
        groups = list(self.groups.values())
        all_rendered = await asyncio.gather(*(group.all_rendered(following) for group in groups))
        for group, rendered in zip(groups, all_rendered, strict=True):
            for part in _parts(rendered):
                await group.spread(part)

    async def _spread_passing(self) -> None:
        passing, self._passing = self._passing, {}
        for kind, event in passing.items():
            placed = self.placed(event)
            for group in list(self.groups.values()):
                await group.spread_state(await group.passing(placed), placed.seq, kind)


def _parts(
    events: Sequence[tuple[int, Rendered]],
) -> Iterator[Sequence[tuple[int, Rendered]]]:
    """Events that go out at once: together they hold little beside what may wait for a peer."""
    begin, size = 0, 0
    for place, (_, rendered) in enumerate(events):
        size += len(rendered.payload)
        if size > PART_BYTES and place > begin:
            yield events[begin:place]
            begin, size = place, len(rendered.payload)
    yield events[begin:]
