"""Referrals of seekers to services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.seekers.referrals import Referral, ReferralKind, ReferralStatus
from storage.mongo.client import Document, Mongo, Session, translated
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, Slice, find_page

NEWEST_FIRST = (("_id", -1),)
MOST_OPEN = 100
"""Referrals of one seeker."""


@dataclass(frozen=True, kw_only=True)
class ReferralQuery:
    """Whose referrals (a union's with its branches, or a seeker's), and which of them."""

    union_id: str | None = None
    seeker_id: str | None = None
    status: ReferralStatus | None = None
    kind: ReferralKind | None = None


class Referrals:
    def __init__(self, mongo: Mongo) -> None:
        self._referrals = mongo["referrals"]

    async def add(self, referrals: Sequence[Referral]) -> None:
        with translated():
            await self._referrals.insert_many([to_document(each) for each in referrals])

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Referral]:
        """The referrals among ``ids`` that exist, by id."""
        with translated():
            found = self._referrals.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(Referral, document) async for document in found}

    async def exchange(self, before: Referral, after: Referral) -> bool:
        """Put ``after`` in the place of ``before``; False when it has changed since."""
        with translated():
            done = await self._referrals.replace_one(
                {"_id": before.id, "version": before.version}, to_document(after)
            )
        return done.modified_count == 1

    async def count(self, seeker_id: str) -> int:
        """How many a seeker has, counted to ``MOST_OPEN``."""
        with translated():
            return await self._referrals.count_documents({"seeker_id": seeker_id}, limit=MOST_OPEN)

    async def page(self, query: ReferralQuery, wanted: Slice) -> Page[Referral]:
        """Newest first; the key is the id."""
        where: Document = {
            name: value
            for name, value in (
                ("union_path", query.union_id),
                ("seeker_id", query.seeker_id),
                ("status", query.status.value if query.status else None),
                ("kind", query.kind.value if query.kind else None),
            )
            if value is not None
        }
        with translated():
            page = await find_page(self._referrals, where, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Referral, document))

    async def forget_notes(self, seeker_id: str, *, session: Session) -> None:
        """Take the notes out of a seeker's referrals: free text may tell who somebody is."""
        with translated():
            await self._referrals.update_many(
                {"seeker_id": seeker_id},
                # A version on: whoever has read the notes before cannot put them back.
                {"$set": {"steps.$[].note": ""}, "$inc": {"version": 1}},
                session=session,
            )
