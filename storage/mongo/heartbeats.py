"""Heartbeats of the feed: one document of the log that every node changes each second.

The change comes back through the change stream of each node. A stream that does not bring it, while
MongoDB confirms the change, is read from a server that no longer follows the majority.

Each node also reports the newest heartbeat that its stream has brought, so that a node knows
whether another one is ahead. Times are those of the database.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.mongo.client import Document, Mongo, translate_errors

HEARTBEAT_ID = "heartbeat"
"""The id of the heartbeat in the collection ``events``. It has no topic that anybody follows."""
REPORT_VALID_MS = 5_000
"""Reports that are older say nothing about their node: it may have stopped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedReport:
    """What a node says about its feed: the newest heartbeat it got, and whether that is recent."""

    node: str
    heartbeat: int
    is_fresh: bool


class Heartbeats:
    """The heartbeat of a database, and the reports of its nodes."""

    def __init__(self, mongo: Mongo) -> None:
        self._events = mongo["events"]
        self._reports = mongo["feed_reports"]

    async def send(self) -> int:
        """Increase the heartbeat; return its number once a majority has it.

        :raises StorageUnavailable: no majority confirms it.
        """
        with translate_errors():
            document = await self._events.find_one_and_update(
                {"_id": HEARTBEAT_ID},
                {
                    "$inc": {"seq": 1},
                    "$currentDate": {"at": True},
                    # The fields that every document of the log has.
                    "$setOnInsert": {"topic": HEARTBEAT_ID, "kind": "Heartbeat", "event": {}},
                },
                upsert=True,
                return_document=True,
            )
        assert document is not None  # an upsert always returns a document
        number: int = document["seq"]
        return number

    async def report(self, report: FeedReport) -> None:
        """Store what a node says about its feed."""
        change = {
            "$set": {"heartbeat": report.heartbeat, "is_fresh": report.is_fresh},
            "$currentDate": {"at": True},
        }
        with translate_errors():
            await self._reports.update_one({"_id": report.node}, change, upsert=True)

    async def remove_report(self, node: str) -> None:
        """Delete the report of a node that stops."""
        with translate_errors():
            await self._reports.delete_one({"_id": node})

    async def find_reports(self) -> list[FeedReport]:
        """The valid reports of all nodes, by name; at most a thousand."""
        oldest = {"$subtract": ["$$NOW", REPORT_VALID_MS]}
        valid: Document = {"$expr": {"$gte": ["$at", oldest]}}
        with translate_errors():
            found = await self._reports.find(valid).sort("_id").limit(1_000).to_list(None)
        return [
            FeedReport(node=each["_id"], heartbeat=each["heartbeat"], is_fresh=each["is_fresh"])
            for each in found
        ]


def read_heartbeat(change: Document) -> int | None:
    """The number of the heartbeat that a change of ``events`` brings; None for an event."""
    inserted = change.get("fullDocument")
    if inserted is None:
        number: int = change["updateDescription"]["updatedFields"]["seq"]
        return number
    return inserted["seq"] if inserted["_id"] == HEARTBEAT_ID else None
