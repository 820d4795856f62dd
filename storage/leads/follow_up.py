"""The repository of lead timelines: each change of a lead, stored with the entry that describes it.

An entry has the version that its change gave to the lead; a unique index allows one entry for each
version. The entry of version 1 is not stored but derived from the lead itself, so that recording a
lead stays a single insert.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import UpdateOne

from domain.leads.leads import Lead
from domain.leads.timeline import LeadChange, TimelineEntry, TimelineEntryKind, make_first_entry
from storage.mongo.client import Mongo, Transaction, translate_errors
from storage.mongo.codec import changed_fields
from storage.mongo.paging import Page, PageRequest, SortOrder
from storage.mongo.repository import RecordCollection

LATEST_FIRST: SortOrder = (("version", -1),)


class LeadTimelines:
    """The timelines of leads, and the changes that extend them."""

    def __init__(self, mongo: Mongo) -> None:
        self._leads = RecordCollection(mongo, "leads", Lead)
        self._entries = RecordCollection(mongo, "lead_entries", TimelineEntry)

    async def save_changes(
        self, changes: Sequence[tuple[Lead, LeadChange]], *, transaction: Transaction
    ) -> bool:
        """Compare and set many leads, each given as it was read and with its change.

        False is a version conflict of at least one of them: the caller must then abort the
        transaction, because the others may be written.
        """
        if not changes:
            return True
        updates = [_make_update(before, change) for before, change in changes]
        with translate_errors():
            result = await self._leads.documents.bulk_write(updates, session=transaction)
        if result.matched_count < len(updates):
            return False
        entries = [change.entry for _, change in changes]
        await self._entries.insert_many(entries, transaction=transaction)
        return True

    async def page(self, lead: Lead, wanted: PageRequest) -> Page[TimelineEntry]:
        """The timeline of a lead, latest first, forward only; the key is the version."""
        page = await self._entries.find_page({"lead_id": lead.id}, LATEST_FIRST, wanted)
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
        """The notes of staff on these leads, grouped by lead, the first note of each first."""
        where = {"lead_id": {"$in": list(lead_ids)}, "kind": TimelineEntryKind.NOTED.value}
        return await self._entries.find(where, sort=[("lead_id", -1), ("version", 1)], limit=limit)

    async def find_due_for_escalation(self, *, at: datetime, limit: int) -> list[Lead]:
        """Leads that have to be escalated at ``at``, the longest overdue first."""
        where = {"escalate_at": {"$lte": at}}
        return await self._leads.find(where, sort=[("escalate_at", 1)], limit=limit)


def _make_update(before: Lead, change: LeadChange) -> UpdateOne:
    changed = changed_fields(before, change.lead)
    return UpdateOne({"_id": before.id, "version": before.version}, {"$set": changed})
