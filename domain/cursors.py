"""Opaque cursors: a place in a keyset-ordered list or in a session's log.

A cursor is URL-safe base64 of ``kind:part:part``. Clients hand it back unchanged; one that we did
not make is refused by name and never reaches the database.
"""

from __future__ import annotations

import base64
import binascii

from domain.errors import BadCursor

_MAX_LENGTH = 256


def encode(kind: str, *parts: str) -> str:
    """Make a cursor for a list of ``kind``; no part but the last may contain a colon."""
    plain = ":".join((kind, *parts))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode(cursor: str, kind: str, parts: int) -> list[str]:
    """Take a cursor of ``kind`` apart into exactly ``parts`` pieces.

    :raises BadCursor: it is garbage, too long, or belongs to another list.
    """
    refused = BadCursor(
        "The cursor is not one of this list. Use a cursor from this service unchanged, or leave "
        "it out to start at the beginning."
    )
    if len(cursor) > _MAX_LENGTH:
        raise refused
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        plain = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise refused from None
    found, *rest = plain.split(":", parts)
    if found != kind or len(rest) != parts:
        raise refused
    return rest


def encode_seq(topic: str, seq: int) -> str:
    """The cursor of the event at ``seq`` of ``topic``."""
    return encode("log", str(seq), topic)


def decode_seq(cursor: str) -> tuple[str, int]:
    """Topic and seq of a log cursor.

    :raises BadCursor: it is not a log cursor.
    """
    seq, topic = decode(cursor, "log", 2)
    if not seq.isascii() or not seq.isdigit() or len(seq) > 15:
        raise BadCursor("The cursor holds no valid place in the log.")
    return topic, int(seq)
