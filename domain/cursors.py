"""Opaque cursors: a position in a keyset-ordered list or in an event log.

A cursor is URL-safe base64 of ``kind:part:part``. Clients send it back unchanged. A damaged cursor,
or one of another list, is refused before any database query.
"""

from __future__ import annotations

import base64
import binascii

from domain.refusals import BadCursor

_MAX_LENGTH = 256


def encode(kind: str, *parts: str) -> str:
    """Return a cursor for a list of ``kind``. Only the last part may contain a colon."""
    text = ":".join((kind, *parts))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, kind: str, parts: int) -> list[str]:
    """Return the parts of a cursor of ``kind``, exactly ``parts`` of them.

    :raises BadCursor: the cursor is damaged, too long, or belongs to another list.
    """
    refusal = BadCursor(
        "The cursor does not belong to this list. Send a cursor from this service unchanged, or "
        "leave it out to start at the beginning.",
        "游标不属于此列表。请原样使用本服务返回的游标，或不填游标从头开始。",
    )
    if len(cursor) > _MAX_LENGTH:
        raise refusal
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise refusal from None
    found_kind, *found_parts = text.split(":", parts)
    if found_kind != kind or len(found_parts) != parts:
        raise refusal
    return found_parts


def encode_seq(topic: str, seq: int) -> str:
    """Return the cursor of the event with number ``seq`` in the log of ``topic``."""
    return encode("log", str(seq), topic)


def decode_seq(cursor: str) -> tuple[str, int]:
    """Return the topic and the seq of a log cursor.

    :raises BadCursor: the cursor is not a log cursor.
    """
    seq, topic = decode(cursor, "log", 2)
    if not seq.isascii() or not seq.isdigit() or len(seq) > 15:
        raise BadCursor(
            "The cursor holds no valid event number. Leave it out to start at the beginning.",
            "游标中没有有效的事件序号。请不填游标从头开始。",
        )
    return topic, int(seq)
