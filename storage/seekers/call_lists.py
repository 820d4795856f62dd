"""The repository of call list entries: the people that a campaign calls.

A person, known by the keyed hash of the phone, is on the list of a campaign once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.seekers.call_campaigns import CallEntry, CallOutcome
from storage.mongo.client import Document, Duplicate, Mongo, Transaction
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import OLDEST_FIRST, VersionedRepository

# The filter of the partial index "idle", so that MongoDB can use it.
_HAS_CONTACT: Document = {"contact": {"$type": "object"}}


@dataclass(frozen=True, kw_only=True)
class CallEntryQuery:
    """The list of one campaign, and its filters: an outcome, uncalled only, or due by a day."""

    campaign_id: str
    outcome: CallOutcome | None = None
    uncalled: bool = False
    due_on: date | None = None

    def where(self) -> Document:
        """The condition that a stored entry must meet."""
        where: Document = {"campaign_id": self.campaign_id}
        if self.outcome is not None:
            where["outcome"] = self.outcome.value
        if self.uncalled:
            where["outcome"] = None
        if self.due_on is not None:
            where["next_call_on"] = {"$lte": self.due_on.isoformat()}
        return where


class CallEntries(VersionedRepository[CallEntry]):
    """The entries of all call lists."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "call_entries", CallEntry)

    async def add(self, entries: Sequence[CallEntry]) -> set[str]:
        """Store the entries of people that are not on the list yet; return the ids of the others.

        It may be repeated after a failure: each entry is stored once.
        """
        try:
            await self._records.insert_many(entries, ordered=False)
        except Duplicate as duplicate:
            return {entries[position].id for position in duplicate.positions}
        return set()

    async def page(self, query: CallEntryQuery, wanted: PageRequest) -> Page[CallEntry]:
        """The entries that meet ``query``, oldest first; the key is the id."""
        return await self._records.find_page(query.where(), OLDEST_FIRST, wanted)

    async def by_seeker(self, seeker_id: str, *, transaction: Transaction) -> list[CallEntry]:
        """The entries that a seeker's profile was made from."""
        return await self._records.find({"seeker_id": seeker_id}, transaction=transaction)

    async def find_idle(
        self, *, before: datetime, limit: int, transaction: Transaction
    ) -> list[CallEntry]:
        """Entries with a contact that have not changed since ``before``."""
        where = {"updated_at": {"$lte": before}} | _HAS_CONTACT
        return await self._records.find(where, hint="idle", limit=limit, transaction=transaction)

    async def erase(
        self, entries: Sequence[CallEntry], *, at: datetime, transaction: Transaction
    ) -> None:
        """Remove person, contact, notes and remark from these entries."""
        for entry in entries:
            erased: Document = {
                "person": f"erased/{entry.id}",
                "contact": None,
                "remark": "",
                "next_call_on": None,
                "updated_at": at,
                **{f"calls.{index}.note": "" for index in range(len(entry.calls))},
            }
            await self._records.update_one(
                {"_id": entry.id}, {"$set": erased, "$inc": {"version": 1}}, transaction=transaction
            )
