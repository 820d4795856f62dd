"""Reports of postings and the decisions on them. Both stay: nothing deletes one."""

from __future__ import annotations

from datetime import datetime

from domain.screening.reviews import Decision, Report, ReportState
from storage.mongo.client import Mongo, Session, translated
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, Slice, find_page

NEWEST_FIRST = (("_id", -1),)


class Reviews:
    """One report a viewer and posting."""

    def __init__(self, mongo: Mongo) -> None:
        self._decisions = mongo["decisions"]
        self._reports = mongo["reports"]

    async def keep(self, decision: Decision, *, session: Session) -> None:
        with translated():
            await self._decisions.insert_one(to_document(decision), session=session)

    async def decisions_on(self, posting_id: str, wanted: Slice) -> Page[Decision]:
        """The decisions on a posting, the latest first; the key is the id."""
        with translated():
            page = await find_page(
                self._decisions, {"posting_id": posting_id}, NEWEST_FIRST, wanted
            )
        return page.map(lambda document: to_record(Decision, document))

    async def add_report(self, report: Report, *, session: Session) -> None:
        """Store a new report.

        :raises Duplicate: this viewer has reported the posting before.
        """
        with translated():
            await self._reports.insert_one(to_document(report), session=session)

    async def report(self, report_id: str, *, session: Session | None = None) -> Report | None:
        with translated():
            document = await self._reports.find_one({"_id": report_id}, session=session)
        return to_record(Report, document) if document else None

    async def reports_of(self, posting_id: str, wanted: Slice) -> Page[Report]:
        """The reports of a posting, the newest first; the key is the id."""
        with translated():
            page = await find_page(self._reports, {"posting_id": posting_id}, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Report, document))

    async def count_since(
        self, since: datetime, most: int, *, session: Session, **whose: str
    ) -> int:
        """How many reports ``by`` a viewer or from an ``origin``; counting stops at ``most``."""
        with translated():
            return await self._reports.count_documents(
                {**whose, "at": {"$gt": since}}, limit=most, session=session
            )

    async def independent(self, posting_id: str, *, session: Session) -> int:
        """How many open reports of a posting there are, those of one origin counted once."""
        where = {"posting_id": posting_id, "state": ReportState.OPEN.value}
        with translated():
            return len(await self._reports.distinct("origin", where, session=session))

    async def resolve(self, report: Report, *, session: Session) -> None:
        """Keep what became of one report."""
        with translated():
            await self._reports.replace_one(
                {"_id": report.id}, to_document(report), session=session
            )

    async def resolve_all(
        self, posting_id: str, state: ReportState, *, by: str, at: datetime, session: Session
    ) -> None:
        """Close all open reports of a posting with the decision on it."""
        with translated():
            await self._reports.update_many(
                {"posting_id": posting_id, "state": ReportState.OPEN.value},
                {"$set": {"state": state.value, "resolved_by": by, "resolved_at": at}},
                session=session,
            )
