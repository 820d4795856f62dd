"""A session in one hub, to which a test hands logged events itself."""

from __future__ import annotations

from domain.live.events import (
    Announcement,
    EventEnvelope,
    LoggedEvent,
    PostingPinned,
    PresenceChanged,
)
from domain.live.log_position import LogPosition
from domain.live.log_topics import session_topic
from realtime.hub import Hub, Membership
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from realtime.topic import Topic
from storage.clock import utc_now
from storage.mongo.client import Transaction, new_id
from storage.mongo.event_log import EventLog
from storage.store import Store
from tests.support.hub_members import RecordingMember, RecordingRenderer
from tests.support.log_cursors import stored_position
from tests.support.records import FIXED_NOW
from tests.support.waiting import wait_until


class CountingLog(EventLog):
    """An event log that counts how often it is read."""

    reads = 0

    async def read(self, topic: str, *, after: int, limit: int) -> list[EventEnvelope]:
        self.reads += 1
        return await super().read(topic, after=after, limit=limit)


class HubSession:
    """A new session with its own hub. A test notifies the hub of logged events itself."""

    def __init__(self, store: Store, limits: RealtimeLimits = DEFAULT_LIMITS) -> None:
        self.store = store
        self.session_id = new_id()
        self.topic = session_topic(self.session_id)
        self.log = CountingLog(store.mongo)
        self.hub = Hub(self.log, utc_now, limits)
        self.rendering = RecordingRenderer()
        self.last_seq = 0

    def set_limits(self, limits: RealtimeLimits) -> None:
        """Replace the hub by one with other limits."""
        self.hub = Hub(self.log, utc_now, limits)

    def followed(self) -> Topic:
        """Return the session's topic in the hub."""
        return self.hub.topics.topics[self.topic]

    async def announce(self, count: int = 1, *, hint: bool = True) -> list[EventEnvelope]:
        announcements = [
            Announcement(session_id=self.session_id, body="你好") for _ in range(count)
        ]
        return await self.log_events(*announcements, hint=hint)

    async def pin(self, *posting_ids: str) -> list[EventEnvelope]:
        pinned = [
            PostingPinned(session_id=self.session_id, posting_id=each) for each in posting_ids
        ]
        return await self.log_events(*pinned)

    async def log_events(self, *happened: LoggedEvent, hint: bool = True) -> list[EventEnvelope]:
        async def body(transaction: Transaction) -> list[EventEnvelope]:
            return await self.store.event_log.append(
                self.topic, happened, at=FIXED_NOW, transaction=transaction
            )

        placed = await self.store.mongo.run_transaction(body)
        self.last_seq = placed[-1].seq
        if hint:
            for each in placed:
                self.hub.notify(each)
        return placed

    def viewers_event(self, count: int) -> PresenceChanged:
        """Return an ephemeral event with this number of viewers."""
        return PresenceChanged(session_id=self.session_id, viewers=count, peak_viewers=100)

    async def join(
        self,
        member: RecordingMember,
        after: int | LogPosition | None = None,
        key: str = "key",
        by: str = "somebody",
    ) -> Membership:
        if isinstance(after, int):
            after = await stored_position(self.store, self.topic, after)
        return await self.hub.join(
            self.topic, key, self.rendering, member, session_id=self.session_id, after=after, by=by
        )

    async def join_recorder(
        self, after: int | LogPosition | None = None, key: str = "key"
    ) -> RecordingMember:
        member = RecordingMember()
        await self.join(member, after, key)
        return member

    async def wait_delivered(self, *members: RecordingMember) -> None:
        """Wait until each member has the last logged event."""
        await wait_until(lambda: all(member.seqs[-1:] == [self.last_seq] for member in members))


def seq_range(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))
