"""The follow-up of leads: each change of one, with the entry of its timeline that tells of it.

An entry has the version that its change gave to the lead, and a unique index holds that there is
one a version. The first, version 1, is not stored: the lead itself tells when it was recorded, and
taking a lead stays a single insert.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import UpdateOne

from domain.leads.leads import Lead
from domain.leads.timeline import LeadChange, TimelineEntry, TimelineEntryKind, make_first_entry
from storage.mongo.client import Mongo, Transaction, translate_errors
from storage.mongo.codec import changed_fields, to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

LATEST_FIRST = (("version", -1),)


class LeadTimelines:
    def __init__(self, mongo: Mongo) -> None:
        self._leads = mongo["leads"]
        self._entries = mongo["lead_entries"]

    async def save_changes(
        self, changes: Sequence[tuple[Lead, LeadChange]], *, transaction: Transaction
    ) -> bool:
        """Store changes of exactly these versions of leads; False when one has moved on.

        The transaction must then be given up: the others may be stored.
        """
        if not changes:
            return True
        updates = [_update(before, change) for before, change in changes]
        with translate_errors():
            done = await self._leads.bulk_write(updates, session=transaction)
            if done.matched_count < len(updates):
                return False
            await self._entries.insert_many(
                [to_document(change.entry) for _, change in changes], session=transaction
            )
        return True

    async def page(self, lead: Lead, wanted: PageRequest) -> Page[TimelineEntry]:
        """What happened to the lead, the latest first, forward only; the key is the version."""
        with translate_errors():
            stored = await find_page(self._entries, {"lead_id": lead.id}, LATEST_FIRST, wanted)
        page = stored.map(lambda document: to_record(TimelineEntry, document))
        if page.has_next or (wanted.after is not None and wanted.after[0] <= 1):
            return page
        if len(page.items) == wanted.limit:
            return Page(items=page.items, has_next=True, has_previous=page.has_previous)
        return Page(
            items=[*page.items, make_first_entry(lead)],
            has_next=False,
            has_previous=page.has_previous,
        )

    async def notes(self, lead_ids: Iterable[str], *, limit: int) -> list[TimelineEntry]:
        """What staff noted on these leads, by lead, the first note of each first."""
        where = {"lead_id": {"$in": list(lead_ids)}, "kind": TimelineEntryKind.NOTED.value}
        with translate_errors():
            found = self._entries.find(where).sort([("lead_id", -1), ("version", 1)]).limit(limit)
            return [to_record(TimelineEntry, document) async for document in found]

    async def find_due_for_escalation(self, *, at: datetime, limit: int) -> list[Lead]:
        """Leads whose time to be escalated has come, those that wait longest first."""
        with translate_errors():
            found = self._leads.find({"escalate_at": {"$lte": at}}).sort("escalate_at", 1)
            return [to_record(Lead, document) async for document in found.limit(limit)]


def _update(before: Lead, change: LeadChange) -> UpdateOne:
    changed = changed_fields(before, change.lead)
    return UpdateOne({"_id": before.id, "version": before.version}, {"$set": changed})
