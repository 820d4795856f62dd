"""The repository of presence reports: how many viewers each node has in each session.

A node repeats its reports. Times are by the clock of the database. Reports older than
``REPORT_LIFETIME`` do not count, so a node that has crashed drops out; MongoDB deletes its
documents later. Reports from so far in the future do not count either: a clock that was wrong
stands behind them.
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
    """One document for each node and session: a sketch of the viewers and when it was reported."""

    def __init__(self, mongo: Mongo) -> None:
        self._reports = mongo["presence"]

    async def report(self, node: str, crowds: Mapping[str, ViewerSketch], *, at: datetime) -> None:
        """Store the viewers that ``node`` has now, by session; zero viewers are reported, too."""
        if not crowds:
            return
        with translate_errors():
            await self._reports.bulk_write(
                [
                    UpdateOne(
                        {"_id": f"{node}/{session_id}"},
                        {"$set": {"session_id": session_id, "at": at, **_to_document(sketch)}},
                        upsert=True,
                    )
                    for session_id, sketch in crowds.items()
                ],
                ordered=False,
            )

    async def count_viewers(self, ids: Iterable[str], *, at: datetime) -> dict[str, int]:
        """The viewers of each of these sessions over all live nodes; a viewer counts once.

        Sessions without a recent report are left out.
        """
        recent = {"$gt": at - REPORT_LIFETIME, "$lt": at + REPORT_LIFETIME}
        wanted = {"session_id": {"$in": list(ids)}, "at": recent}
        sketches: defaultdict[str, list[ViewerSketch]] = defaultdict(list)
        with translate_errors():
            async for document in self._reports.find(wanted):
                sketches[document["session_id"]].append(_to_sketch(document))
        return {
            session_id: estimate_distinct_viewers(of_session)
            for session_id, of_session in sketches.items()
        }

    async def delete_node(self, node: str) -> None:
        """Delete the reports of a node that shuts down."""
        with translate_errors():
            # "0" is the character after "/": the range holds all ids that begin with the node's.
            await self._reports.delete_many({"_id": {"$gt": f"{node}/", "$lt": f"{node}0"}})


def _to_document(sketch: ViewerSketch) -> Document:
    packed = struct.pack(f">{len(sketch.lowest)}Q", *sketch.lowest)
    return {"viewers": sketch.count, "lowest": packed}


def _to_sketch(document: Document) -> ViewerSketch:
    packed: bytes = document.get("lowest", b"")
    return ViewerSketch(
        count=document["viewers"], lowest=struct.unpack(f">{len(packed) // 8}Q", packed)
    )
