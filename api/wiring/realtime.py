"""Runs the realtime objects of a process: log, feed, hub, tally and presence."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from api.wiring.starting import start_worker
from domain.live.events import EventEnvelope
from domain.live.log_topics import parse_session_topic
from realtime.background import Monitored
from realtime.feed import EventFeed
from realtime.feed_watch import FeedWatch
from realtime.group_commit import GroupCommit
from realtime.hub import Hub
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.own_room_notices import OwnRoomNotices
from realtime.presence import PresenceTracker
from realtime.tally import TallyPublisher
from realtime.usage_counter import UsageCounter
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store


def create_group_commit(
    store: Store, clock: Clock | None = None, limits: RealtimeLimits = DEFAULT_LIMITS
) -> GroupCommit:
    """Return a group commit that also stores the position of each session's log in the session.

    ``clock`` is the database's unless it is given.
    """

    async def record_position(envelope: EventEnvelope, transaction: Transaction) -> None:
        session_id = parse_session_topic(envelope.topic)
        if session_id is not None:
            await store.live_sessions.set_position(
                session_id, envelope.position, transaction=transaction
            )

    return GroupCommit(
        store.mongo, store.event_log, clock or store.clock, on_logged=record_position, limits=limits
    )


@asynccontextmanager
async def run_group_commit(
    store: Store, clock: Clock | None = None, limits: RealtimeLimits = DEFAULT_LIMITS
) -> AsyncIterator[GroupCommit]:
    """Run a group commit until the block ends; what it took is committed first."""
    commit = create_group_commit(store, clock, limits)
    try:
        yield commit
    finally:
        await commit.close()


class FeedListener(Protocol):
    """What wants to know of every logged event, of any node."""

    def notify(self, placed: EventEnvelope) -> None:
        """Take an event that was logged."""

    def notify_gap(self) -> None:
        """Events may have been missed."""


@dataclass(frozen=True, kw_only=True)
class Realtime:
    """The objects of one process that write the event log and deliver it to subscribers.

    ``name`` identifies the process among those that share the database.
    """

    store: Store
    clock: Clock
    name: str
    limits: RealtimeLimits
    hub: Hub
    tally: TallyPublisher
    own_room_notices: OwnRoomNotices
    feed: EventFeed
    feed_watch: FeedWatch
    presence: PresenceTracker
    commit: GroupCommit
    usage: UsageCounter

    @property
    def background(self) -> tuple[Monitored, ...]:
        """The background tasks of these objects."""
        return (
            self.hub,
            self.tally,
            self.own_room_notices,
            self.feed,
            self.feed_watch,
            self.presence,
            self.usage,
        )


@asynccontextmanager
async def run_realtime(
    store: Store,
    *,
    clock: Clock | None = None,
    name: str | None = None,
    limits: RealtimeLimits = DEFAULT_LIMITS,
) -> AsyncIterator[Realtime]:
    """Run the realtime objects over the store until the block ends.

    ``clock`` is the database's unless it is given.

    :raises StorageUnavailable: MongoDB opens no change stream.
    """
    name = name or secrets.token_hex(6)
    clock = clock or store.clock
    async with AsyncExitStack() as stack:
        hub = Hub(store.event_log, clock, limits)
        stack.push_async_callback(hub.close)
        tally = start_worker(stack, TallyPublisher(store, hub, limits))
        own_room_notices = start_worker(stack, OwnRoomNotices(store, clock, limits))
        feed = _create_feed(store, [hub, tally, own_room_notices], limits)
        stack.push_async_callback(feed.close)
        await feed.open()
        feed_watch = start_worker(
            stack, FeedWatch(store.heartbeats, feed, node=name, limits=limits)
        )
        presence = start_worker(stack, PresenceTracker(store, hub, clock, node=name, limits=limits))
        usage = start_worker(stack, UsageCounter(store, clock))
        commit = await stack.enter_async_context(run_group_commit(store, clock, limits))
        yield Realtime(
            store=store,
            clock=clock,
            name=name,
            limits=limits,
            hub=hub,
            tally=tally,
            own_room_notices=own_room_notices,
            feed=feed,
            feed_watch=feed_watch,
            presence=presence,
            commit=commit,
            usage=usage,
        )


def _create_feed(
    store: Store, listeners: Sequence[FeedListener], limits: RealtimeLimits
) -> EventFeed:
    def on_event(envelope: EventEnvelope) -> None:
        for listener in listeners:
            listener.notify(envelope)

    def on_gap() -> None:
        for listener in listeners:
            listener.notify_gap()

    return EventFeed(
        store.mongo, on_event=on_event, on_gap=on_gap, clock=store.clock, limits=limits
    )
