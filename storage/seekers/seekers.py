"""Seekers. One profile a giver: a unique index promises it, not a look before.

A profile is exchanged as a whole, and only for the version that was read. Beside it stand the keys
under which new postings find it (``reach``), which are none while nothing may be looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.seekers.groups import SeekerGroup
from domain.seekers.match_keys import list_seeker_match_keys
from domain.seekers.seekers import Seeker, SeekerStatus
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)
OLDEST_FIRST = (("_id", 1),)
# As the index "idle" has it, so that it serves.
_NOT_ERASED: Document = {"erased_at": {"$type": "null"}}


@dataclass(frozen=True, kw_only=True)
class SeekerQuery:
    """Whose seekers, and what they are narrowed to."""

    union_id: str | None
    status: SeekerStatus | None = None
    group: SeekerGroup | None = None
    campaign_id: str | None = None


class Seekers:
    def __init__(self, mongo: Mongo) -> None:
        self._seekers = mongo["seekers"]

    async def add(
        self, seekers: Sequence[Seeker], *, transaction: Transaction | None = None
    ) -> None:
        """Store new profiles.

        :raises Duplicate: a giver has one.
        """
        with translate_errors():
            await self._seekers.insert_many(
                [_document(each) for each in seekers], session=transaction
            )

    async def replace_if_unchanged(
        self, before: Seeker, after: Seeker, *, transaction: Transaction | None = None
    ) -> bool:
        """Put ``after`` in the place of ``before``; False when it has changed since."""
        with translate_errors():
            done = await self._seekers.replace_one(
                {"_id": before.id, "version": before.version}, _document(after), session=transaction
            )
        return done.modified_count == 1

    async def by_ids(
        self, ids: Iterable[str], *, transaction: Transaction | None = None
    ) -> dict[str, Seeker]:
        """The seekers among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._seekers.find({"_id": {"$in": list(ids)}}, session=transaction)
            return {document["_id"]: to_record(Seeker, document) async for document in found}

    async def by_id(
        self, seeker_id: str, *, transaction: Transaction | None = None
    ) -> Seeker | None:
        return (await self.by_ids([seeker_id], transaction=transaction)).get(seeker_id)

    async def by_giver(self, giver: str) -> Seeker | None:
        """What this giver saved."""
        with translate_errors():
            document = await self._seekers.find_one({"giver": giver})
        return to_record(Seeker, document) if document else None

    async def page(self, query: SeekerQuery, wanted: PageRequest) -> Page[Seeker]:
        """Newest first; the key is the id."""
        where: Document = {
            name: value
            for name, value in (
                ("union_path", query.union_id),
                ("status", query.status.value if query.status else None),
                ("profile.group", query.group.value if query.group else None),
                ("campaign_id", query.campaign_id),
            )
            if value is not None
        }
        with translate_errors():
            page = await find_page(self._seekers, where | _NOT_ERASED, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Seeker, document))

    async def by_reach(
        self,
        keys: Sequence[str],
        *,
        union_id: str | None = None,
        before: str | None = None,
        limit: int,
    ) -> list[Seeker]:
        """Who may be looked for under one of the keys, newest first, from ``before`` on."""
        where: Document = {"reach": {"$in": list(keys)}}
        if union_id is not None:
            where["union_path"] = union_id
        if before is not None:
            where["_id"] = {"$lt": before}
        with translate_errors():
            found = self._seekers.find(where).sort("_id", -1).limit(limit)
            return [to_record(Seeker, document) async for document in found]

    async def by_campaign(self, campaign_id: str, *, after: str, limit: int) -> list[Seeker]:
        """The seekers of a campaign in the order of their ids."""
        where = {"campaign_id": campaign_id, "_id": {"$gt": after}}
        with translate_errors():
            found = self._seekers.find(where).sort("_id", 1).limit(limit)
            return [to_record(Seeker, document) async for document in found]

    async def count_by_campaign(self, campaign_id: str) -> int:
        """How many seekers a campaign has."""
        with translate_errors():
            return await self._seekers.count_documents({"campaign_id": campaign_id})

    async def find_idle(
        self, *, before: datetime, limit: int, transaction: Transaction
    ) -> list[Seeker]:
        """Profiles that nobody has touched since then."""
        where = {"updated_at": {"$lte": before}} | _NOT_ERASED
        with translate_errors():
            found = self._seekers.find(where, session=transaction).hint("idle").limit(limit)
            return [to_record(Seeker, document) async for document in found]


def _document(seeker: Seeker) -> Document:
    return to_document(seeker) | {"reach": list(list_seeker_match_keys(seeker))}
