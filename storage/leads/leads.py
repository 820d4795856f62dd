"""The repository of leads.

A unique index allows one lead for each session, posting and person, apart from withdrawn ones that
have made way for a new lead. Leads without a session count as one session there, because MongoDB
indexes null like a value.

A lead is first stored by itself, with ``logged`` false; the answer to the person does not wait for
more. Afterwards a transaction appends its event to the session's log and sets ``logged``. A partial
index finds the leads that are not logged yet. For a lead without a session, only webhooks are
notified then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.leads.leads import HIRED_STAGES, Lead
from storage.leads.lead_query import LeadQuery
from storage.mongo.client import (
    Document,
    Duplicate,
    Mongo,
    StorageUnavailable,
    Transaction,
    deadline,
    translate_errors,
)
from storage.mongo.codec import to_document
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, Repository

RECORD_TIMEOUT_SECONDS = 15.0
"""How long a batch may take to be confirmed. The person still looks at the screen by then."""


@dataclass(frozen=True, kw_only=True)
class QrCodeResults:
    """What a QR code led to: the leads recorded with it, and how many of them are hired now."""

    interests: int
    hires: int


_Identity = tuple[str | None, str, str]


class Leads(Repository[Lead]):
    """Leads, recorded at most once for each session, posting and person."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "leads", Lead)
        self._mongo = mongo

    async def record(self, leads: Sequence[Lead]) -> list[tuple[Lead, bool]]:
        """Store the new ones of ``leads``; return for each its lead, and whether it is new.

        They are one unordered batch, acknowledged by the journals of a majority. Where a lead of
        the same identity is stored, or stands earlier in the batch, that lead is returned.

        :raises StorageUnavailable: the batch was not confirmed within ``RECORD_TIMEOUT_SECONDS``.
        :raises StorageError: some of the batch may be stored. Sending it again is safe.
        """
        with deadline(RECORD_TIMEOUT_SECONDS):
            return await self._record(leads)

    async def _record(self, leads: Sequence[Lead]) -> list[tuple[Lead, bool]]:
        stored = {lead.id for lead in leads}
        try:
            with translate_errors():
                await self._records.documents.insert_many(
                    [{**to_document(lead), "logged": False} for lead in leads],
                    ordered=False,
                )
        except Duplicate as duplicate:
            stored -= {leads[position].id for position in duplicate.positions}
        if len(stored) == len(leads):
            return [(lead, True) for lead in leads]
        firsts = await self._by_identity([lead for lead in leads if lead.id not in stored])
        return [
            (lead, True)
            if lead.id in stored
            # It may be this very lead, sent again because its first outcome was not known.
            else (firsts[_identity_of(lead)], firsts[_identity_of(lead)].id == lead.id)
            for lead in leads
        ]

    async def find(self, session_id: str | None, posting_id: str, person: str) -> Lead | None:
        """The lead of that person, unless there is none or it has made way."""
        return await self._records.find_one(_identity_condition((session_id, posting_id, person)))

    async def has_standing(self, giver: str, person: str, sessions: Sequence[str]) -> bool:
        """Whether this giver has a standing lead for the phone in one of these sessions."""
        where = {
            "person": person,
            "giver": giver,
            "session_id": {"$in": list(sessions)},
            "made_way": None,
            "withdrawn_at": None,
        }
        return await self._records.exists(where)

    async def _by_identity(self, leads: Sequence[Lead]) -> dict[_Identity, Lead]:
        identities = {_identity_of(lead) for lead in leads}
        conditions = [_identity_condition(identity) for identity in identities]
        found = await self._records.find({"$or": conditions})
        by_identity = {_identity_of(lead): lead for lead in found}
        if len(by_identity) < len(identities):
            # The index refused the insert, yet the lead cannot be read: it has made way since, or
            # a new primary shows a majority's writes only after its own first write.
            raise StorageUnavailable("a lead that is stored is not yet confirmed")
        return by_identity

    async def page(self, query: LeadQuery, wanted: PageRequest) -> Page[Lead]:
        """The leads that meet ``query``, newest first; the key is the id."""
        return await self._records.find_page(query.where(), NEWEST_FIRST, wanted)

    async def count(self, query: LeadQuery, *, most: int) -> int:
        """How many leads meet ``query``; counting stops at ``most``."""
        return await self._records.count(query.where(), limit=most)

    async def results_by_code(self, ids: Iterable[str]) -> dict[str, QrCodeResults]:
        """The results of each of these QR codes; codes without a lead are left out."""
        hired = {"$in": ["$stage", [stage.value for stage in HIRED_STAGES]]}
        pipeline: list[Document] = [
            {"$match": {"code_id": {"$in": list(ids)}}},
            {
                "$group": {
                    "_id": "$code_id",
                    "interests": {"$sum": 1},
                    "hires": {"$sum": {"$cond": [hired, 1, 0]}},
                }
            },
        ]
        with translate_errors():
            return {
                row["_id"]: QrCodeResults(interests=row["interests"], hires=row["hires"])
                async for row in self._mongo.aggregate("leads", pipeline)
            }

    async def count_hires(self, posting_id: str, *, transaction: Transaction) -> int:
        """How many leads of a posting are hired now."""
        where = {
            "posting_id": posting_id,
            "stage": {"$in": [stage.value for stage in HIRED_STAGES]},
            # True of every hired lead; it lets MongoDB use the partial index "hired".
            "hired_at": {"$type": "date"},
        }
        return await self._records.count(where, transaction=transaction)

    async def take_unlogged(
        self, session_id: str | None, *, limit: int, transaction: Transaction
    ) -> list[tuple[str, str]]:
        """Mark the oldest unlogged leads of a session as logged; return their ids and postings.

        ``session_id`` None takes those without a session. It belongs into the transaction that
        logs them: a second process that does the same meets a write conflict, and then finds them
        taken.
        """
        unlogged = {"session_id": session_id, "logged": False}
        leads = self._records.documents
        with translate_errors():
            found = await (
                leads.find(unlogged, {"posting_id": 1}, session=transaction)
                .sort("_id", 1)
                .limit(limit)
                .hint("unlogged")
                .to_list(limit)
            )
            taken = [(document["_id"], document["posting_id"]) for document in found]
            if taken:
                await leads.update_many(
                    {"_id": {"$in": [lead_id for lead_id, _ in taken]}},
                    {"$set": {"logged": True}},
                    session=transaction,
                    # A tenth of the time: the documents were checked when they were stored.
                    bypass_document_validation=True,
                )
        return taken

    async def sessions_with_unlogged(self, *, limit: int = 100) -> list[str | None]:
        """The sessions (None: no session) with leads that a crash kept from the log."""
        with translate_errors():
            found = await (
                self._records.documents.find({"logged": False}, {"session_id": 1})
                .limit(limit)
                # No key of the index is in the condition; without the hint MongoDB reads all leads.
                .hint("unlogged")
                .to_list(limit)
            )
        sessions = {document["session_id"] for document in found}
        return sorted(sessions, key=lambda session_id: session_id or "")


def _identity_of(lead: Lead) -> _Identity:
    return lead.session_id, lead.posting_id, lead.person


def _identity_condition(identity: _Identity) -> Document:
    session_id, posting_id, person = identity
    where = {"session_id": session_id, "posting_id": posting_id, "person": person}
    return {**where, "made_way": None}
