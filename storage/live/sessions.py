"""Live sessions. Every change is one conditional write: it names the states it may start from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne

from domain.live.sessions import LiveSession, Segment, SessionStatus
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

BY_START = (("starts_at", -1), ("_id", -1))


@dataclass(frozen=True, kw_only=True)
class LiveSessionQuery:
    """What a list of sessions is narrowed to; None leaves a field open."""

    status: SessionStatus | None = None
    union_id: str | None = None
    owner_id: str | None = None
    include_drafts: bool = True


class LiveSessions:
    def __init__(self, mongo: Mongo) -> None:
        self._sessions = mongo["sessions"]

    async def add(self, sessions: Sequence[LiveSession]) -> None:
        with translate_errors():
            await self._sessions.insert_many([to_document(session) for session in sessions])

    async def by_ids(self, ids: Iterable[str]) -> dict[str, LiveSession]:
        """The sessions among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._sessions.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(LiveSession, document) async for document in found}

    async def by_id(
        self, session_id: str, *, transaction: Transaction | None = None
    ) -> LiveSession | None:
        with translate_errors():
            document = await self._sessions.find_one({"_id": session_id}, session=transaction)
        return to_record(LiveSession, document) if document else None

    async def page(self, query: LiveSessionQuery, wanted: PageRequest) -> Page[LiveSession]:
        """The latest start first; the key is start and id."""
        with translate_errors():
            page = await find_page(self._sessions, _where(query), BY_START, wanted)
        return page.map(lambda document: to_record(LiveSession, document))

    async def change_status(
        self, before: LiveSession, wanted: SessionStatus, *, at: datetime, transaction: Transaction
    ) -> None:
        """Bring the session, still in the status of ``before``, to ``wanted``."""
        change: dict[str, Any] = {"status": wanted.value}
        if wanted is SessionStatus.LIVE and before.started_at is None:
            change["started_at"] = at
        if wanted in {SessionStatus.ENDED, SessionStatus.CANCELLED}:
            change |= {
                "ended_at": at,
                "pinned_posting_id": None,
                "segment": None,
                "segment_title": "",
            }
        with translate_errors():
            await self._sessions.update_one(
                {"_id": before.id, "status": before.status.value},
                {"$set": change},
                session=transaction,
            )

    async def pin(
        self, session_id: str, posting_id: str | None, *, transaction: Transaction
    ) -> None:
        """Show ``posting_id`` in the room of a live session, or nothing when it is None."""
        with translate_errors():
            await self._sessions.update_one(
                {"_id": session_id, "status": SessionStatus.LIVE.value},
                {"$set": {"pinned_posting_id": posting_id}},
                session=transaction,
            )

    async def unpin(self, session_id: str, posting_id: str, *, transaction: Transaction) -> None:
        """Take a posting away that must not be shown any more, whatever the session's status."""
        with translate_errors():
            await self._sessions.update_one(
                {"_id": session_id, "pinned_posting_id": posting_id},
                {"$set": {"pinned_posting_id": None}},
                session=transaction,
            )

    async def set_segment(
        self, session_id: str, segment: Segment, title: str, *, transaction: Transaction
    ) -> None:
        """Note what is on air in a live session."""
        with translate_errors():
            await self._sessions.update_one(
                {"_id": session_id, "status": SessionStatus.LIVE.value},
                {"$set": {"segment": segment.value, "segment_title": title}},
                session=transaction,
            )

    async def live_with_posting(self, posting_id: str, *, limit: int) -> list[LiveSession]:
        """Sessions on air that present the posting, the latest start first."""
        with translate_errors():
            found = (
                self._sessions.find({"status": SessionStatus.LIVE.value, "posting_ids": posting_id})
                .sort(list(BY_START))
                .limit(limit)
            )
            return [to_record(LiveSession, document) async for document in found]

    async def ids_pinning(self, posting_id: str) -> list[str]:
        """The sessions on air, interrupted ones too, that show the posting now."""
        on_air = [SessionStatus.LIVE.value, SessionStatus.INTERRUPTED.value]
        with translate_errors():
            found = self._sessions.find(
                {"status": {"$in": on_air}, "pinned_posting_id": posting_id}, {"_id": 1}
            )
            return [document["_id"] async for document in found]

    async def pinned_posting_ids(self, *, limit: int = 1_000) -> list[str]:
        """The postings that sessions on air show now."""
        on_air = [SessionStatus.LIVE.value, SessionStatus.INTERRUPTED.value]
        with translate_errors():
            found = self._sessions.find(
                {"status": {"$in": on_air}, "pinned_posting_id": {"$ne": None}},
                {"pinned_posting_id": 1},
            ).limit(limit)
            return sorted({document["pinned_posting_id"] async for document in found})

    async def set_last_seq(self, session_id: str, seq: int, *, transaction: Transaction) -> None:
        """Keep the last event that the session's state includes, in the transaction that logs it.

        Whoever reads the session knows from where to follow its log.
        """
        with translate_errors():
            await self._sessions.update_one(
                {"_id": session_id}, {"$set": {"seq": seq}}, session=transaction
            )

    async def raise_peak_viewers(self, session_id: str, viewers: int) -> int:
        """Keep the highest number of viewers ever seen; gives it back."""
        with translate_errors():
            document = await self._sessions.find_one_and_update(
                {"_id": session_id},
                {"$max": {"peak_viewers": viewers}},
                projection={"peak_viewers": 1},
                return_document=True,
            )
        return document["peak_viewers"] if document else viewers

    async def add_views(self, views: Mapping[str, int]) -> None:
        """Add to the views of each session."""
        if not views:
            return
        with translate_errors():
            await self._sessions.bulk_write(
                [
                    UpdateOne({"_id": session_id}, {"$inc": {"views": count}})
                    for session_id, count in views.items()
                ],
                ordered=False,
            )

    async def count(self, query: LiveSessionQuery) -> int:
        """How many sessions ``query`` leaves, at most 1,000."""
        with translate_errors():
            return await self._sessions.count_documents(_where(query), limit=1000)


def _where(query: LiveSessionQuery) -> Document:
    where: Document = {}
    if query.status is not None:
        where["status"] = {"$eq": query.status.value}
    if not query.include_drafts:
        where.setdefault("status", {})["$ne"] = SessionStatus.DRAFT.value
    if query.union_id is not None:
        where["union_path"] = query.union_id
    if query.owner_id is not None:
        where["owner_id"] = query.owner_id
    return where
