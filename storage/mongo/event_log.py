"""The durable event log: each topic has its events at seq 1, 2, 3 ... without gap or repeat.

The seq of an event is taken inside the transaction that stores it, from one counter a topic, so
two writers cannot hold the same place and an aborted transaction leaves no hole. Events of a topic
become visible in the order of their seq.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.live import events
from domain.live.events import EventEnvelope, LoggedEvent
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record

_EVENT_CLASSES: dict[str, type[LoggedEvent]] = {
    kind.__name__: kind
    for kind in (
        events.SessionStarted,
        events.SessionInterrupted,
        events.SessionResumed,
        events.SessionEnded,
        events.SessionCancelled,
        events.PostingPinned,
        events.PostingUnpinned,
        events.Announcement,
        events.SegmentChanged,
        events.QuestionPublished,
        events.QuestionAnswered,
        events.QuestionHidden,
        events.LeadRecorded,
        events.LeadAdvanced,
        events.LeadAssigned,
        events.LeadNoted,
        events.LeadEscalated,
        events.HireConfirmed,
        events.PostingMatched,
    )
}


class EventLog:
    """All topics of one database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def append(
        self, topic: str, happened: Sequence[LoggedEvent], *, at: datetime, transaction: Transaction
    ) -> list[EventEnvelope]:
        """Give ``happened`` the next places of ``topic``, in order, within a transaction."""
        if not happened:
            return []
        head = await self._mongo["logs"].find_one_and_update(
            {"_id": topic},
            {"$inc": {"seq": len(happened)}},
            upsert=True,
            return_document=True,
            session=transaction,
        )
        assert head is not None  # an upsert always has a document to give back
        first = head["seq"] - len(happened) + 1
        placed = [
            EventEnvelope(topic=topic, seq=seq, at=at, event=event)
            for seq, event in enumerate(happened, start=first)
        ]
        await self._mongo["events"].insert_many(
            [envelope_to_document(event) for event in placed], session=transaction
        )
        return placed

    async def last_seq(self, topic: str) -> int:
        """The seq of the last event of ``topic``; 0 before the first."""
        with translate_errors():
            document = await self._mongo["logs"].find_one({"_id": topic})
        return document["seq"] if document else 0

    async def read(self, topic: str, *, after: int, limit: int) -> list[EventEnvelope]:
        """At most ``limit`` events of ``topic`` with a seq above ``after``, in order."""
        cursor = (
            self._mongo["events"]
            .find({"_id": {"$gt": _event_id(topic, after), "$lt": f"{topic}#~"}})
            .sort("_id", 1)
            .limit(limit)
        )
        with translate_errors():
            return [envelope_from_document(document) async for document in cursor]

    async def delete_topic(self, topic: str, *, transaction: Transaction) -> None:
        """Delete the events of a topic; its numbers are not given out again."""
        with translate_errors():
            await self._mongo["events"].delete_many(
                {"_id": {"$gt": _event_id(topic, 0), "$lt": f"{topic}#~"}}, session=transaction
            )


def _event_id(topic: str, seq: int) -> str:
    # Fifteen digits sort as the numbers do, and one index serves topic and order.
    return f"{topic}#{seq:015d}"


def envelope_to_document(placed: EventEnvelope) -> Document:
    """How an event lies in the collection ``events``."""
    return {
        "_id": _event_id(placed.topic, placed.seq),
        "topic": placed.topic,
        "seq": placed.seq,
        "at": placed.at,
        "kind": type(placed.event).__name__,
        "event": to_document(placed.event),
    }


def envelope_from_document(document: Document) -> EventEnvelope:
    """The event that a document of ``events`` holds; ``Unrecognised`` for a newer version's."""
    kind: type[LoggedEvent | events.Unrecognised]
    kind = _EVENT_CLASSES.get(document["kind"], events.Unrecognised)
    return EventEnvelope(
        topic=document["topic"],
        seq=document["seq"],
        at=document["at"],
        event=to_record(kind, document["event"]),
    )
