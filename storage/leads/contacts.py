"""Contacts on their way out of the service: corrected, closed to others, sealed anew, erased.

What the law wants kept of an erased contact lies in ``retained``: sealed with a key of its own,
written and deleted here, read by nothing.
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
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)
# As the index "idle" has it, so that it serves.
_HAS_CONTACT: Document = {"contact": {"$type": "object"}}


H = TypeVar("H", bound=Lead | Seeker | CallEntry)

COLLECTION_BY_RECORD: Mapping[type[Any], str] = {
    Lead: "leads",
    Seeker: "seekers",
    CallEntry: "call_entries",
}
"""Whatever holds a sealed contact, with the collection it is in."""


@dataclass(frozen=True, kw_only=True)
class RetainedContact:
    """What is kept of an erased contact: ``sealed`` holds person, name and phone."""

    id: str
    sealed: bytes
    completed_at: datetime
    erased_at: datetime


class SealedContacts:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._leads = mongo["leads"]
        self._retained = mongo["retained"]
        self._entries = mongo["lead_entries"]

    async def page_of_holder(self, holder: ReceiptHolder, wanted: PageRequest) -> Page[Lead]:
        """The leads that a receipt stands for, newest first; the key is the id."""
        with translate_errors():
            page = await find_page(self._leads, _holder_condition(holder), NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Lead, document))

    async def leads_of_holder(
        self, holder: ReceiptHolder, *, after: str = "", limit: int, transaction: Transaction
    ) -> list[Lead]:
        """The same in the order of their ids, after one of them."""
        where = _holder_condition(holder) | {"_id": {"$gt": after}}
        with translate_errors():
            found = self._leads.find(where, session=transaction).sort("_id", 1).limit(limit)
            return [to_record(Lead, document) async for document in found]

    async def retain_and_clear_notes(
        self, lead_ids: Sequence[str], kept: Sequence[RetainedContact], *, transaction: Transaction
    ) -> None:
        """Empty the notes on these leads, as free text may tell who somebody is; store what is
        kept."""
        noted = {"lead_id": {"$in": list(lead_ids)}, "kind": TimelineEntryKind.NOTED.value}
        with translate_errors():
            await self._entries.update_many(noted, {"$set": {"body": None}}, session=transaction)
            if kept:
                await self._retained.insert_many(
                    [to_document(each) for each in kept], session=transaction
                )

    async def find_due_for_erasure(
        self, *, closed_before: datetime, any_before: datetime, limit: int, transaction: Transaction
    ) -> list[Lead]:
        """Leads with a contact that were closed, or left alone, for too long."""
        closed = {
            "updated_at": {"$lte": closed_before},
            "stage": {"$in": [s.value for s in FINISHED_STAGES]},
        }
        with translate_errors():
            found: list[Document] = []
            for late in (closed, {"updated_at": {"$lte": any_before}}):
                if not found:
                    cursor = self._leads.find(late | _HAS_CONTACT, session=transaction).hint("idle")
                    found = await cursor.limit(limit).to_list(limit)
        return [to_record(Lead, document) for document in found]

    async def delete_retained(
        self, *, completed_before: datetime, limit: int, transaction: Transaction
    ) -> int:
        """Delete what was stored away of services that ended by then; how many."""
        late = {"completed_at": {"$lte": completed_before}}
        with translate_errors():
            found = await (
                self._retained.find(late, {"_id": 1}, session=transaction)
                .limit(limit)
                .to_list(limit)
            )
            ids = [document["_id"] for document in found]
            if ids:
                await self._retained.delete_many({"_id": {"$in": ids}}, session=transaction)
        return len(ids)

    async def find_sealed_with_older_key(
        self, kind: type[H], version: int, *, after: str = "", limit: int
    ) -> list[H]:
        """Records of a kind whose contact is sealed with an older key, by their ids."""
        where = {"_id": {"$gt": after}, "contact.key_version": {"$lt": version}}
        with translate_errors():
            found = self._mongo[COLLECTION_BY_RECORD[kind]].find(where).sort("_id", 1).limit(limit)
            return [to_record(kind, document) async for document in found]

    async def replace_sealed(self, kind: type[H], sealed: Sequence[tuple[H, SealedContact]]) -> int:
        """Exchange each one's contact if it is still the one that was read; how many were."""
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
            done = await self._mongo[COLLECTION_BY_RECORD[kind]].bulk_write(changes, ordered=False)
        return done.modified_count


def _holder_condition(holder: ReceiptHolder) -> Document:
    return {"person": holder.person, "giver": holder.giver}
