"""A room of one hub that is told by hand of what is logged."""

from __future__ import annotations

from domain.live.events import (
    Announcement,
    LoggedEvent,
    Placed,
    PostingPinned,
    PresenceChanged,
    session_topic,
)
from realtime.hub import Hub, Membership
from storage.clock import utc_now
from storage.mongo.client import Session, new_id
from storage.mongo.event_log import EventLog
from storage.store import Store
from tests.support.members import Recorder, Rendering
from tests.support.records import AT
from tests.support.waiting import until


class CountingLog(EventLog):
    """The log, which counts how often it is read."""

    reads = 0

    async def read(self, topic: str, *, after: int, limit: int) -> list[Placed]:
        self.reads += 1
        return await super().read(topic, after=after, limit=limit)


class Room:
    """A session of its own with one hub, told of what is logged by hand."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.session_id = new_id()
        self.topic = session_topic(self.session_id)
        self.log = CountingLog(store.mongo)
        self.hub = Hub(self.log, utc_now)
        self.rendering = Rendering()
        self.last = 0

    async def say(self, count: int = 1, *, hint: bool = True) -> list[Placed]:
        said = [Announcement(session_id=self.session_id, body="你好") for _ in range(count)]
        return await self.happen(*said, hint=hint)

    async def pin(self, *posting_ids: str) -> list[Placed]:
        pinned = [
            PostingPinned(session_id=self.session_id, posting_id=each) for each in posting_ids
        ]
        return await self.happen(*pinned)

    async def happen(self, *happened: LoggedEvent, hint: bool = True) -> list[Placed]:
        async def body(session: Session) -> list[Placed]:
            return await self.store.log.append(self.topic, happened, at=AT, session=session)

        placed = await self.store.mongo.transaction(body)
        self.last = placed[-1].seq
        if hint:
            for each in placed:
                self.hub.hint(each)
        return placed

    def viewers(self, count: int) -> PresenceChanged:
        """So many watch."""
        return PresenceChanged(session_id=self.session_id, viewers=count, peak_viewers=100)

    async def join(
        self,
        member: Recorder,
        after: int | None = None,
        key: str = "key",
        by: str = "somebody",
    ) -> Membership:
        return await self.hub.join(
            self.topic, key, self.rendering, member, session_id=self.session_id, after=after, by=by
        )

    async def joined(self, after: int | None = None, key: str = "key") -> Recorder:
        member = Recorder()
        await self.join(member, after, key)
        return member

    async def spread(self, *members: Recorder) -> None:
        """Wait until each of them has the last event."""
        await until(lambda: all(member.seqs[-1:] == [self.last] for member in members))


def seqs(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))
