"""The repository of seekers' profiles.

With each profile, storage keeps ``reach``: the keys under which new postings find the seeker. The
list is empty while the seeker may not be matched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.seekers.match_keys import list_seeker_match_keys
from domain.seekers.seeker_groups import SeekerGroup
from domain.seekers.seekers import NoticeTurn, Seeker, SeekerStatus
from storage.mongo.client import Document, Mongo, Transaction
from storage.mongo.codec import to_document
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, OLDEST_FIRST, VersionedRepository

# The filter of the partial index "idle", so that MongoDB can use it.
_NOT_ERASED: Document = {"erased_at": {"$type": "null"}}


@dataclass(frozen=True, kw_only=True)
class SeekerQuery:
    """The union of a list of seekers (with its branches), and the filters; None leaves one out."""

    union_id: str | None
    status: SeekerStatus | None = None
    group: SeekerGroup | None = None
    campaign_id: str | None = None

    def where(self) -> Document:
        """The condition that a stored profile must meet; erased ones never do."""
        where = {
            name: value
            for name, value in (
                ("union_path", self.union_id),
                ("status", self.status.value if self.status else None),
                ("profile.group", self.group.value if self.group else None),
                ("campaign_id", self.campaign_id),
            )
            if value is not None
        }
        return where | _NOT_ERASED


class Seekers(VersionedRepository[Seeker]):
    """Seekers' profiles; a giver (a device) has one."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "seekers", Seeker, to_document=_to_document)

    async def add(
        self, seekers: Sequence[Seeker], *, transaction: Transaction | None = None
    ) -> None:
        """Store new profiles.

        :raises Duplicate: a giver already has a profile.
        """
        await self._records.insert_many(seekers, transaction=transaction)

    async def by_giver(self, giver: str) -> Seeker | None:
        """The profile of this giver, if there is one."""
        return await self._records.find_one({"giver": giver})

    async def page(self, query: SeekerQuery, wanted: PageRequest) -> Page[Seeker]:
        """The profiles that meet ``query``, newest first; the key is the id."""
        return await self._records.find_page(query.where(), NEWEST_FIRST, wanted)

    async def by_reach(
        self,
        keys: Sequence[str],
        *,
        union_id: str | None = None,
        before: str | None = None,
        limit: int,
    ) -> list[Seeker]:
        """The seekers that are found under one of ``keys``, newest first, from ``before`` on."""
        where: Document = {"reach": {"$in": list(keys)}}
        if union_id is not None:
            where["union_path"] = union_id
        if before is not None:
            where["_id"] = {"$lt": before}
        return await self._records.find(where, sort=NEWEST_FIRST, limit=limit)

    async def find_to_notify(
        self,
        keys: Sequence[str],
        turn: NoticeTurn,
        *,
        known_before: datetime,
        after: str | None = None,
        limit: int,
    ) -> list[Seeker]:
        """The seekers found under one of ``keys`` in this turn, oldest first, from ``after`` on.

        Each seeker is in exactly one turn, also if it proves its phone between two reads: a phone
        that was not proven at ``known_before`` counts as typed.
        """
        known: list[Document] = [{"giver": None}, {"phone_proven_at": {"$lt": known_before}}]
        # Profiles that an earlier version stored lack these fields.
        conditions: Mapping[NoticeTurn, Document] = {
            NoticeTurn.KNOWN: {"$or": known},
            NoticeTurn.TYPED: {"$nor": [*known, {"crowded": True}]},
            NoticeTurn.CROWDED: {"$nor": known, "crowded": True},
        }
        where = {"reach": {"$in": list(keys)}, **conditions[turn]}
        if after is not None:
            where["_id"] = {"$gt": after}
        return await self._records.find(where, sort=OLDEST_FIRST, limit=limit)

    async def by_campaign(self, campaign_id: str, *, after: str, limit: int) -> list[Seeker]:
        """The seekers of a campaign, in the order of ids, after the id ``after``."""
        where = {"campaign_id": campaign_id, "_id": {"$gt": after}}
        return await self._records.find(where, sort=OLDEST_FIRST, limit=limit)

    async def count_by_campaign(self, campaign_id: str) -> int:
        """How many seekers a campaign has."""
        return await self._records.count({"campaign_id": campaign_id})

    async def find_idle(
        self, *, before: datetime, limit: int, transaction: Transaction
    ) -> list[Seeker]:
        """Profiles that have not changed since ``before`` and are not erased."""
        where = {"updated_at": {"$lte": before}} | _NOT_ERASED
        return await self._records.find(where, hint="idle", limit=limit, transaction=transaction)


def _to_document(seeker: Seeker) -> Document:
    return to_document(seeker) | {"reach": list(list_seeker_match_keys(seeker))}
