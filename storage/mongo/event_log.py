"""The durable event log: the events of a topic have the seqs 1, 2, 3 ... without gap or repeat.

The transaction that stores an event takes its seq from one counter for each topic. So no two events
have the same seq, and an aborted transaction leaves no hole. The events of a topic become visible
in the order of their seqs. Their times never go back, whichever clock a node or a new primary has.

Each event has a random tag. A database that is restored from a backup logs other events under seqs
that were used before, but never under the same tags.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

import bson
import structlog
from cattrs import BaseValidationError

from domain.live.events import EventEnvelope, LoggedEvent, Unrecognised
from domain.live.log_position import LogPosition
from storage.mongo.client import Document, Mongo, Transaction, translate_errors
from storage.mongo.codec import to_document, to_record
from storage.mongo.stored_names import EVENT_NAMES, event_class_of, name_of_event

TAG_BYTES = 9
"""Random bytes of a tag: 72 bits, 12 characters."""

_log = structlog.get_logger(__name__)


class EventLog:
    """The event log of a database, with all its topics."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def append(
        self, topic: str, events: Sequence[LoggedEvent], *, at: datetime, transaction: Transaction
    ) -> list[EventEnvelope]:
        """Append events to a topic, in order; return them with their seqs, tags and time.

        Their time is ``at``, or that of the topic's last event where ``at`` is earlier.

        :raises UnnamedEvent: an event is of a class that is not logged.
        """
        if not events:
            return []
        head = await self._mongo["logs"].find_one_and_update(
            {"_id": topic},
            [
                {
                    "$set": {
                        "seq": {"$add": [{"$ifNull": ["$seq", 0]}, len(events)]},
                        "at": {"$max": ["$at", at]},
                    }
                }
            ],
            upsert=True,
            return_document=True,
            session=transaction,
        )
        assert head is not None  # an upsert always returns a document
        first = head["seq"] - len(events) + 1
        envelopes = [
            EventEnvelope(topic=topic, seq=seq, tag=_new_tag(), at=head["at"], event=event)
            for seq, event in enumerate(events, start=first)
        ]
        await self._mongo["events"].insert_many(
            [envelope_to_document(envelope) for envelope in envelopes], session=transaction
        )
        return envelopes

    async def last_seq(self, topic: str) -> int:
        """The seq of the last event of a topic; 0 before the first."""
        with translate_errors():
            document = await self._mongo["logs"].find_one({"_id": topic})
        return document["seq"] if document else 0

    async def read(self, topic: str, *, after: int, limit: int) -> list[EventEnvelope]:
        """The events of a topic after the seq ``after``, in order, at most ``limit``."""
        cursor = (
            self._mongo["events"]
            .find({"_id": _ids_after(topic, after)})
            .sort("_id", 1)
            .limit(limit)
        )
        with translate_errors():
            return [envelope_from_document(document) async for document in cursor]

    async def find_last(self, topic: str, event_class: type[LoggedEvent]) -> EventEnvelope | None:
        """The last event of a class in a topic. It reads the topic backwards until there."""
        with translate_errors():
            document = await self._mongo["events"].find_one(
                {"_id": _ids_after(topic, 0), "kind": EVENT_NAMES[event_class]},
                sort=[("_id", -1)],
            )
        return envelope_from_document(document) if document else None

    async def find_position(self, topic: str, seq: int) -> LogPosition | None:
        """The position of the event with this seq; None if the log does not hold it."""
        return (await self.find_positions([(topic, seq)])).get((topic, seq))

    async def find_positions(
        self, places: Iterable[tuple[str, int]]
    ) -> dict[tuple[str, int], LogPosition]:
        """The positions of the events with these topics and seqs; those that exist."""
        ids = [_event_id(topic, seq) for topic, seq in places]
        with translate_errors():
            found = await self._mongo["events"].find({"_id": {"$in": ids}}).to_list(None)
        return {
            (document["topic"], document["seq"]): LogPosition(
                seq=document["seq"], tag=_tag_of(document)
            )
            for document in found
        }

    async def delete_topic(self, topic: str, *, transaction: Transaction) -> None:
        """Delete the events of a topic. Its counter stays, so no seq is used again."""
        with translate_errors():
            await self._mongo["events"].delete_many(
                {"_id": _ids_after(topic, 0)}, session=transaction
            )


def _event_id(topic: str, seq: int) -> str:
    # Fifteen digits sort like the numbers, so the index of ids serves topic and order.
    return f"{topic}#{seq:015d}"


def _ids_after(topic: str, seq: int) -> Document:
    """The condition on the ids of a topic's events after a seq; "~" sorts after all digits."""
    return {"$gt": _event_id(topic, seq), "$lt": f"{topic}#~"}


def _new_tag() -> str:
    return secrets.token_urlsafe(TAG_BYTES)


def _tag_of(document: Document) -> str:
    """The tag of an event; a digest of the document if a version without tags wrote it.

    The digest contains time and content of the event, so every node computes the same one, and
    another history another one.
    """
    tag: str | None = document.get("tag")
    if tag is not None:
        return tag
    digest = hashlib.blake2b(bson.encode(document), digest_size=TAG_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()


def envelope_to_document(envelope: EventEnvelope) -> Document:
    """The document of an event in the collection ``events``."""
    return {
        "_id": _event_id(envelope.topic, envelope.seq),
        "topic": envelope.topic,
        "seq": envelope.seq,
        "tag": envelope.tag,
        "at": envelope.at,
        "kind": name_of_event(envelope.event),
        "event": to_document(envelope.event),
    }


def envelope_from_document(document: Document) -> EventEnvelope:
    """The event in a document of ``events``.

    It is ``Unrecognised`` if a newer version of the service wrote it: its name is not known, or its
    fields cannot be read. So a newer node never stops the feed of an older one.
    """
    return EventEnvelope(
        topic=document["topic"],
        seq=document["seq"],
        tag=_tag_of(document),
        at=document["at"],
        event=_read_event(document),
    )


def _read_event(document: Document) -> LoggedEvent | Unrecognised:
    event_class = event_class_of(document["kind"])
    if event_class is not Unrecognised:
        try:
            return to_record(event_class, document["event"])
        # A field is missing, or holds a value that is not known.
        except (BaseValidationError, KeyError, TypeError, ValueError):
            _log.warning("event not readable", kind=document["kind"], topic=document["topic"])
    return Unrecognised(session_id=document["topic"].partition("/")[2])
