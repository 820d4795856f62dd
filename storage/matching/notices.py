"""The repository of match notices: which seeker was notified of which posting, at most once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.mongo.client import Mongo, Transaction, translate_errors


class MatchNotices:
    """One document for each pair of seeker and posting; its id is made of both."""

    def __init__(self, mongo: Mongo) -> None:
        self._notices = mongo["notices"]

    async def filter_unnotified(
        self, posting_id: str, seekers: Sequence[str], *, transaction: Transaction
    ) -> list[str]:
        """Those of ``seekers`` that were not notified of the posting, in the given order."""
        ids = [_notice_id(seeker_id, posting_id) for seeker_id in seekers]
        with translate_errors():
            found = self._notices.find({"_id": {"$in": ids}}, session=transaction)
            notified = {document["_id"] async for document in found}
        return [seeker for seeker in seekers if _notice_id(seeker, posting_id) not in notified]

    async def add(
        self, posting_id: str, seekers: Sequence[str], *, at: datetime, transaction: Transaction
    ) -> None:
        """Store that the seekers are notified, in the transaction that notifies them.

        :raises Duplicate: another transaction has just notified one of them.
        """
        with translate_errors():
            await self._notices.insert_many(
                [{"_id": _notice_id(seeker_id, posting_id), "at": at} for seeker_id in seekers],
                session=transaction,
            )

    async def delete_by_seeker(self, seeker_id: str, *, transaction: Transaction) -> None:
        """Delete all notices of a seeker."""
        with translate_errors():
            await self._notices.delete_many(
                {"_id": {"$gt": f"{seeker_id}/", "$lt": f"{seeker_id}/~"}}, session=transaction
            )


def _notice_id(seeker_id: str, posting_id: str) -> str:
    return f"{seeker_id}/{posting_id}"
