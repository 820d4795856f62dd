"""Leases: work that one node at a time is to do.

A lease runs out by itself, so a node that was killed holds up nobody for long. It saves work, and
guards nothing: clocks differ, so what is done under a lease must be right when two do it.
"""

from __future__ import annotations

from datetime import datetime

from storage.mongo.client import Duplicate, Mongo, translate_errors


class Leases:
    def __init__(self, mongo: Mongo) -> None:
        self._leases = mongo["leases"]

    async def acquire(self, name: str, holder: str, *, at: datetime, until: datetime) -> bool:
        """Take or prolong the lease; False while somebody else holds it."""
        free = {"_id": name, "$or": [{"holder": holder}, {"until": {"$lte": at}}]}
        try:
            with translate_errors():
                await self._leases.update_one(
                    free, {"$set": {"holder": holder, "until": until}}, upsert=True
                )
        except Duplicate:
            # It is there, and not free: the upsert could not make a second one.
            return False
        return True

    async def release(self, name: str, holder: str) -> None:
        """Give the lease back, if it is still the holder's."""
        with translate_errors():
            await self._leases.delete_one({"_id": name, "holder": holder})
