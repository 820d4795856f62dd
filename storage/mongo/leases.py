"""The repository of leases, by which one node at a time does a piece of work.

A lease expires, so a killed node blocks the work only for a while. Times are by the clock of the
database. A lease saves work and protects nothing: the work must stay correct when two nodes do it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.mongo.client import Duplicate, Mongo, translate_errors

MAX_AHEAD = timedelta(seconds=30)
"""A lease that was taken so much later than now is void: a clock that was wrong stands behind it,
such as that of a former primary."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """A lease that a node holds until ``until``."""

    name: str
    holder: str
    until: datetime


class Leases:
    """One document for each lease: its name, its holder and when it expires."""

    def __init__(self, mongo: Mongo) -> None:
        self._leases = mongo["leases"]

    async def acquire(self, name: str, holder: str, *, at: datetime, until: datetime) -> bool:
        """Acquire or renew a lease until ``until``; False while another holder has it."""
        free = {
            "_id": name,
            "$or": [
                {"holder": holder},
                {"until": {"$lte": at}},
                {"taken_at": {"$gt": at + MAX_AHEAD}},
            ],
        }
        taken = {"holder": holder, "taken_at": at, "until": until}
        try:
            with translate_errors():
                await self._leases.update_one(free, {"$set": taken}, upsert=True)
        except Duplicate:
            # The lease exists and is not free, so the upsert tried to insert a second one.
            return False
        return True

    async def release(self, name: str, holder: str) -> None:
        """Release a lease if the holder still has it."""
        with translate_errors():
            await self._leases.delete_one({"_id": name, "holder": holder})

    async def find_held(self, *, at: datetime) -> list[Lease]:
        """All leases that have not expired at ``at``, by name."""
        with translate_errors():
            found = self._leases.find({"until": {"$gt": at}}).sort("_id")
            return [
                Lease(name=each["_id"], holder=each["holder"], until=each["until"])
                async for each in found
            ]
