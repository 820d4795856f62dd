"""Who watches: each node says whom it sees in each session, and says so again.

A node that falls silent is left out after ``FRESH``; its documents go by themselves later.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pymongo import UpdateOne

from domain.live.presence import Crowd, together
from storage.mongo.client import Document, Mongo, translated

FRESH = timedelta(seconds=45)


class Presence:
    def __init__(self, mongo: Mongo) -> None:
        self._presence = mongo["presence"]

    async def report(self, node: str, crowds: Mapping[str, Crowd], *, at: datetime) -> None:
        """Whom ``node`` sees now in each session; that it sees nobody is reported too."""
        if not crowds:
            return
        with translated():
            await self._presence.bulk_write(
                [
                    UpdateOne(
                        {"_id": f"{node}/{session_id}"},
                        {"$set": {"session_id": session_id, "at": at, **_to_document(crowd)}},
                        upsert=True,
                    )
                    for session_id, crowd in crowds.items()
                ],
                ordered=False,
            )

    async def totals(self, ids: Iterable[str], *, at: datetime) -> dict[str, int]:
        """Viewers of each session over all nodes heard of lately, each counted once."""
        wanted = {"session_id": {"$in": list(ids)}, "at": {"$gt": at - FRESH}}
        found: defaultdict[str, list[Crowd]] = defaultdict(list)
        with translated():
            async for document in self._presence.find(wanted):
                found[document["session_id"]].append(_to_crowd(document))
        return {session_id: together(crowds) for session_id, crowds in found.items()}

    async def leave(self, node: str) -> None:
        """Forget a node that stops in good order."""
        with translated():
            await self._presence.delete_many({"_id": {"$gt": f"{node}/", "$lt": f"{node}0"}})


def _to_document(crowd: Crowd) -> Document:
    packed = struct.pack(f">{len(crowd.lowest)}Q", *crowd.lowest)
    return {"viewers": crowd.count, "lowest": packed}


def _to_crowd(document: Document) -> Crowd:
    packed: bytes = document.get("lowest", b"")
    return Crowd(count=document["viewers"], lowest=struct.unpack(f">{len(packed) // 8}Q", packed))
