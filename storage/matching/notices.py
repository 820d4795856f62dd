"""Notices: which seeker was told of which posting, once and never again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.mongo.client import Mongo, Session, translated


class Notices:
    """One document a seeker and posting; its id is both."""

    def __init__(self, mongo: Mongo) -> None:
        self._notices = mongo["notices"]

    async def untold(
        self, posting_id: str, seekers: Sequence[str], *, session: Session
    ) -> list[str]:
        """Those of ``seekers`` who were not told of the posting, in the order given."""
        ids = [_key(seeker_id, posting_id) for seeker_id in seekers]
        with translated():
            found = self._notices.find({"_id": {"$in": ids}}, session=session)
            told = {document["_id"] async for document in found}
        return [seeker for seeker in seekers if _key(seeker, posting_id) not in told]

    async def add(
        self, posting_id: str, seekers: Sequence[str], *, at: datetime, session: Session
    ) -> None:
        """Note that they are told, in the transaction that tells them.

        :raises Duplicate: one of them was told at this very moment.
        """
        with translated():
            await self._notices.insert_many(
                [{"_id": _key(seeker_id, posting_id), "at": at} for seeker_id in seekers],
                session=session,
            )

    async def forget(self, seeker_id: str, *, session: Session) -> None:
        """Delete what a seeker was told of."""
        with translated():
            await self._notices.delete_many(
                {"_id": {"$gt": f"{seeker_id}/", "$lt": f"{seeker_id}/~"}}, session=session
            )


def _key(seeker_id: str, posting_id: str) -> str:
    return f"{seeker_id}/{posting_id}"
