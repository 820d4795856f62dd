"""The repository of interest counts: how many leads each posting of a session has.

The counts change in the transaction that logs the leads, so they are exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from storage.mongo.client import Mongo, Transaction, translate_errors


class InterestCounts:
    """One document for each session: its postings and their counts."""

    def __init__(self, mongo: Mongo) -> None:
        self._tallies = mongo["tallies"]

    async def add(
        self, session_id: str, postings: Iterable[str], *, transaction: Transaction
    ) -> None:
        """Count one interest for each of ``postings``, in the transaction that logs them."""
        await self._change(session_id, Counter(postings), transaction)

    async def subtract(
        self, session_id: str, postings: Iterable[str], *, transaction: Transaction
    ) -> None:
        """Take one interest of each of ``postings`` back, in the transaction that ends them."""
        counts = Counter({posting: -count for posting, count in Counter(postings).items()})
        await self._change(session_id, counts, transaction)

    async def _change(
        self, session_id: str, counts: Counter[str], transaction: Transaction
    ) -> None:
        if not counts:
            return
        with translate_errors():
            await self._tallies.update_one(
                {"_id": session_id},
                {"$inc": {f"interests.{posting}": count for posting, count in counts.items()}},
                upsert=True,
                session=transaction,
            )

    async def by_sessions(self, ids: Iterable[str]) -> dict[str, dict[str, int]]:
        """The interests of each of these sessions that has any, by posting."""
        with translate_errors():
            found = self._tallies.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: document["interests"] async for document in found}
