"""The repository of live sessions. Every change is one conditional write: it names the statuses
that the session may have before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne

from domain.live.log_position import LogPosition
from domain.live.sessions import (
    ON_AIR_STATUSES,
    OVER_STATUSES,
    LiveSession,
    Segment,
    SessionRecording,
    SessionStatus,
)
from domain.live.streams import Stream
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import changed_fields, to_document
from storage.mongo.paging import Page, PageRequest, SortOrder
from storage.mongo.repository import Repository

BY_START: SortOrder = (("starts_at", -1), ("_id", -1))
MAX_COUNTED = 1_000
"""Sessions that a count goes up to."""
_ON_AIR = sorted(status.value for status in ON_AIR_STATUSES)


@dataclass(frozen=True, kw_only=True)
class LiveSessionQuery:
    """The filters of a list of live sessions; None leaves a filter out."""

    status: SessionStatus | None = None
    union_id: str | None = None
    owner_id: str | None = None
    campaign_id: str | None = None
    include_drafts: bool = True

    def where(self) -> Document:
        """The condition that a stored session must meet."""
        where: Document = {}
        if self.status is not None:
            where["status"] = {"$eq": self.status.value}
        if not self.include_drafts:
            where.setdefault("status", {})["$ne"] = SessionStatus.DRAFT.value
        if self.union_id is not None:
            where["union_path"] = self.union_id
        if self.owner_id is not None:
            where["owner_id"] = self.owner_id
        if self.campaign_id is not None:
            where["campaign_id"] = self.campaign_id
        return where


class LiveSessions(Repository[LiveSession]):
    """Live sessions, with what their rooms show now."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "sessions", LiveSession)

    async def add(self, sessions: Sequence[LiveSession]) -> None:
        """Store new sessions."""
        await self._records.insert_many(sessions)

    async def page(self, query: LiveSessionQuery, wanted: PageRequest) -> Page[LiveSession]:
        """The sessions that meet ``query``, latest start first; the key is start and id."""
        return await self._records.find_page(query.where(), BY_START, wanted)

    async def count(self, query: LiveSessionQuery) -> int:
        """How many sessions meet ``query``; counting stops at ``MAX_COUNTED``."""
        return await self._records.count(query.where(), limit=MAX_COUNTED)

    async def change_status(
        self, before: LiveSession, wanted: SessionStatus, *, at: datetime, transaction: Transaction
    ) -> None:
        """Set the status ``wanted``, provided that the session still has that of ``before``."""
        change: dict[str, Any] = {"status": wanted.value}
        if wanted is SessionStatus.LIVE and before.started_at is None:
            change["started_at"] = at
        if wanted in OVER_STATUSES:
            change |= {
                "ended_at": at,
                "pinned_posting_id": None,
                "segment": None,
                "segment_title": "",
            }
        await self._records.update_one(
            {"_id": before.id, "status": before.status.value},
            {"$set": change},
            transaction=transaction,
        )

    async def edit(
        self, before: LiveSession, after: LiveSession, *, transaction: Transaction
    ) -> None:
        """Store what differs between the two, provided the session has the status of ``before``."""
        await self._records.update_one(
            {"_id": before.id, "status": before.status.value},
            {"$set": changed_fields(before, after)},
            transaction=transaction,
        )

    async def pin(
        self, session_id: str, posting_id: str | None, *, transaction: Transaction
    ) -> None:
        """Pin a posting in a live session, or nothing when ``posting_id`` is None."""
        await self._records.update_one(
            {"_id": session_id, "status": SessionStatus.LIVE.value},
            {"$set": {"pinned_posting_id": posting_id}},
            transaction=transaction,
        )

    async def unpin(self, session_id: str, posting_id: str, *, transaction: Transaction) -> None:
        """Unpin a posting that may not be shown any more, in a session of any status."""
        await self._records.update_one(
            {"_id": session_id, "pinned_posting_id": posting_id},
            {"$set": {"pinned_posting_id": None}},
            transaction=transaction,
        )

    async def set_segment(
        self, session_id: str, segment: Segment, title: str, *, transaction: Transaction
    ) -> None:
        """Store the segment that a live session is in."""
        await self._records.update_one(
            {"_id": session_id, "status": SessionStatus.LIVE.value},
            {"$set": {"segment": segment.value, "segment_title": title}},
            transaction=transaction,
        )

    async def set_stream(
        self, before: LiveSession, stream: Stream, *, transaction: Transaction
    ) -> None:
        """Store what has changed of the picture of a session of any status.

        Fields that only a newer version knows stay as they are.
        """
        changed = changed_fields(before.stream, stream)
        await self._records.update_one(
            {"_id": before.id},
            {"$set": {f"stream.{name}": value for name, value in changed.items()}},
            transaction=transaction,
        )

    async def with_playlist(self, *, before: datetime, limit: int) -> list[LiveSession]:
        """Sessions with a playlist that are on air or start before a time, earliest start first."""
        where = {
            "status": {"$in": [SessionStatus.SCHEDULED.value, *_ON_AIR]},
            "starts_at": {"$lt": before},
            "stream.hls_url": {"$gt": ""},
        }
        return await self._records.find(where, sort=(("starts_at", 1), ("_id", 1)), limit=limit)

    async def set_recording(
        self, before: LiveSession, recording: SessionRecording, *, transaction: Transaction
    ) -> None:
        """Store the recording of a session of any status."""
        await self._records.update_one(
            {"_id": before.id},
            {"$set": {"recording": to_document(recording)}},
            transaction=transaction,
        )

    async def with_recording(
        self, *, limit: int, after: LiveSession | None = None
    ) -> list[LiveSession]:
        """Sessions whose recording is not removed yet, the first to be consented to first.

        ``after`` is the last one of the page before.
        """
        where: Document = {"recording.name": {"$gt": ""}, "recording.removed_at": None}
        if after is not None and after.recording is not None:
            at = after.recording.consented_at
            where["$or"] = [
                {"recording.consented_at": {"$gt": at}},
                {"recording.consented_at": at, "_id": {"$gt": after.id}},
            ]
        order = (("recording.consented_at", 1), ("_id", 1))
        return await self._records.find(where, sort=order, limit=limit)

    async def set_slow_mode(
        self, session_id: str, seconds: int, *, transaction: Transaction
    ) -> None:
        """Store the time between two questions of one viewer of a live session."""
        await self._records.update_one(
            {"_id": session_id, "status": SessionStatus.LIVE.value},
            {"$set": {"slow_mode_seconds": seconds}},
            transaction=transaction,
        )

    async def live_with_posting(self, posting_id: str, *, limit: int) -> list[LiveSession]:
        """Live sessions that present the posting, latest start first."""
        where = {"status": SessionStatus.LIVE.value, "posting_ids": posting_id}
        return await self._records.find(where, sort=BY_START, limit=limit)

    async def ids_showing(self, posting_id: str) -> list[str]:
        """The ids of live or interrupted sessions that present or pin the posting."""
        where = {
            "status": {"$in": _ON_AIR},
            "$or": [{"posting_ids": posting_id}, {"pinned_posting_id": posting_id}],
        }
        with translate_errors():
            found = self._records.documents.find(where, {"_id": 1})
            return [document["_id"] async for document in found]

    async def on_air(self, *, limit: int = MAX_COUNTED) -> list[LiveSession]:
        """Live and interrupted sessions."""
        where = {"status": {"$in": _ON_AIR}}
        return await self._records.find(where, sort=BY_START, limit=limit)

    async def note_closed(
        self,
        session_id: str,
        posting_ids: Sequence[str],
        *,
        transaction: Transaction | None = None,
    ) -> None:
        """Store which postings are closed as the session starts, unless it is noted already."""
        await self._records.update_one(
            {"_id": session_id, "closed_posting_ids": None},
            {"$set": {"closed_posting_ids": list(posting_ids)}},
            transaction=transaction,
        )

    async def set_closed(
        self, session_id: str, posting_id: str, *, is_closed: bool, transaction: Transaction
    ) -> None:
        """Store whether viewers know a posting of the session as closed."""
        operator = "$addToSet" if is_closed else "$pull"
        await self._records.update_one(
            {"_id": session_id},
            {operator: {"closed_posting_ids": posting_id}},
            transaction=transaction,
        )

    async def ids_on_air(self, *, limit: int = MAX_COUNTED) -> list[str]:
        """The ids of live or interrupted sessions."""
        with translate_errors():
            found = self._records.documents.find({"status": {"$in": _ON_AIR}}, {"_id": 1})
            return [document["_id"] async for document in found.limit(limit)]

    async def set_position(
        self, session_id: str, position: LogPosition, *, transaction: Transaction
    ) -> None:
        """Store the position of the last event that the session's state includes.

        It belongs into the transaction that logs the event. A reader of the session follows the
        log from there.
        """
        await self._records.update_one(
            {"_id": session_id},
            {"$set": {"seq": position.seq, "position": to_document(position)}},
            transaction=transaction,
        )

    async def raise_peak_viewers(self, session_id: str, viewers: int) -> int:
        """Raise the peak of viewers to ``viewers`` if it is lower; return the peak."""
        with translate_errors():
            document = await self._records.documents.find_one_and_update(
                {"_id": session_id},
                {"$max": {"peak_viewers": viewers}},
                projection={"peak_viewers": 1},
                return_document=True,
            )
        return document["peak_viewers"] if document else viewers

    async def add_views(self, views: Mapping[str, int]) -> None:
        """Add to the number of views of each session."""
        if not views:
            return
        with translate_errors():
            await self._records.documents.bulk_write(
                [
                    UpdateOne({"_id": session_id}, {"$inc": {"views": count}})
                    for session_id, count in views.items()
                ],
                ordered=False,
            )
