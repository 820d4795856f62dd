"""Notices: which seeker was told of which posting, once and never again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.mongo.client import Mongo, Transaction, translate_errors


class MatchNotices:
    """One document a seeker and posting; its id is both."""

    def __init__(self, mongo: Mongo) -> None:
        self._notices = mongo["notices"]

    async def filter_unnotified(
        self, posting_id: str, seekers: Sequence[str], *, transaction: Transaction
    ) -> list[str]:
        """Those of ``seekers`` who were not told of the posting, in the order given."""
        ids = [_notice_id(seeker_id, posting_id) for seeker_id in seekers]
        with translate_errors():
            found = self._notices.find({"_id": {"$in": ids}}, session=transaction)
            told = {document["_id"] async for document in found}
        return [seeker for seeker in seekers if _notice_id(seeker, posting_id) not in told]

    async def add(
        self, posting_id: str, seekers: Sequence[str], *, at: datetime, transaction: Transaction
    ) -> None:
        """Note that they are told, in the transaction that tells them.

        :raises Duplicate: one of them was told at this very moment.
        """
        with translate_errors():
            await self._notices.insert_many(
                [{"_id": _notice_id(seeker_id, posting_id), "at": at} for seeker_id in seekers],
                session=transaction,
            )

    async def delete_by_seeker(self, seeker_id: str, *, transaction: Transaction) -> None:
        """Delete what a seeker was told of."""
        with translate_errors():
            await self._notices.delete_many(
                {"_id": {"$gt": f"{seeker_id}/", "$lt": f"{seeker_id}/~"}}, session=transaction
            )


def _notice_id(seeker_id: str, posting_id: str) -> str:
    return f"{seeker_id}/{posting_id}"
