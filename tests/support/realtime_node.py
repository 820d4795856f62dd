"""The realtime objects of one process over a store, with members that record what they get."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from api.wiring.realtime import Realtime, run_realtime
from api.wiring.services import run_lead_capture
from domain.live.log_position import LogPosition
from domain.live.log_topics import session_topic
from realtime.feed import EventFeed
from realtime.group_commit import GroupCommit
from realtime.hub import Hub, Membership
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.presence import PresenceTracker
from realtime.tally import TallyPublisher
from services.leads.capture_limits import DEFAULT_LIMITS as DEFAULT_CAPTURE_LIMITS
from services.leads.capture_limits import CaptureLimits
from services.leads.lead_capture import LeadCapture
from services.leads.lead_log_writer import LeadLogWriter
from storage.clock import Clock, utc_now
from storage.store import Store
from tests.support.hub_members import RecordingMember, RecordingRenderer
from tests.support.log_cursors import stored_position


@dataclass(frozen=True, kw_only=True)
class RealtimeNode:
    """The realtime objects and the lead capture of one process."""

    parts: Realtime
    capture: LeadCapture
    lead_log: LeadLogWriter

    @property
    def store(self) -> Store:
        return self.parts.store

    @property
    def hub(self) -> Hub:
        return self.parts.hub

    @property
    def feed(self) -> EventFeed:
        return self.parts.feed

    @property
    def tally(self) -> TallyPublisher:
        return self.parts.tally

    @property
    def presence(self) -> PresenceTracker:
        return self.parts.presence

    @property
    def commit(self) -> GroupCommit:
        return self.parts.commit

    async def follow(
        self, session_id: str, member: RecordingMember, *, after: int | LogPosition | None = None
    ) -> Membership:
        """Subscribe ``member`` to the events of the session."""
        topic = session_topic(session_id)
        if isinstance(after, int):
            after = await stored_position(self.store, topic, after)
        return await self.hub.join(
            topic,
            "key",
            RecordingRenderer(),
            member,
            session_id=session_id,
            after=after,
            by="somebody",
        )


@asynccontextmanager
async def run_node(
    store: Store,
    *,
    clock: Clock = utc_now,
    name: str = "node",
    limits: RealtimeLimits = DEFAULT_LIMITS,
    capture_limits: CaptureLimits = DEFAULT_CAPTURE_LIMITS,
) -> AsyncIterator[RealtimeNode]:
    """Run a node until the block ends. The sweep for unlogged leads is not started."""
    async with (
        run_realtime(store, clock=clock, name=name, limits=limits) as parts,
        run_lead_capture(store, parts.commit, clock, capture_limits) as (capture, lead_log),
    ):
        yield RealtimeNode(parts=parts, capture=capture, lead_log=lead_log)
