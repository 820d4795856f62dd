"""Leads. One a session, posting and person, but for those that were WITHDRAWN and have made way: a
unique index promises it, not a look before.

All that come without a session count as one session there: MongoDB indexes a null like a value.

A lead is first stored on its own (that is what its giver is told of), and later gets its place in
the log: ``logged`` is false until then, which a partial index keeps cheap to find. Of one without a
session only the webhooks are told then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.leads.leads import HIRED_STAGES, Lead, LeadStage
from storage.mongo.client import (
    Document,
    Duplicate,
    Mongo,
    StorageUnavailable,
    Transaction,
    deadline,
    translate_errors,
)
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)
RECORD_TIMEOUT_SECONDS = 15.0
"""For a batch to be confirmed: whoever tapped still looks at the screen then."""


@dataclass(frozen=True, kw_only=True)
class LeadQuery:
    """Whose leads (at least one of the scopes is set), and what they are narrowed to.

    The scopes are ``union_id``, ``owner_id``, ``employer_id`` and ``assignee_id``. ``overdue``
    goes with ``now``.
    """

    union_id: str | None = None
    owner_id: str | None = None
    employer_id: str | None = None
    session_id: str | None = None
    posting_id: str | None = None
    stage: LeadStage | None = None
    only_consented: bool = False
    """Leave out those whose consent was taken back."""
    assignee_id: str | None = None
    not_assignee_id: str | None = None
    escalated_to: str | None = None
    escalated: bool | None = None
    overdue: bool | None = None
    now: datetime | None = None
    disagreement: bool | None = None

    def where(self) -> Document:
        """The condition that a stored lead must meet."""
        where: Document = {
            name: value
            for name, value in (
                ("union_path", self.union_id),
                ("owner_id", self.owner_id),
                ("employer_id", self.employer_id),
                ("session_id", self.session_id),
                ("posting_id", self.posting_id),
                ("stage", self.stage.value if self.stage else None),
                ("assignee_id", self.assignee_id),
                ("escalated_to", self.escalated_to),
            )
            if value is not None
        }
        if self.only_consented:
            where["withdrawn_at"] = None
        states = _state_conditions(self)
        if states:
            where["$and"] = states
        return where


@dataclass(frozen=True, kw_only=True)
class QrCodeResults:
    """What came of a code: leads that were given with it, and those among them in a job now."""

    interests: int
    hires: int


def _identity_of(lead: Lead) -> tuple[str | None, str, str]:
    return lead.session_id, lead.posting_id, lead.person


def _identity_condition(identity: tuple[str | None, str, str]) -> Document:
    session_id, posting_id, person = identity
    where = {"session_id": session_id, "posting_id": posting_id, "person": person}
    return {**where, "made_way": None}


def _state_conditions(query: LeadQuery) -> list[Document]:
    states: list[Document] = []
    if query.not_assignee_id is not None:
        states.append({"assignee_id": {"$ne": query.not_assignee_id}})
    if query.escalated is not None:
        # Greater than nothing: an index that holds the escalated alone serves it.
        told: Document = {"escalated_to": {"$gt": ""}}
        states.append(told if query.escalated else {"escalated_to": None})
    if query.overdue is not None:
        late: Document = {"due_at": {"$lte": query.now}}
        states.append(late if query.overdue else {"$nor": [late]})
    if query.disagreement is not None:
        disputed: Document = {"hire.disagreement": True}
        states.append(disputed if query.disagreement else {"$nor": [disputed]})
    return states


class Leads:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._leads = mongo["leads"]

    async def record(self, leads: Sequence[Lead]) -> list[tuple[Lead, bool]]:
        """Store what is new of ``leads`` and give for each its lead and whether it is this one.

        One unordered batch, acknowledged by a majority's journals. Where the person gave one
        before, or another stands earlier in the batch, that one comes back.

        :raises StorageError: some of the batch may be stored, some not; sending it again is safe.
        :raises StorageUnavailable: so it is after ``RECORD_SECONDS`` at the latest.
        """
        with deadline(RECORD_TIMEOUT_SECONDS):
            return await self._record(leads)

    async def _record(self, leads: Sequence[Lead]) -> list[tuple[Lead, bool]]:
        stored = {lead.id for lead in leads}
        try:
            with translate_errors():
                await self._leads.insert_many(
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
            # It may be this very one, sent again because nobody knew whether it was stored.
            else (firsts[_identity_of(lead)], firsts[_identity_of(lead)].id == lead.id)
            for lead in leads
        ]

    async def find(self, session_id: str | None, posting_id: str, person: str) -> Lead | None:
        """The lead of that person, if there is one that has not made way."""
        with translate_errors():
            document = await self._leads.find_one(
                _identity_condition((session_id, posting_id, person))
            )
        return to_record(Lead, document) if document else None

    async def _by_identity(self, leads: Sequence[Lead]) -> dict[tuple[str | None, str, str], Lead]:
        wanted = [
            _identity_condition(identity) for identity in {_identity_of(lead) for lead in leads}
        ]
        with translate_errors():
            found = self._leads.find({"$or": wanted})
            records = [to_record(Lead, document) async for document in found]
        by_identity = {_identity_of(lead): lead for lead in records}
        if len(by_identity) < len(wanted):
            # Refused by the index, and yet not to be read: it has made way since, or a new primary
            # shows what a majority has only after its own first write.
            raise StorageUnavailable("a lead that is stored is not yet confirmed")
        return by_identity

    async def by_ids(
        self, ids: Iterable[str], *, transaction: Transaction | None = None
    ) -> dict[str, Lead]:
        """The leads among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._leads.find({"_id": {"$in": list(ids)}}, session=transaction)
            return {document["_id"]: to_record(Lead, document) async for document in found}

    async def by_id(self, lead_id: str, *, transaction: Transaction | None = None) -> Lead | None:
        with translate_errors():
            document = await self._leads.find_one({"_id": lead_id}, session=transaction)
        return to_record(Lead, document) if document else None

    async def page(self, query: LeadQuery, wanted: PageRequest) -> Page[Lead]:
        """Newest first; the key is the id."""
        with translate_errors():
            page = await find_page(self._leads, query.where(), NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Lead, document))

    async def count(self, query: LeadQuery, *, most: int) -> int:
        """How many leads the query has; counting stops at ``most``."""
        with translate_errors():
            return await self._leads.count_documents(query.where(), limit=most)

    async def results_by_code(self, ids: Iterable[str]) -> dict[str, QrCodeResults]:
        """What each of the codes has brought so far; those that brought nothing are left out."""
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
        """How many people of a posting have the job now."""
        where = {
            "posting_id": posting_id,
            "stage": {"$in": [stage.value for stage in HIRED_STAGES]},
            # Whoever was hired has it: an index that holds no others serves this.
            "hired_at": {"$type": "date"},
        }
        with translate_errors():
            return await self._leads.count_documents(where, session=transaction)

    async def take_unlogged(
        self, session_id: str | None, *, limit: int, transaction: Transaction
    ) -> list[tuple[str, str]]:
        """Mark the oldest unlogged leads of a session (of none) as logged: their ids and postings.

        Within the transaction that logs them; a second process doing the same meets a write
        conflict and finds them taken.
        """
        unlogged = {"session_id": session_id, "logged": False}
        with translate_errors():
            found = await (
                self._leads.find(unlogged, {"posting_id": 1}, session=transaction)
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
                    session=transaction,
                )
        return taken

    async def sessions_with_unlogged(self, *, limit: int = 100) -> list[str | None]:
        """Sessions (None: no session) whose leads a crash kept from the log."""
        with translate_errors():
            found = await (
                self._leads.find({"logged": False}, {"session_id": 1})
                .limit(limit)
                # Without the hint MongoDB would read all leads: no key of the index is asked for.
                .hint("unlogged")
                .to_list(limit)
            )
        return sorted({document["session_id"] for document in found}, key=lambda found: found or "")
