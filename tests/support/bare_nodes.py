"""All that one process runs below the API, over a store of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from domain.live.events import Placed, session_topic
from realtime.commit import GroupCommit
from realtime.feed import Feed
from realtime.hub import Hub, Membership
from realtime.presence import Presence
from realtime.tally import Tally
from services.leads.capture import Capture, LeadLog
from storage.clock import Clock, utc_now
from storage.store import Store
from tests.support.members import Recorder, Rendering
from tests.support.two_stores import group_commit


@dataclass(frozen=True, kw_only=True)
class Node:
    store: Store
    hub: Hub
    feed: Feed
    tally: Tally
    presence: Presence
    commit: GroupCommit
    lead_log: LeadLog
    capture: Capture

    async def follow(
        self, session_id: str, member: Recorder, *, after: int | None = None
    ) -> Membership:
        """Make ``member`` watch the session."""
        topic = session_topic(session_id)
        return await self.hub.join(
            topic, "key", Rendering(), member, session_id=session_id, after=after, by="somebody"
        )


@asynccontextmanager
async def node(store: Store, *, clock: Clock = utc_now, name: str = "node") -> AsyncIterator[Node]:
    """A node that runs until the block ends; its sweep for unlogged leads is not started."""
    hub = Hub(store.log, clock)
    tally = Tally(store, hub)

    def on_event(placed: Placed) -> None:
        hub.hint(placed)
        tally.hint(placed)

    def on_gap() -> None:
        hub.hint_gap()
        tally.hint_gap()

    feed = Feed(store.mongo, on_event=on_event, on_gap=on_gap)
    presence = Presence(store, hub, clock, node=name)
    commit = group_commit(store)
    lead_log = LeadLog(store, commit)
    capture = Capture(store, lead_log)
    async with AsyncExitStack() as stack:
        for stop in (hub.close, tally.close, feed.stop, presence.close):
            stack.push_async_callback(stop)
        for finish in (commit.close, lead_log.close, capture.close):
            stack.push_async_callback(finish)
        tally.start()
        presence.start()
        await feed.start()
        yield Node(
            store=store,
            hub=hub,
            feed=feed,
            tally=tally,
            presence=presence,
            commit=commit,
            lead_log=lead_log,
            capture=capture,
        )
