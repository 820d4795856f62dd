"""The follow-up of leads: each change of one, with the entry of its timeline that tells of it.

An entry has the version that its change gave to the lead, and a unique index holds that there is
one a version. The first, version 1, is not stored: the lead itself tells when it was recorded, and
taking a lead stays a single insert.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import UpdateOne

from domain.leads.follow_up import Change, EntryKind, LeadEntry, recorded
from domain.leads.leads import Lead
from storage.mongo.client import Mongo, Session, translated
from storage.mongo.codec import differing, to_document, to_record
from storage.mongo.paging import Page, Slice, find_page

LATEST_FIRST = (("version", -1),)


class Pipeline:
    def __init__(self, mongo: Mongo) -> None:
        self._leads = mongo["leads"]
        self._entries = mongo["lead_entries"]

    async def write(self, changes: Sequence[tuple[Lead, Change]], *, session: Session) -> bool:
        """Store changes of exactly these versions of leads; False when one has moved on.

        The transaction must then be given up: the others may be stored.
        """
        if not changes:
            return True
        updates = [_update(before, change) for before, change in changes]
        with translated():
            done = await self._leads.bulk_write(updates, session=session)
            if done.matched_count < len(updates):
                return False
            await self._entries.insert_many(
                [to_document(change.entry) for _, change in changes], session=session
            )
        return True

    async def timeline(self, lead: Lead, wanted: Slice) -> Page[LeadEntry]:
        """What happened to the lead, the latest first, forward only; the key is the version."""
        with translated():
            stored = await find_page(self._entries, {"lead_id": lead.id}, LATEST_FIRST, wanted)
        page = stored.map(lambda document: to_record(LeadEntry, document))
        if page.has_next or (wanted.after is not None and wanted.after[0] <= 1):
            return page
        if len(page.items) == wanted.limit:
            return Page(items=page.items, has_next=True, has_previous=page.has_previous)
        return Page(
            items=[*page.items, recorded(lead)], has_next=False, has_previous=page.has_previous
        )

    async def notes(self, lead_ids: Iterable[str], *, limit: int) -> list[LeadEntry]:
        """What staff noted on these leads, by lead, the first note of each first."""
        where = {"lead_id": {"$in": list(lead_ids)}, "kind": EntryKind.NOTED.value}
        with translated():
            found = self._entries.find(where).sort([("lead_id", -1), ("version", 1)]).limit(limit)
            return [to_record(LeadEntry, document) async for document in found]

    async def to_escalate(self, *, at: datetime, limit: int) -> list[Lead]:
        """Leads whose time to be escalated has come, those that wait longest first."""
        with translated():
            found = self._leads.find({"escalate_at": {"$lte": at}}).sort("escalate_at", 1)
            return [to_record(Lead, document) async for document in found.limit(limit)]


def _update(before: Lead, change: Change) -> UpdateOne:
    changed = differing(before, change.lead)
    return UpdateOne({"_id": before.id, "version": before.version}, {"$set": changed})
