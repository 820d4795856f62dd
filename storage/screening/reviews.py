"""Reports of postings and the decisions on them. Both stay: nothing deletes one."""

from __future__ import annotations

from datetime import datetime

from domain.screening.reviews import Decision, Report, ReportState
from storage.mongo.client import Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)


class Reviews:
    """One report a viewer and posting."""

    def __init__(self, mongo: Mongo) -> None:
        self._decisions = mongo["decisions"]
        self._reports = mongo["reports"]

    async def add_decision(self, decision: Decision, *, transaction: Transaction) -> None:
        with translate_errors():
            await self._decisions.insert_one(to_document(decision), session=transaction)

    async def decisions_on(self, posting_id: str, wanted: PageRequest) -> Page[Decision]:
        """The decisions on a posting, the latest first; the key is the id."""
        with translate_errors():
            page = await find_page(
                self._decisions, {"posting_id": posting_id}, NEWEST_FIRST, wanted
            )
        return page.map(lambda document: to_record(Decision, document))

    async def add_report(self, report: Report, *, transaction: Transaction) -> None:
        """Store a new report.

        :raises Duplicate: this viewer has reported the posting before.
        """
        with translate_errors():
            await self._reports.insert_one(to_document(report), session=transaction)

    async def report_by_id(
        self, report_id: str, *, transaction: Transaction | None = None
    ) -> Report | None:
        with translate_errors():
            document = await self._reports.find_one({"_id": report_id}, session=transaction)
        return to_record(Report, document) if document else None

    async def reports_of(self, posting_id: str, wanted: PageRequest) -> Page[Report]:
        """The reports of a posting, the newest first; the key is the id."""
        with translate_errors():
            page = await find_page(self._reports, {"posting_id": posting_id}, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Report, document))

    async def count_reports_since(
        self, since: datetime, most: int, *, transaction: Transaction, **whose: str
    ) -> int:
        """How many reports ``by`` a viewer or from an ``origin``; counting stops at ``most``."""
        with translate_errors():
            return await self._reports.count_documents(
                {**whose, "at": {"$gt": since}}, limit=most, session=transaction
            )

    async def count_independent_reports(self, posting_id: str, *, transaction: Transaction) -> int:
        """How many open reports of a posting there are, those of one origin counted once."""
        where = {"posting_id": posting_id, "state": ReportState.OPEN.value}
        with translate_errors():
            return len(await self._reports.distinct("origin", where, session=transaction))

    async def resolve_report(self, report: Report, *, transaction: Transaction) -> None:
        """Keep what became of one report."""
        with translate_errors():
            await self._reports.replace_one(
                {"_id": report.id}, to_document(report), session=transaction
            )

    async def resolve_open_reports(
        self,
        posting_id: str,
        state: ReportState,
        *,
        by: str,
        at: datetime,
        transaction: Transaction,
    ) -> None:
        """Close all open reports of a posting with the decision on it."""
        with translate_errors():
            await self._reports.update_many(
                {"posting_id": posting_id, "state": ReportState.OPEN.value},
                {"$set": {"state": state.value, "resolved_by": by, "resolved_at": at}},
                session=transaction,
            )
