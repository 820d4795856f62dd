"""The repository of reviews: reports of postings, and the decisions on them. None is deleted."""

from __future__ import annotations

from datetime import datetime

from domain.screening.reviews import (
    MAX_COUNTED_REPORTERS,
    Decision,
    IndependentReports,
    Report,
    ReportState,
)
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, RecordCollection


class Reviews:
    """Reports and decisions. A viewer can report a posting once."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._decisions = RecordCollection(mongo, "decisions", Decision)
        self._reports = RecordCollection(mongo, "reports", Report)

    async def add_decision(self, decision: Decision, *, transaction: Transaction) -> None:
        """Store a new decision."""
        await self._decisions.insert(decision, transaction=transaction)

    async def decisions_on(self, posting_id: str, wanted: PageRequest) -> Page[Decision]:
        """The decisions on a posting, newest first; the key is the id."""
        return await self._decisions.find_page({"posting_id": posting_id}, NEWEST_FIRST, wanted)

    async def decisions_of_batch(self, batch_id: str, *, limit: int) -> list[Decision]:
        """The decisions that were made together, in the order in which they were made."""
        return await self._decisions.find({"batch_id": batch_id}, sort=[("_id", 1)], limit=limit)

    async def mark_undone(self, decision: Decision, *, transaction: Transaction) -> None:
        """Store by whom and when a decision was undone."""
        document = self._decisions.to_document(decision)
        undone = {name: document[name] for name in ("undone_by", "undone_at")}
        await self._decisions.update_one(
            {"_id": decision.id}, {"$set": undone}, transaction=transaction
        )

    async def reopen_reports(self, decision: Decision, *, transaction: Transaction) -> None:
        """Open the reports again that a decision resolved."""
        with translate_errors():
            await self._reports.documents.update_many(
                {
                    "posting_id": decision.posting_id,
                    "resolved_by": decision.by,
                    "resolved_at": decision.at,
                },
                {
                    "$set": {
                        "state": ReportState.OPEN.value,
                        "resolved_by": None,
                        "resolved_at": None,
                    }
                },
                session=transaction,
            )

    async def add_report(self, report: Report, *, transaction: Transaction) -> None:
        """Store a new report.

        :raises Duplicate: this viewer has already reported the posting.
        """
        await self._reports.insert(report, transaction=transaction)

    async def report_by_id(
        self, report_id: str, *, transaction: Transaction | None = None
    ) -> Report | None:
        """The report with that id, if it exists."""
        return await self._reports.by_id(report_id, transaction=transaction)

    async def reports_of(self, posting_id: str, wanted: PageRequest) -> Page[Report]:
        """The reports of a posting, newest first; the key is the id."""
        return await self._reports.find_page({"posting_id": posting_id}, NEWEST_FIRST, wanted)

    async def count_reports_since(
        self, since: datetime, most: int, *, transaction: Transaction, **whose: str
    ) -> int:
        """How many reports ``by`` a viewer, or from an ``origin``; counting stops at ``most``."""
        where = {**whose, "at": {"$gt": since}}
        return await self._reports.count(where, limit=most, transaction=transaction)

    async def count_independent_reports(
        self, posting_id: str, *, transaction: Transaction
    ) -> IndependentReports:
        """The persons and the addresses that have an open report of the posting.

        Of each kind ``MAX_COUNTED_REPORTERS`` are counted.
        """
        where = {"posting_id": posting_id, "state": ReportState.OPEN.value}
        return IndependentReports(
            proven=await self._count_distinct(
                "reporter", {**where, "reporter": {"$gt": ""}}, transaction
            ),
            # Reports that an earlier version stored have no reporter.
            unproven=await self._count_distinct("origin", {**where, "reporter": None}, transaction),
        )

    async def _count_distinct(self, field: str, where: Document, transaction: Transaction) -> int:
        pipeline: list[Document] = [
            {"$match": where},
            {"$group": {"_id": f"${field}"}},
            {"$limit": MAX_COUNTED_REPORTERS},
            {"$count": "number"},
        ]
        rows = [
            row async for row in self._mongo.aggregate("reports", pipeline, session=transaction)
        ]
        return int(rows[0]["number"]) if rows else 0

    async def resolve_report(self, report: Report, *, transaction: Transaction) -> None:
        """Replace a report that was resolved by itself."""
        with translate_errors():
            await self._reports.documents.replace_one(
                {"_id": report.id}, self._reports.to_document(report), session=transaction
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
        """Close all open reports of a posting that a decision was made on."""
        with translate_errors():
            await self._reports.documents.update_many(
                {"posting_id": posting_id, "state": ReportState.OPEN.value},
                {"$set": {"state": state.value, "resolved_by": by, "resolved_at": at}},
                session=transaction,
            )
