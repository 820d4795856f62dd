"""The phones whose owners replied that they want no more messages, by the keyed hash of the phone.

An entry stays until the owner asks for messages again. It holds nothing that names the person.
"""

from __future__ import annotations

from datetime import datetime

from storage.mongo.client import Mongo, translate_errors


class PhoneStops:
    """One document for each phone that gets no messages."""

    def __init__(self, mongo: Mongo) -> None:
        self._stops = mongo["phone_stops"]

    async def add(self, person: str, *, at: datetime) -> None:
        """Send no more messages to this phone."""
        with translate_errors():
            await self._stops.update_one({"_id": person}, {"$setOnInsert": {"at": at}}, upsert=True)

    async def remove(self, person: str) -> None:
        """Send messages to this phone again."""
        with translate_errors():
            await self._stops.delete_one({"_id": person})

    async def has(self, person: str) -> bool:
        """Whether this phone gets no messages."""
        with translate_errors():
            return await self._stops.find_one({"_id": person}, {"_id": 1}) is not None
