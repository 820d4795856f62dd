"""Leases: of several processes one does a piece of work, and another if that one goes away."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.client import Duplicate, Mongo, translated


class Leases:
    """One document a piece of work: until when it is taken, and when it is due again."""

    def __init__(self, mongo: Mongo) -> None:
        self._leases = mongo["leases"]

    async def take(self, work: str, *, at: datetime, lasting: timedelta) -> bool:
        """Whether the work is due and ours, for ``lasting`` from now on."""
        free = {"_id": work, "until": {"$lte": at}}
        try:
            with translated():
                taken = await self._leases.find_one_and_update(
                    free, {"$set": {"until": at + lasting}}, upsert=True, return_document=True
                )
        except Duplicate:
            return False
        return taken is not None

    async def done(self, work: str, *, next_at: datetime) -> None:
        """The work is done; nobody takes it before ``next_at``."""
        with translated():
            await self._leases.update_one({"_id": work}, {"$set": {"until": next_at}})
