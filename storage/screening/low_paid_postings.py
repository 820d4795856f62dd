"""Open postings whose pay may be below a figure, for what coming minimum wages will find."""

from __future__ import annotations

from datetime import date

from domain.postings.pay import PayPeriod
from domain.postings.postings import Posting
from storage.mongo.client import Document, Mongo
from storage.mongo.repository import OLDEST_FIRST, RecordCollection
from storage.postings.posting_query import visibility_condition


class LowPaidPostings:
    """Reads the open postings of a union with its branches, or of an employer."""

    def __init__(self, mongo: Mongo) -> None:
        self._postings = RecordCollection(mongo, "postings", Posting)

    async def batch(
        self, scope: Document, on: date, *, below_fen: int | None, after: str, limit: int
    ) -> list[Posting]:
        """The next open postings of a scope after an id, in the order of ids.

        Left out are those whose pay a month, guaranteed pay and probation pay all reach
        ``below_fen``. ``scope`` is that of ``union_scope`` or ``employer_scope``.
        """
        where: Document = {**visibility_condition(on), **scope, "_id": {"$gt": after}}
        if below_fen is not None:
            where["$or"] = [
                {"terms.pay.period": {"$ne": PayPeriod.MONTH.value}},
                # "Not at least": a posting of an earlier version lacks the field.
                {"terms.pay.from_fen": {"$not": {"$gte": below_fen}}},
                {"terms.pay.guaranteed.fen": {"$lt": below_fen}},
                {"terms.probation_fen": {"$lt": below_fen}},
            ]
        return await self._postings.find(where, sort=OLDEST_FIRST, limit=limit)

    async def count_open(self, scope: Document, on: date) -> int:
        """How many postings of a scope may be shown on that day."""
        return await self._postings.count({**visibility_condition(on), **scope})


def union_scope(union_id: str) -> Document:
    """The condition of postings of a union and its branches."""
    return {"union_path": union_id}


def employer_scope(employer_id: str) -> Document:
    """The condition of postings of an employer."""
    return {"employer_id": employer_id}
