"""Who watches: each node says how many viewers it has in each session, and says so again.

A node that falls silent is left out after ``FRESH``; its documents go by themselves later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pymongo import UpdateOne

from storage.client import Mongo, translated

FRESH = timedelta(seconds=45)


class Presence:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._presence = mongo["presence"]

    async def report(self, node: str, viewers: Mapping[str, int], *, at: datetime) -> None:
        """What ``node`` counts now in each session; a count of 0 is reported too."""
        if not viewers:
            return
        with translated():
            await self._presence.bulk_write(
                [
                    UpdateOne(
                        {"_id": f"{node}/{session_id}"},
                        {"$set": {"session_id": session_id, "viewers": count, "at": at}},
                        upsert=True,
                    )
                    for session_id, count in viewers.items()
                ],
                ordered=False,
            )

    async def totals(self, ids: Iterable[str], *, at: datetime) -> dict[str, int]:
        """Viewers of each session over all nodes heard of lately."""
        wanted = {"session_id": {"$in": list(ids)}, "at": {"$gt": at - FRESH}}
        group = {"_id": "$session_id", "viewers": {"$sum": "$viewers"}}
        with translated():
            summed = self._mongo.aggregate("presence", [{"$match": wanted}, {"$group": group}])
            return {document["_id"]: document["viewers"] async for document in summed}

    async def leave(self, node: str) -> None:
        """Forget a node that stops in good order."""
        with translated():
            await self._presence.delete_many({"_id": {"$gt": f"{node}/", "$lt": f"{node}0"}})
