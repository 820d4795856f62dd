"""Who watches: each node says whom it sees in each session, and says so again.

A node that falls silent is left out after ``FRESH``; its documents go by themselves later.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pymongo import UpdateOne

from domain.live.presence import ViewerSketch, estimate_distinct_viewers
from storage.mongo.client import Document, Mongo, translate_errors

REPORT_LIFETIME = timedelta(seconds=45)


class PresenceReports:
    def __init__(self, mongo: Mongo) -> None:
        self._presence = mongo["presence"]

    async def report(self, node: str, crowds: Mapping[str, ViewerSketch], *, at: datetime) -> None:
        """Whom ``node`` sees now in each session; that it sees nobody is reported too."""
        if not crowds:
            return
        with translate_errors():
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

    async def count_viewers(self, ids: Iterable[str], *, at: datetime) -> dict[str, int]:
        """Viewers of each session over all nodes heard of lately, each counted once."""
        wanted = {"session_id": {"$in": list(ids)}, "at": {"$gt": at - REPORT_LIFETIME}}
        found: defaultdict[str, list[ViewerSketch]] = defaultdict(list)
        with translate_errors():
            async for document in self._presence.find(wanted):
                found[document["session_id"]].append(_to_crowd(document))
        return {
            session_id: estimate_distinct_viewers(crowds) for session_id, crowds in found.items()
        }

    async def delete_node(self, node: str) -> None:
        """Forget a node that stops in good order."""
        with translate_errors():
            await self._presence.delete_many({"_id": {"$gt": f"{node}/", "$lt": f"{node}0"}})


def _to_document(crowd: ViewerSketch) -> Document:
    packed = struct.pack(f">{len(crowd.lowest)}Q", *crowd.lowest)
    return {"viewers": crowd.count, "lowest": packed}


def _to_crowd(document: Document) -> ViewerSketch:
    packed: bytes = document.get("lowest", b"")
    return ViewerSketch(
        count=document["viewers"], lowest=struct.unpack(f">{len(packed) // 8}Q", packed)
    )
