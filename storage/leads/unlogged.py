"""Leads that wait for the log of their session, and the marks by which each is logged once.

A lead is first stored by itself, with ``awaits_log``; the answer to the person does not wait for
more. A partial index finds the leads that wait. A transaction then appends their events, and keeps
their ids in ``logged_leads``, one document a session. Afterwards, outside of the transaction,
``unmark`` removes ``awaits_log``: within one, MongoDB 6.0 takes three times as long for a document
with many indexes. A lead in ``logged_leads`` is logged, whatever it still carries. So a process may
be killed, and a primary lose what no majority has, between any two of these steps.

For a lead without a session, only webhooks are notified when it is logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from domain.leads.confirmation import LeadConfirmation
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_record

AWAITS_LOG: Document = {"awaits_log": True}
"""The condition of leads that wait; the partial index has the same."""
_BOARD = "board"
"""The key in ``logged_leads`` of leads without a session; the id of a session is never this."""


@dataclass(frozen=True, kw_only=True)
class UnloggedLead:
    """What the lead log writer needs of a lead that it has taken.

    A node of the version before stores leads without a confirmation: they are LEGACY.
    """

    id: str
    posting_id: str
    person: str
    giver: str | None = None
    made_way: str | None = None
    confirmation: LeadConfirmation = LeadConfirmation.LEGACY


_FIELDS = {field.name: 1 for field in fields(UnloggedLead) if field.name != "id"}


class UnloggedLeads:
    """The leads that wait for the log; each is taken once."""

    def __init__(self, mongo: Mongo) -> None:
        self._leads = mongo["leads"]
        self._logged = mongo["logged_leads"]

    async def sessions(self, *, limit: int = 100) -> list[str | None]:
        """The sessions (None: no session) with leads that wait or that are to be unmarked."""
        with translate_errors():
            waiting = await (
                self._leads.find(AWAITS_LOG, {"session_id": 1})
                .limit(limit)
                # No key of the index is in the condition; without the hint MongoDB reads all leads.
                .hint("awaiting_log")
                .to_list(limit)
            )
            logged = await (
                self._logged.find({}, {"_id": 1}).sort("_id", 1).limit(limit).to_list(limit)
            )
        sessions = {document["session_id"] for document in waiting}
        sessions |= {None if mark["_id"] == _BOARD else mark["_id"] for mark in logged}
        return sorted(sessions, key=lambda session_id: session_id or "")

    async def adopt(self, *, limit: int = 1_000) -> int:
        """Let some leads wait here that an earlier version has stored with ``logged`` false.

        Returns how many it found. The transaction of that version sets ``logged`` to true:
        whichever comes second conflicts or finds nothing.
        """
        of_before = {"logged": False}
        with translate_errors():
            found = await (
                self._leads.find(of_before, {"_id": 1}).limit(limit).hint("unlogged").to_list(limit)
            )
            if found:
                await self._leads.update_many(
                    {"_id": {"$in": [document["_id"] for document in found]}, **of_before},
                    {"$set": AWAITS_LOG, "$unset": {"logged": ""}},
                )
        return len(found)

    async def take(
        self, session_id: str | None, *, limit: int, transaction: Transaction
    ) -> list[UnloggedLead]:
        """Return the oldest leads of a session that wait, and keep them as logged.

        It belongs into the transaction that logs them. A second process that does the same meets a
        write conflict, and then finds them taken. Call ``unmark`` after the commit.
        """
        key = session_id or _BOARD
        with translate_errors():
            logged = await self._still_marked(key, transaction)
            found = await (
                self._leads.find(
                    {"session_id": session_id, **AWAITS_LOG}, _FIELDS, session=transaction
                )
                .sort("_id", 1)
                .limit(limit + len(logged))
                .hint("awaiting_log")
                .to_list(limit + len(logged))
            )
            waiting = [document for document in found if document["_id"] not in logged]
            taken = [to_record(UnloggedLead, document) for document in waiting[:limit]]
            if taken:
                await self._logged.replace_one(
                    {"_id": key},
                    {"lead_ids": [*logged, *(lead.id for lead in taken)]},
                    upsert=True,
                    session=transaction,
                )
        return taken

    async def _still_marked(self, key: str, transaction: Transaction) -> dict[str, None]:
        """The logged leads of a session that ``unmark`` has not reached."""
        marks = await self._logged.find_one({"_id": key}, session=transaction)
        if marks is None or not marks["lead_ids"]:
            return {}
        where = {"_id": {"$in": marks["lead_ids"]}, **AWAITS_LOG}
        found = self._leads.find(where, {"_id": 1}, session=transaction)
        return {document["_id"]: None async for document in found}

    async def unmark(self, session_id: str | None) -> None:
        """Remove ``awaits_log`` from the logged leads of a session; safe to repeat."""
        key = session_id or _BOARD
        with translate_errors():
            marks = await self._logged.find_one({"_id": key})
            if marks is None:
                return
            await self._leads.update_many(
                {"_id": {"$in": marks["lead_ids"]}, **AWAITS_LOG},
                {"$unset": {"awaits_log": ""}},
                # A tenth of the time: the documents were checked when they were stored.
                bypass_document_validation=True,
            )
            # Another process may have logged more meanwhile: it unmarks these.
            await self._logged.delete_one(marks)

    async def find(self, ids: Sequence[str], *, transaction: Transaction) -> frozenset[str]:
        """Those of these leads that are not logged yet.

        A transaction that logs them meanwhile conflicts with this one: it sees what this one
        changes, or this one sees them logged.
        """
        if not ids:
            return frozenset()
        with translate_errors():
            waiting = await self._leads.find(
                {"_id": {"$in": list(ids)}, **AWAITS_LOG}, {"session_id": 1}, session=transaction
            ).to_list(len(ids))
            keys = sorted({document["session_id"] or _BOARD for document in waiting})
            logged: set[str] = set()
            for key in keys:
                marks = await self._logged.find_one_and_update(
                    {"_id": key},
                    {"$setOnInsert": {"lead_ids": []}, "$inc": {"readers": 1}},
                    upsert=True,
                    session=transaction,
                )
                logged.update(marks["lead_ids"] if marks else ())
        return frozenset(document["_id"] for document in waiting) - logged
