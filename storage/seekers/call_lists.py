"""Call lists. Somebody is once on the list of a campaign, by the keyed hash of their phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.seekers.call_campaigns import CallEntry, CallOutcome
from storage.mongo.client import Document, Duplicate, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

OLDEST_FIRST = (("_id", 1),)
# As the index "idle" has it, so that it serves.
_HAS_CONTACT: Document = {"contact": {"$type": "object"}}


@dataclass(frozen=True, kw_only=True)
class CallEntryQuery:
    """The list of one campaign: with an outcome, not called yet, or due on a day."""

    campaign_id: str
    outcome: CallOutcome | None = None
    uncalled: bool = False
    due_on: date | None = None


class CallEntries:
    def __init__(self, mongo: Mongo) -> None:
        self._entries = mongo["call_entries"]

    async def add(self, entries: Sequence[CallEntry]) -> set[str]:
        """Store who is not on the list yet; the ids of those who were.

        Sent again after a failure, each is stored once.
        """
        if not entries:
            return set()
        try:
            with translate_errors():
                await self._entries.insert_many(
                    [to_document(each) for each in entries], ordered=False
                )
        except Duplicate as duplicate:
            return {entries[position].id for position in duplicate.positions}
        return set()

    async def by_ids(
        self, ids: Iterable[str], *, transaction: Transaction | None = None
    ) -> dict[str, CallEntry]:
        """The entries among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._entries.find({"_id": {"$in": list(ids)}}, session=transaction)
            return {document["_id"]: to_record(CallEntry, document) async for document in found}

    async def by_id(
        self, entry_id: str, *, transaction: Transaction | None = None
    ) -> CallEntry | None:
        return (await self.by_ids([entry_id], transaction=transaction)).get(entry_id)

    async def replace_if_unchanged(
        self, before: CallEntry, after: CallEntry, *, transaction: Transaction | None = None
    ) -> bool:
        """Put ``after`` in the place of ``before``; False when it has changed since."""
        with translate_errors():
            done = await self._entries.replace_one(
                {"_id": before.id, "version": before.version},
                to_document(after),
                session=transaction,
            )
        return done.modified_count == 1

    async def page(self, query: CallEntryQuery, wanted: PageRequest) -> Page[CallEntry]:
        """The oldest first; the key is the id."""
        where: Document = {"campaign_id": query.campaign_id}
        if query.outcome is not None:
            where["outcome"] = query.outcome.value
        if query.uncalled:
            where["outcome"] = None
        if query.due_on is not None:
            where["next_call_on"] = {"$lte": query.due_on.isoformat()}
        with translate_errors():
            page = await find_page(self._entries, where, OLDEST_FIRST, wanted)
        return page.map(lambda document: to_record(CallEntry, document))

    async def by_seeker(self, seeker_id: str, *, transaction: Transaction) -> list[CallEntry]:
        """The entries from which a profile came."""
        with translate_errors():
            found = self._entries.find({"seeker_id": seeker_id}, session=transaction)
            return [to_record(CallEntry, document) async for document in found]

    async def find_idle(
        self, *, before: datetime, limit: int, transaction: Transaction
    ) -> list[CallEntry]:
        """Entries with a contact that nobody has touched since then."""
        where = {"updated_at": {"$lte": before}} | _HAS_CONTACT
        with translate_errors():
            found = self._entries.find(where, session=transaction).hint("idle").limit(limit)
            return [to_record(CallEntry, document) async for document in found]

    async def erase(
        self, entries: Sequence[CallEntry], *, at: datetime, transaction: Transaction
    ) -> None:
        """Take out who it was, what was noted, and what was remarked."""
        for entry in entries:
            nobody: Document = {
                "person": f"erased/{entry.id}",
                "contact": None,
                "remark": "",
                "next_call_on": None,
                "updated_at": at,
                **{f"calls.{place}.note": "" for place in range(len(entry.calls))},
            }
            with translate_errors():
                await self._entries.update_one(
                    {"_id": entry.id}, {"$set": nobody, "$inc": {"version": 1}}, session=transaction
                )
