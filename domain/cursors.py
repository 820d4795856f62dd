"""Opaque cursors: a position in a keyset-ordered list or in an event log.

A cursor is URL-safe base64 of ``kind:part:part``. Clients send it back unchanged. A damaged cursor,
or one of another list, is refused before any database query.

A log cursor is ``log:seq:topic:tag``. Versions without tags wrote ``log:seq:topic``; they read the
tag as part of the topic, so a cursor with a tag is one of another log to them: they send a Reset.
"""

from __future__ import annotations

import base64
import binascii

from domain.live.log_position import LogPosition
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
        "This page of the list is not there any more. Start at the beginning.",
        "列表的这一页已不可用，请从头开始。",
        hint=("The cursor belongs to another list, or was changed. Send cursors unchanged."),
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


def encode_position(topic: str, position: LogPosition) -> str:
    """Return the cursor of a position in the log of ``topic``; a topic contains no colon."""
    place = f"{topic}:{position.tag}" if position.tag else topic
    return encode("log", str(position.seq), place)


def decode_position(cursor: str) -> tuple[str, LogPosition]:
    """Return the topic and the position of a log cursor; the tag may be empty.

    :raises BadCursor: the cursor is not a log cursor.
    """
    seq, place = decode(cursor, "log", 2)
    if not seq.isascii() or not seq.isdigit() or len(seq) > 15:
        raise BadCursor(
            "This page of the list is not there any more. Start at the beginning.",
            "列表的这一页已不可用，请从头开始。",
            hint="The cursor holds no valid event number.",
        )
    topic, _, tag = place.partition(":")
    return topic, LogPosition(seq=int(seq), tag=tag)
