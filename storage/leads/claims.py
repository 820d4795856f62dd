"""Reading the leads of one phone: who gave them, which one holds the place, which stand beside.

Each query is served by the keys of one index, however many leads others gave with the phone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from domain.leads.confirmation import LeadConfirmation
from domain.leads.lead_identity import PLACES_BESIDE, InterestKey
from domain.leads.leads import STANDING_STAGES, Lead
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.repository import NEWEST_FIRST, OLDEST_FIRST, RecordCollection

STANDING: Document = {"stage": {"$in": sorted(stage.value for stage in STANDING_STAGES)}}
"""The condition of leads that stand; the partial indexes of leads have the same."""
_GIVEN: Document = {
    "confirmation": {"$in": [LeadConfirmation.CONFIRMED.value, LeadConfirmation.UNCONFIRMED.value]}
}
"""The condition of leads whose giver is a device."""
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

    async def given_in_session(self, session_id: str, giver: str, *, limit: int) -> list[Lead]:
        """The leads that a device gave in a session with any phone, newest first."""
        where = {"giver": giver, "session_id": session_id}
        return await self._leads.find(where, sort=NEWEST_FIRST, limit=limit)

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
        if not keys:
            return []
        found = await self._leads.find({"$or": _conditions_of(keys)})
        by_request: dict[tuple[str | None, str | None], Lead] = {
            (lead.giver, lead.request_id): lead for lead in found if lead.request_id
        }
        by_place: defaultdict[tuple[str | None, str, str], list[Lead]] = defaultdict(list)
        for lead in found:
            by_place[lead.session_id, lead.posting_id, lead.person].append(lead)
        same: list[Lead | None] = []
        for key in keys:
            standing = by_place[key.session_id, key.posting_id, key.person]
            repeated = by_request.get((key.giver, key.request_id))
            same.append(key.find_same([repeated, *standing] if repeated else standing))
        return same


def _conditions_of(keys: Sequence[InterestKey]) -> list[Document]:
    """The conditions of the stored leads that may be the same interests.

    There are a few for each posting, however many keys a batch has, and each is served by one
    index. They may find leads of other givers, too.
    """
    of_posting: defaultdict[tuple[str | None, str], list[InterestKey]] = defaultdict(list)
    for key in keys:
        of_posting[key.session_id, key.posting_id].append(key)
    conditions: list[Document] = []
    for (session_id, posting_id), group in of_posting.items():
        place = {"session_id": session_id, "posting_id": posting_id}
        persons = {"person": {"$in": sorted({key.person for key in group})}}
        givers = {"giver": {"$in": sorted({key.giver for key in group})}}
        conditions += [
            {**place, **persons, **givers, **_GIVEN, **STANDING},
            # A lead of before confirmations is in no other index.
            {**place, **persons, "made_way": None},
        ]
        proven = sorted({key.person for key in group if key.is_proven})
        if proven:
            conditions.append({**place, "person": {"$in": proven}, **CONFIRMED, **STANDING})
    named = [key for key in keys if key.request_id is not None]
    if named:
        givers = {"giver": {"$in": sorted({key.giver for key in named})}}
        requests = sorted({key.request_id or "" for key in named})
        conditions.append({**givers, "request_id": {"$in": requests}})
    return conditions
