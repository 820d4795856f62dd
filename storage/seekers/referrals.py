"""The repository of referrals: seekers who were sent on to a service of the union."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.seekers.referrals import Referral, ReferralKind, ReferralStatus
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.paging import Page, PageRequest
from storage.mongo.repository import NEWEST_FIRST, VersionedRepository

MAX_REFERRALS_PER_SEEKER = 100


@dataclass(frozen=True, kw_only=True)
class ReferralQuery:
    """The scope of a list of referrals, and its filters; None leaves a filter out.

    The scope is a union with its branches, or a seeker.
    """

    union_id: str | None = None
    seeker_id: str | None = None
    status: ReferralStatus | None = None
    kind: ReferralKind | None = None

    def where(self) -> Document:
        """The condition that a stored referral must meet."""
        return {
            name: value
            for name, value in (
                ("union_path", self.union_id),
                ("seeker_id", self.seeker_id),
                ("status", self.status.value if self.status else None),
                ("kind", self.kind.value if self.kind else None),
            )
            if value is not None
        }


class Referrals(VersionedRepository[Referral]):
    """Referrals, at most ``MAX_REFERRALS_PER_SEEKER`` of a seeker."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, "referrals", Referral)

    async def add(
        self, referrals: Sequence[Referral], *, transaction: Transaction | None = None
    ) -> None:
        """Store new referrals."""
        await self._records.insert_many(referrals, transaction=transaction)

    async def count_by_seeker(
        self, seeker_id: str, *, transaction: Transaction | None = None
    ) -> int:
        """How many referrals a seeker has; counting stops at ``MAX_REFERRALS_PER_SEEKER``."""
        return await self._records.count(
            {"seeker_id": seeker_id}, limit=MAX_REFERRALS_PER_SEEKER, transaction=transaction
        )

    async def page(self, query: ReferralQuery, wanted: PageRequest) -> Page[Referral]:
        """The referrals that meet ``query``, newest first; the key is the id."""
        return await self._records.find_page(query.where(), NEWEST_FIRST, wanted)

    async def erase_notes(self, seeker_id: str, *, transaction: Transaction) -> None:
        """Clear the notes in a seeker's referrals: free text may identify the person."""
        with translate_errors():
            await self._records.documents.update_many(
                {"seeker_id": seeker_id},
                # The new version keeps a writer who has read the notes from storing them again.
                {"$set": {"steps.$[].note": ""}, "$inc": {"version": 1}},
                session=transaction,
            )
