"""Cursors of event logs, written by hand."""

from __future__ import annotations

from domain.cursors import encode_position
from domain.live.log_position import LOG_START, LogPosition
from storage.store import Store


def cursor_at(topic: str, seq: int, tag: str = "") -> str:
    """Return a log cursor; without a tag it is one of a version before tags."""
    return encode_position(topic, LogPosition(seq=seq, tag=tag))


def start_cursor(topic: str) -> str:
    """Return the cursor before the first event of a log."""
    return encode_position(topic, LOG_START)


async def stored_position(store: Store, topic: str, seq: int) -> LogPosition:
    """Return the position of an event; for a seq without an event, one with a made-up tag."""
    if seq == 0:
        return LOG_START
    stored = await store.event_log.find_position(topic, seq)
    return stored or LogPosition(seq=seq, tag="made-up")
