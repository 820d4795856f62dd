"""A group: the members of one topic whose subscriptions are identical."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.live.events import (
    Announcement,
    Event,
    EventEnvelope,
    PostingUnpinned,
    QuestionHidden,
    Reset,
    SegmentChanged,
    SessionPostingClosed,
    SlowModeChanged,
)
from domain.live.log_position import LOG_START, LogPosition
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.rendered_event import RenderedEvent
from realtime.single_flight import SingleFlight

_SELF_CONTAINED_EVENTS = (
    PostingUnpinned,
    SessionPostingClosed,
    Announcement,
    SegmentChanged,
    SlowModeChanged,
    QuestionHidden,
)
"""Logged events that hold all their content. The others refer to records that may change later."""


Render = Callable[[EventEnvelope], Awaitable[bytes]]
"""Executes one event for a group: the JSON of an execution result, UTF-8. It never raises."""


class Member(Protocol):
    """One subscription of one connection. None of its methods raises."""

    def deliver(self, rendered: RenderedEvent, kind: str | None) -> None:
        """Queue an event. With a ``kind`` a newer one of the same kind may replace it."""

    def deliver_all(self, events: Sequence[RenderedEvent]) -> None:
        """Queue several events in their order, in one write."""

    def has_room(self) -> bool:
        """Whether the peer keeps up."""

    async def wait_drained(self) -> None:
        """Return once the peer has taken most of its queue, or is gone."""


@dataclass
class DeliveryCounts:
    """Deliveries of a process, over all its topics."""

    deliveries: int = 0
    resets: int = 0


class Group:
    """Renders each event once and delivers the same bytes to every member."""

    def __init__(
        self,
        render: Render,
        counts: DeliveryCounts,
        created_by: str,
        limits: RealtimeLimits = DEFAULT_LIMITS,
    ) -> None:
        self._render = render
        self._counts = counts
        self._limits = limits
        self.created_by = created_by
        """The address, or the member of staff, whose subscription was the first."""
        self.members: dict[Member, int] = {}
        """Each member, and the seq up to which it had every event when it joined."""
        self.membership_count = 0
        """Members and those that still catch up; at 0 the group is removed."""
        self._memo: dict[LogPosition, asyncio.Future[RenderedEvent]] = {}
        self._memo_bytes = 0
        self._single_flight: SingleFlight[RenderedEvent] = SingleFlight()
        self._rendered_state: dict[
            str, tuple[Event, LogPosition, asyncio.Future[RenderedEvent]]
        ] = {}

    async def render(self, placed: EventEnvelope) -> RenderedEvent:
        """Render a logged event.

        A self-contained event is rendered once and kept for a while. An event that names a
        posting, a question or a lead is rendered again for each later call, because the named
        thing may have been closed or taken away since; concurrent calls share one rendering.
        """
        if not isinstance(placed.event, _SELF_CONTAINED_EVENTS):
            return await self._single_flight.run(
                placed.position, lambda: self.render_uncached(placed)
            )
        known = self._memo.get(placed.position)
        if known is None:
            known = self._memo[placed.position] = asyncio.ensure_future(
                self.render_uncached(placed)
            )
            known.add_done_callback(self._trim_memo)
        return await asyncio.shield(known)

    def _trim_memo(self, rendering: asyncio.Future[RenderedEvent]) -> None:
        if rendering.cancelled():
            return
        limits = self._limits
        self._memo_bytes += len(rendering.result().payload)
        while (
            self._memo_bytes > limits.max_memo_bytes
            or len(self._memo) > limits.recent_events_per_topic
        ):
            oldest, rendered = next(iter(self._memo.items()))
            if not rendered.done():
                return
            del self._memo[oldest]
            self._memo_bytes -= len(rendered.result().payload)

    async def render_all(
        self, following: Sequence[EventEnvelope]
    ) -> list[tuple[int, RenderedEvent]]:
        """Render several logged events; each comes back with its seq."""
        rendered = await asyncio.gather(*map(self.render, following))
        return [(placed.seq, each) for placed, each in zip(following, rendered, strict=True)]

    async def render_uncached(self, placed: EventEnvelope) -> RenderedEvent:
        """Render an event without keeping the result, as for state that changes all the time."""
        return RenderedEvent(await self._render(placed))

    async def render_reset(self, placed: EventEnvelope) -> RenderedEvent:
        """Render a ``Reset``; concurrent calls for the same position share one rendering."""
        return await self._single_flight.run(
            (Reset, placed.position), lambda: self.render_uncached(placed)
        )

    async def render_state(self, placed: EventEnvelope) -> RenderedEvent:
        """Render the latest state for members that join; those at the same position share it."""
        kind = type(placed.event).__name__
        event, position, rendering = self._rendered_state.get(kind, (None, LOG_START, None))
        if rendering is None or event is not placed.event or position != placed.position:
            rendering = asyncio.ensure_future(self.render_uncached(placed))
            self._rendered_state[kind] = (placed.event, placed.position, rendering)
        return await asyncio.shield(rendering)

    async def broadcast(self, events: Sequence[tuple[int, RenderedEvent]]) -> None:
        """Deliver events in their order, each to every member that does not have its seq yet.

        One call is one write a member, so a burst costs little more than its first event.
        """
        first, last = events[0][0], events[-1][0]
        whole = [rendered for _, rendered in events]
        members = list(self.members.items())
        members_per_turn = max(1, self._limits.deliveries_per_turn // len(events))
        for turn, (member, last_seq) in enumerate(members, start=1):
            # A member may have left while other tasks had their turn.
            if last_seq < last and member in self.members:
                fresh = whole if last_seq < first else whole[last_seq - first + 1 :]
                if len(fresh) == 1:
                    member.deliver(fresh[0], None)
                else:
                    member.deliver_all(fresh)
                self._counts.deliveries += len(fresh)
            if turn % members_per_turn == 0:
                await asyncio.sleep(0)

    async def broadcast_reset(self, placed: EventEnvelope, members: Sequence[Member]) -> None:
        """Deliver a ``Reset`` to these members; they have every event up to its place then."""
        for member in members:
            self.members[member] = placed.seq
        rendered = await self.render_reset(placed)
        for turn, member in enumerate(members, start=1):
            # A member may have left while other tasks had their turn.
            if member in self.members:
                member.deliver(rendered, None)
                self._counts.deliveries += 1
                self._counts.resets += 1
            if turn % self._limits.deliveries_per_turn == 0:
                await asyncio.sleep(0)

    async def broadcast_state(self, rendered: RenderedEvent, seq: int, kind: str) -> None:
        """Deliver state to every member that joined at ``seq`` or before.

        A member that joined later has a newer cursor, and cursors never go back.
        """
        members_per_turn = self._limits.deliveries_per_turn
        for turn, (member, last_seq) in enumerate(list(self.members.items()), start=1):
            if last_seq <= seq and member in self.members:
                member.deliver(rendered, kind)
                self._counts.deliveries += 1
            if turn % members_per_turn == 0:
                await asyncio.sleep(0)


def split_by_size(
    events: Sequence[tuple[int, RenderedEvent]], max_bytes: int
) -> Iterator[Sequence[tuple[int, RenderedEvent]]]:
    """Split events into parts of at most ``max_bytes`` of payload; a larger event is one part."""
    begin, size = 0, 0
    for place, (_, rendered) in enumerate(events):
        size += len(rendered.payload)
        if size > max_bytes and place > begin:
            yield events[begin:place]
            begin, size = place, len(rendered.payload)
    yield events[begin:]
