"""Reading the leads of one phone: who gave them, which one holds the place, which stand beside.

Each query is served by the keys of one index, however many leads others gave with the phone.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.leads.confirmation import LeadConfirmation
from domain.leads.lead_identity import PLACES_BESIDE, InterestKey
from domain.leads.leads import STANDING_STAGES, Lead
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.repository import OLDEST_FIRST, RecordCollection

STANDING: Document = {"stage": {"$in": sorted(stage.value for stage in STANDING_STAGES)}}
"""The condition of leads that stand; the partial indexes of leads have the same."""
GIVEN_CONFIRMATIONS: Document = {
    "confirmation": {"$in": [LeadConfirmation.CONFIRMED.value, LeadConfirmation.UNCONFIRMED.value]}
}
"""The condition of leads whose giver is a device; the partial index by giver has the same."""
CONFIRMED: Document = {"confirmation": LeadConfirmation.CONFIRMED.value}
_UNCONFIRMED: Document = {"confirmation": LeadConfirmation.UNCONFIRMED.value}
# Leads that a node of the version before has stored lack the field: they count as LEGACY.
_CLAIMS: Document = {
    "confirmation": {
        "$in": [LeadConfirmation.UNCONFIRMED.value, LeadConfirmation.LEGACY.value, None]
    }
}


class LeadClaims:
    """The leads that one phone has, by giver, session and posting."""

    def __init__(self, mongo: Mongo) -> None:
        self._leads = RecordCollection(mongo, "leads", Lead)

    async def sessions_to_confirm(self, device_id: str, person: str) -> list[str | None]:
        """The sessions (None: no session) with leads of a device and phone to be confirmed."""
        where = {"person": person, "giver": device_id, **_CLAIMS, **STANDING}
        with translate_errors():
            found = self._leads.documents.find(where, {"session_id": 1}).sort("_id", 1)
            return list(dict.fromkeys([document["session_id"] async for document in found]))

    async def has_standing(self, giver: str, person: str, sessions: Sequence[str]) -> bool:
        """Whether this giver has a standing lead for the phone in one of these sessions."""
        where = {
            "person": person,
            "giver": giver,
            "session_id": {"$in": list(sessions)},
            "withdrawn_at": None,
            **STANDING,
        }
        return await self._leads.exists(where)

    async def of_giver(
        self, session_id: str | None, device_id: str, person: str, *, transaction: Transaction
    ) -> list[Lead]:
        """The standing leads that a device gave with a phone in a session, oldest first."""
        where = {"person": person, "giver": device_id, "session_id": session_id, **STANDING}
        return await self._leads.find(where, sort=OLDEST_FIRST, transaction=transaction)

    async def holders(
        self, session_id: str | None, posting_id: str, person: str, *, transaction: Transaction
    ) -> list[Lead]:
        """The standing lead that holds the place of a person, and the confirmed one: 0 to 2."""
        key = {"session_id": session_id, "posting_id": posting_id, "person": person, **STANDING}
        where: Document = {"$or": [{**key, "made_way": None}, {**key, **CONFIRMED}]}
        return await self._leads.find(where, sort=OLDEST_FIRST, transaction=transaction)

    async def beside(
        self,
        session_id: str | None,
        posting_id: str,
        persons: Sequence[str],
        *,
        limit: int,
        transaction: Transaction | None = None,
    ) -> list[Lead]:
        """Unconfirmed leads that stand beside those that hold the places of these persons."""
        first, last = PLACES_BESIDE
        where: Document = {
            "session_id": session_id,
            "posting_id": posting_id,
            "person": {"$in": list(persons)},
            "made_way": {"$gte": first, "$lt": last},
            **_UNCONFIRMED,
            **STANDING,
        }
        return await self._leads.find(
            where, limit=limit, hint="one_standing_lead_a_person", transaction=transaction
        )

    async def find_given(self, key: InterestKey) -> Lead | None:
        """The lead that is the same interest, if one is stored."""
        return (await self.find_same([key]))[0]

    async def find_same(self, keys: Sequence[InterestKey]) -> list[Lead | None]:
        """For each key the stored lead that is the same interest, in one read."""
        conditions = [condition for key in keys for condition in _conditions_of(key)]
        if not conditions:
            return []
        found = await self._leads.find({"$or": conditions})
        return [key.find_same(found) for key in keys]


def _conditions_of(key: InterestKey) -> list[Document]:
    """The conditions of the stored leads that may be the same interest, each a key of an index."""
    place: Document = {
        "session_id": key.session_id,
        "posting_id": key.posting_id,
        "person": key.person,
    }
    conditions: list[Document] = [
        {**place, "giver": key.giver, **GIVEN_CONFIRMATIONS, **STANDING},
        # A lead of before confirmations is in no other index. It may be of another giver.
        {**place, "made_way": None},
    ]
    if key.is_proven:
        conditions.append({**place, **CONFIRMED, **STANDING})
    if key.request_id is not None:
        conditions.append({"giver": key.giver, "request_id": key.request_id})
    return conditions
