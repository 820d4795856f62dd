"""Reads the names of topics, which ``domain.live.events`` makes."""

from __future__ import annotations


def parse_session_topic(topic: str) -> str | None:
    """Return the session id in a topic of public session events, None for any other topic."""
    kind, _, session_id = topic.partition("/")
    return session_id if kind == "session" else None
