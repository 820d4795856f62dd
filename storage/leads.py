"""Leads. One a session, posting and person: a unique index promises it, not a look before.

A lead is first stored on its own (that is what its giver is told of), and later gets its place in
the log: ``logged`` is false until then, which a partial index keeps cheap to find.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.leads import Lead, LeadStage, RefusalReason
from storage.client import (
    Document,
    Duplicate,
    Mongo,
    Session,
    StorageUnavailable,
    deadline,
    translated,
)
from storage.documents import to_document, to_record
from storage.pages import Page, Slice, find_page

NEWEST_FIRST = (("_id", -1),)
RECORD_SECONDS = 15.0
"""For a batch to be confirmed: whoever tapped still looks at the screen then."""


@dataclass(frozen=True, kw_only=True)
class LeadQuery:
    """Whose leads (at least one of the scopes is set), and what they are narrowed to."""

    union_id: str | None = None
    owner_id: str | None = None
    employer_id: str | None = None
    session_id: str | None = None
    posting_id: str | None = None
    stage: LeadStage | None = None


def _identity(lead: Lead) -> tuple[str, str, str]:
    return lead.session_id, lead.posting_id, lead.person


class Leads:
    def __init__(self, mongo: Mongo) -> None:
        self._leads = mongo["leads"]

    async def record(self, leads: Sequence[Lead]) -> list[tuple[Lead, bool]]:
        """Store what is new of ``leads`` and give for each its lead and whether it is this one.

        One unordered batch, acknowledged by a majority's journals. Where the person gave one
        before, or another stands earlier in the batch, that one comes back.

        :raises StorageError: some of the batch may be stored, some not; sending it again is safe.
        :raises StorageUnavailable: so it is after ``RECORD_SECONDS`` at the latest.
        """
        with deadline(RECORD_SECONDS):
            return await self._record(leads)

    async def _record(self, leads: Sequence[Lead]) -> list[tuple[Lead, bool]]:
        stored = {lead.id for lead in leads}
        try:
            with translated():
                await self._leads.insert_many(
                    [{**to_document(lead), "logged": False} for lead in leads], ordered=False
                )
        except Duplicate as duplicate:
            stored -= {leads[position].id for position in duplicate.positions}
        if len(stored) == len(leads):
            return [(lead, True) for lead in leads]
        firsts = await self._by_identity([lead for lead in leads if lead.id not in stored])
        return [
            (lead, True)
            if lead.id in stored
            # It may be this very one, sent again because nobody knew whether it was stored.
            else (firsts[_identity(lead)], firsts[_identity(lead)].id == lead.id)
            for lead in leads
        ]

    async def find(self, session_id: str, posting_id: str, person: str) -> Lead | None:
        """The lead of that person, if there is one."""
        with translated():
            document = await self._leads.find_one(
                {"session_id": session_id, "posting_id": posting_id, "person": person}
            )
        return to_record(Lead, document) if document else None

    async def _by_identity(self, leads: Sequence[Lead]) -> dict[tuple[str, str, str], Lead]:
        wanted = [
            {"session_id": session_id, "posting_id": posting_id, "person": person}
            for session_id, posting_id, person in {_identity(lead) for lead in leads}
        ]
        with translated():
            found = self._leads.find({"$or": wanted})
            records = [to_record(Lead, document) async for document in found]
        by_identity = {_identity(lead): lead for lead in records}
        if len(by_identity) < len(wanted):
            # Refused by the index, and yet not to be read: a new primary shows what a majority
            # has only after its own first write.
            raise StorageUnavailable("a lead that is stored is not yet confirmed")
        return by_identity

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Lead]:
        """The leads among ``ids`` that exist, by id."""
        with translated():
            found = self._leads.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(Lead, document) async for document in found}

    async def by_id(self, lead_id: str, *, session: Session | None = None) -> Lead | None:
        with translated():
            document = await self._leads.find_one({"_id": lead_id}, session=session)
        return to_record(Lead, document) if document else None

    async def page(self, query: LeadQuery, wanted: Slice) -> Page[Lead]:
        """Newest first; the key is the id."""
        where: Document = {
            name: value
            for name, value in (
                ("union_path", query.union_id),
                ("owner_id", query.owner_id),
                ("employer_id", query.employer_id),
                ("session_id", query.session_id),
                ("posting_id", query.posting_id),
                ("stage", query.stage.value if query.stage else None),
            )
            if value is not None
        }
        with translated():
            page = await find_page(self._leads, where, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Lead, document))

    async def advance(
        self,
        lead: Lead,
        stage: LeadStage,
        reason: RefusalReason | None,
        *,
        at: datetime,
        session: Session,
    ) -> Lead | None:
        """Set the stage of exactly this version of the lead; None when it has moved on."""
        with translated():
            document = await self._leads.find_one_and_update(
                {"_id": lead.id, "version": lead.version},
                {
                    "$set": {
                        "stage": stage.value,
                        "reason": reason.value if reason else None,
                        "updated_at": at,
                    },
                    "$inc": {"version": 1},
                },
                return_document=True,
                session=session,
            )
        return to_record(Lead, document) if document else None

    async def take_unlogged(
        self, session_id: str, *, limit: int, session: Session
    ) -> list[tuple[str, str]]:
        """Mark the oldest unlogged leads of a session as logged: their ids and postings.

        Within the transaction that logs them; a second process doing the same meets a write
        conflict and finds them taken.
        """
        unlogged = {"session_id": session_id, "logged": False}
        with translated():
            found = await (
                self._leads.find(unlogged, {"posting_id": 1}, session=session)
                .sort("_id", 1)
                .limit(limit)
                .hint("unlogged")
                .to_list(limit)
            )
            taken = [(document["_id"], document["posting_id"]) for document in found]
            if taken:
                await self._leads.update_many(
                    {"_id": {"$in": [lead_id for lead_id, _ in taken]}},
                    {"$set": {"logged": True}},
                    session=session,
                )
        return taken

    async def sessions_with_unlogged(self, *, limit: int = 100) -> list[str]:
        """Sessions whose leads a crash kept from the log."""
        with translated():
            found = await (
                self._leads.find({"logged": False}, {"session_id": 1})
                .limit(limit)
                # Without the hint MongoDB would read all leads: no key of the index is asked for.
                .hint("unlogged")
                .to_list(limit)
            )
        return sorted({document["session_id"] for document in found})
