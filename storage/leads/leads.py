"""The repository of leads.

Three unique indexes hold what a lead is: one standing lead for each session, posting, person and
giver; one confirmed lead for each session, posting and person; one lead for each request of a
giver. A fourth one allows a single lead to hold the place of a person, and those of other givers to
stand beside it. Nodes of the version before obey that one, too. Leads without a session count as
one session there, because MongoDB indexes null like a value.

A lead is stored before it is logged: see ``storage.leads.unlogged``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.leads.confirmation import LeadConfirmation
from domain.leads.lead_identity import key_of, stand_beside
from domain.leads.leads import HIRED_STAGES, Lead
from storage.leads.claims import LeadClaims
from storage.leads.lead_query import LeadQuery
from storage.leads.unlogged import AWAITS_LOG
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


class Leads(Repository[Lead]):
    """Leads, recorded at most once for each session, posting, person and giver."""

    def __init__(self, mongo: Mongo, claims: LeadClaims) -> None:
        super().__init__(mongo, "leads", Lead)
        self._mongo = mongo
        self._claims = claims

    async def record(self, leads: Sequence[Lead]) -> list[tuple[Lead, bool]]:
        """Store the new ones of ``leads``; return for each its lead, and whether it is new.

        They are one unordered batch, acknowledged by the journals of a majority. Where a lead of
        the same interest is stored, or stands earlier in the batch, that lead is returned. A lead
        of a phone that another giver has sent before is stored beside that one, with a second
        batch; it is UNCONFIRMED until the log writer has ended the others.

        :raises StorageUnavailable: the batch was not confirmed within ``RECORD_TIMEOUT_SECONDS``.
        :raises StorageError: some of the batch may be stored. Sending it again is safe.
        """
        with deadline(RECORD_TIMEOUT_SECONDS):
            return await self._record(leads)

    async def _record(self, leads: Sequence[Lead]) -> list[tuple[Lead, bool]]:
        refused = await self._insert(leads)
        outcomes = [(lead, True) for lead in leads]
        if not refused:
            return outcomes
        crowded: list[int] = []
        for position, same in zip(refused, await self._find_same(leads, refused), strict=True):
            if same is None:
                crowded.append(position)
            else:
                # It may be this very lead, sent again because its first outcome was not known.
                outcomes[position] = same, same.id == leads[position].id
        if crowded:
            for position, outcome in zip(
                crowded, await self._record_beside([leads[each] for each in crowded]), strict=True
            ):
                outcomes[position] = outcome
        return outcomes

    async def _record_beside(self, leads: Sequence[Lead]) -> list[tuple[Lead, bool]]:
        """Store leads whose place another giver holds."""
        beside = [stand_beside(lead) for lead in leads]
        outcomes = [(lead, True) for lead in beside]
        refused = await self._insert(beside)
        for position, same in zip(refused, await self._find_same(beside, refused), strict=True):
            if same is None:
                # The index refused the insert, yet the lead cannot be read: it has made way since,
                # or a new primary shows a majority's writes only after its own first write.
                raise StorageUnavailable("a lead that is stored is not yet confirmed")
            outcomes[position] = same, same.id == beside[position].id
        return outcomes

    async def _insert(self, leads: Sequence[Lead]) -> list[int]:
        """Insert leads as one unordered batch; return the positions that an index refused."""
        try:
            with translate_errors():
                await self._records.documents.insert_many(
                    [{**to_document(lead), **AWAITS_LOG} for lead in leads],
                    ordered=False,
                )
        except Duplicate as duplicate:
            return list(duplicate.positions)
        return []

    async def _find_same(
        self, leads: Sequence[Lead], positions: Sequence[int]
    ) -> list[Lead | None]:
        return await self._claims.find_same([key_of(leads[position]) for position in positions])

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
            {
                "$match": {
                    "code_id": {"$in": list(ids)},
                    "confirmation": {"$ne": LeadConfirmation.SUPERSEDED.value},
                }
            },
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
