"""The repository of sealed contacts, across the collections that hold them.

It serves corrections, erasure, retention and sealing with a new key. The collection ``retained``
holds what the law requires to be kept of an erased contact: sealed with a key of its own, and only
written and deleted by this service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pymongo import UpdateOne

from domain.leads.leads import Lead, SealedContact
from domain.leads.personal_data import FINISHED_STAGES, ReceiptHolder
from domain.leads.timeline import TimelineEntryKind
from domain.seekers.call_campaigns import CallEntry
from domain.seekers.seekers import Seeker
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, OLDEST_FIRST, RecordCollection

# The filter of the partial index "idle", so that MongoDB can use it.
_HAS_CONTACT: Document = {"contact": {"$type": "object"}}

H = TypeVar("H", bound=Lead | Seeker | CallEntry)

COLLECTION_BY_RECORD: Mapping[type[Any], str] = {
    Lead: "leads",
    Seeker: "seekers",
    CallEntry: "call_entries",
}
"""Every class of record that holds a sealed contact, with its collection."""


@dataclass(frozen=True, kw_only=True)
class RetainedContact:
    """What is kept of an erased contact; ``sealed`` holds person, name and phone."""

    id: str
    sealed: bytes
    completed_at: datetime
    erased_at: datetime


class SealedContacts:
    """Contacts of leads, seekers and call entries; their contents stay sealed here."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._leads = RecordCollection(mongo, "leads", Lead)
        self._retained = RecordCollection(mongo, "retained", RetainedContact)
        self._timeline_entries = mongo["lead_entries"]

    async def page_of_holder(self, holder: ReceiptHolder, wanted: PageRequest) -> Page[Lead]:
        """The leads that a receipt gives access to, newest first; the key is the id."""
        return await self._leads.find_page(_holder_condition(holder), NEWEST_FIRST, wanted)

    async def leads_of_holder(
        self, holder: ReceiptHolder, *, after: str = "", limit: int, transaction: Transaction
    ) -> list[Lead]:
        """The leads that a receipt gives access to, in the order of ids, after the id ``after``."""
        where = _holder_condition(holder) | {"_id": {"$gt": after}}
        return await self._leads.find(
            where, sort=OLDEST_FIRST, limit=limit, transaction=transaction
        )

    async def retain_and_clear_notes(
        self, lead_ids: Sequence[str], kept: Sequence[RetainedContact], *, transaction: Transaction
    ) -> None:
        """Store the retained contacts, and clear the notes on these leads.

        A note is free text and may identify the person.
        """
        notes = {"lead_id": {"$in": list(lead_ids)}, "kind": TimelineEntryKind.NOTED.value}
        with translate_errors():
            await self._timeline_entries.update_many(
                notes, {"$set": {"body": None}}, session=transaction
            )
        await self._retained.insert_many(kept, transaction=transaction)

    async def find_due_for_erasure(
        self, *, closed_before: datetime, any_before: datetime, limit: int, transaction: Transaction
    ) -> list[Lead]:
        """Leads whose contact has to be erased.

        They are closed and unchanged since ``closed_before``; if there are none of those, leads of
        any stage unchanged since ``any_before``.
        """
        closed = {
            "updated_at": {"$lte": closed_before},
            "stage": {"$in": [stage.value for stage in FINISHED_STAGES]},
        }
        for idle in (closed, {"updated_at": {"$lte": any_before}}):
            found = await self._leads.find(
                idle | _HAS_CONTACT, hint="idle", limit=limit, transaction=transaction
            )
            if found:
                return found
        return []

    async def delete_retained(
        self, *, completed_before: datetime, limit: int, transaction: Transaction
    ) -> int:
        """Delete retained contacts of services that ended by then; return how many."""
        late = {"completed_at": {"$lte": completed_before}}
        retained = self._retained.documents
        with translate_errors():
            found = retained.find(late, {"_id": 1}, session=transaction).limit(limit)
            ids = [document["_id"] async for document in found]
            if ids:
                await retained.delete_many({"_id": {"$in": ids}}, session=transaction)
        return len(ids)

    async def find_sealed_with_older_key(
        self, kind: type[H], version: int, *, after: str = "", limit: int
    ) -> list[H]:
        """Records whose contact is sealed with a key older than ``version``, in the order of ids.

        They begin after the id ``after``.
        """
        records = RecordCollection(self._mongo, COLLECTION_BY_RECORD[kind], kind)
        where = {"_id": {"$gt": after}, "contact.key_version": {"$lt": version}}
        return await records.find(where, sort=OLDEST_FIRST, limit=limit)

    async def replace_sealed(self, kind: type[H], sealed: Sequence[tuple[H, SealedContact]]) -> int:
        """Replace the contact of each record unless it has changed; return how many were."""
        changes = [
            UpdateOne(
                {"_id": held.id, "contact.name": held.contact.name},
                {"$set": {"contact": to_document(contact)}},
            )
            for held, contact in sealed
            if held.contact is not None
        ]
        if not changes:
            return 0
        with translate_errors():
            result = await self._mongo[COLLECTION_BY_RECORD[kind]].bulk_write(
                changes, ordered=False
            )
        return result.modified_count


def _holder_condition(holder: ReceiptHolder) -> Document:
    return {"person": holder.person, "giver": holder.giver}
