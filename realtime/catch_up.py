"""Catching up: a new member gets every event it missed, then the latest state."""

from __future__ import annotations

from dataclasses import dataclass

from domain.live.events import Reset
from domain.live.log_position import LOG_START, LogPosition
from realtime.limits import RealtimeLimits
from realtime.rendered_event import RenderedEvent
from realtime.subscription_group import DeliveryCounts, Group, Member
from realtime.topic import Topic
from storage.mongo.event_log import EventLog


@dataclass(frozen=True, kw_only=True)
class CatchUp:
    """Brings one member of a group up to the last event of its topic."""

    topic: Topic
    group: Group
    member: Member
    session_id: str
    log: EventLog
    limits: RealtimeLimits
    counts: DeliveryCounts

    async def run(self, after: LogPosition | None) -> tuple[int, dict[str, RenderedEvent]]:
        """Deliver the events after ``after``; None stands for the end of the log.

        Returns the seq up to which the member has every event, and the state to deliver next. A
        member may have seen more than this node has: then there is no state for it yet.

        :raises StorageError: the log cannot be read.
        """
        topic, group = self.topic, self.group
        history = topic.history
        last_seq = await self._begin(after)
        while True:
            if topic.history != history:
                history = topic.history
                last_seq = await self._deliver_reset()
            last_seq = await self._deliver_missed(last_seq, history)
            if topic.history != history:
                continue
            if last_seq > topic.last_seq:
                return last_seq, {}
            version = topic.state_version
            state = {
                kind: await group.render_state(placed)
                for kind, placed in topic.latest_state().items()
            }
            # An event that came during the rendering must be delivered before the state.
            reached = (history, last_seq, version)
            if reached == (topic.history, topic.last_seq, topic.state_version):
                return last_seq, state

    async def _begin(self, after: LogPosition | None) -> int:
        """Return the seq to continue from, after a ``Reset`` if ``after`` cannot be continued."""
        if after is None:
            return self.topic.last_seq
        if await self._can_continue(after):
            return after.seq
        return await self._deliver_reset()

    async def _can_continue(self, after: LogPosition) -> bool:
        """Whether the log holds the event at ``after``, not too far back."""
        topic = self.topic
        if topic.last_seq - after.seq > self.limits.max_catch_up_events:
            return False
        if after in (LOG_START, topic.last):
            return True
        if after.seq == 0 or not after.tag:
            return False
        if after.seq > topic.last_seq:
            # Another node may have delivered what this node has not read yet.
            return await self.log.find_position(topic.name, after.seq) == after
        return await topic.window.position_at(after.seq) == after

    async def _deliver_missed(self, after: int, history: int) -> int:
        """Deliver the events between ``after`` and the last one; returns the seq reached.

        It stops when the topic follows another history.
        """
        topic, group, member = self.topic, self.group, self.member
        last_seq = after
        batch = self.limits.events_per_batch
        while last_seq < topic.last_seq and topic.history == history:
            missed = await topic.window.read_after(last_seq)
            if not missed or missed[0].seq != last_seq + 1:
                # The older part of the log was deleted after its retention time.
                last_seq = await self._deliver_reset()
                continue
            for begin in range(0, len(missed), batch):
                for _, rendered in await group.render_all(missed[begin : begin + batch]):
                    member.deliver(rendered, None)
                    self.counts.deliveries += 1
                    if not member.has_room():
                        await member.wait_drained()
            last_seq = missed[-1].seq
        return last_seq

    async def _deliver_reset(self) -> int:
        placed = self.topic.place_ephemeral(Reset(session_id=self.session_id))
        self.member.deliver(await self.group.render_reset(placed), None)
        self.counts.deliveries += 1
        self.counts.resets += 1
        return placed.seq
