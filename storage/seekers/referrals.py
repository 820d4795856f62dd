"""Referrals of seekers to services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.seekers.referrals import Referral, ReferralKind, ReferralStatus
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.paging import Page, PageRequest, find_page

NEWEST_FIRST = (("_id", -1),)
MAX_REFERRALS_PER_SEEKER = 100
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

    async def add(
        self, referrals: Sequence[Referral], *, transaction: Transaction | None = None
    ) -> None:
        with translate_errors():
            await self._referrals.insert_many(
                [to_document(each) for each in referrals], session=transaction
            )

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Referral]:
        """The referrals among ``ids`` that exist, by id."""
        with translate_errors():
            found = self._referrals.find({"_id": {"$in": list(ids)}})
            return {document["_id"]: to_record(Referral, document) async for document in found}

    async def replace_if_unchanged(self, before: Referral, after: Referral) -> bool:
        """Put ``after`` in the place of ``before``; False when it has changed since."""
        with translate_errors():
            done = await self._referrals.replace_one(
                {"_id": before.id, "version": before.version}, to_document(after)
            )
        return done.modified_count == 1

    async def count_by_seeker(
        self, seeker_id: str, *, transaction: Transaction | None = None
    ) -> int:
        """How many referrals a seeker has, counted up to ``MAX_REFERRALS_PER_SEEKER``."""
        with translate_errors():
            return await self._referrals.count_documents(
                {"seeker_id": seeker_id}, limit=MAX_REFERRALS_PER_SEEKER, session=transaction
            )

    async def page(self, query: ReferralQuery, wanted: PageRequest) -> Page[Referral]:
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
        with translate_errors():
            page = await find_page(self._referrals, where, NEWEST_FIRST, wanted)
        return page.map(lambda document: to_record(Referral, document))

    async def erase_notes(self, seeker_id: str, *, transaction: Transaction) -> None:
        """Take the notes out of a seeker's referrals: free text may tell who somebody is."""
        with translate_errors():
            await self._referrals.update_many(
                {"seeker_id": seeker_id},
                # A version on: whoever has read the notes before cannot put them back.
                {"$set": {"steps.$[].note": ""}, "$inc": {"version": 1}},
                session=transaction,
            )
