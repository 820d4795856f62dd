"""All that one process runs below the API, over a store of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from domain.live.events import EventEnvelope, session_topic
from realtime.commit import GroupCommit
from realtime.feed import EventFeed
from realtime.hub import Hub, Membership
from realtime.presence import PresenceTracker
from realtime.tally import TallyPublisher
from services.leads.capture import LeadCapture, LeadLogWriter
from storage.clock import Clock, utc_now
from storage.store import Store
from tests.support.hub_members import RecordingMember, RecordingRenderer
from tests.support.two_node_fixtures import create_group_commit


@dataclass(frozen=True, kw_only=True)
class RealtimeNode:
    store: Store
    hub: Hub
    feed: EventFeed
    tally: TallyPublisher
    presence: PresenceTracker
    commit: GroupCommit
    lead_log: LeadLogWriter
    capture: LeadCapture

    async def follow(
        self, session_id: str, member: RecordingMember, *, after: int | None = None
    ) -> Membership:
        """Make ``member`` watch the session."""
        topic = session_topic(session_id)
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
    store: Store, *, clock: Clock = utc_now, name: str = "node"
) -> AsyncIterator[RealtimeNode]:
    """A node that runs until the block ends; its sweep for unlogged leads is not started."""
    hub = Hub(store.event_log, clock)
    tally = TallyPublisher(store, hub)

    def on_event(placed: EventEnvelope) -> None:
        hub.notify(placed)
        tally.notify(placed)

    def on_gap() -> None:
        hub.notify_gap()
        tally.notify_gap()

    feed = EventFeed(store.mongo, on_event=on_event, on_gap=on_gap)
    presence = PresenceTracker(store, hub, clock, node=name)
    commit = create_group_commit(store)
    lead_log = LeadLogWriter(store, commit)
    capture = LeadCapture(store, lead_log)
    async with AsyncExitStack() as stack:
        for stop in (hub.close, tally.close, feed.close, presence.close):
            stack.push_async_callback(stop)
        for finish in (commit.close, lead_log.close, capture.close):
            stack.push_async_callback(finish)
        tally.start()
        presence.start()
        await feed.start()
        yield RealtimeNode(
            store=store,
            hub=hub,
            feed=feed,
            tally=tally,
            presence=presence,
            commit=commit,
            lead_log=lead_log,
            capture=capture,
        )
