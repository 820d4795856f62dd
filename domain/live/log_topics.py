"""The topics: names of the logs that events are published on."""

from __future__ import annotations


def session_topic(session_id: str) -> str:
    """Return the topic of the session's public events, for all viewers."""
    return f"session/{session_id}"


def parse_session_topic(topic: str) -> str | None:
    """Return the session id in a topic of public session events, None for any other topic."""
    kind, _, session_id = topic.partition("/")
    return session_id if kind == "session" else None


def lead_topic(session_id: str) -> str:
    """Return the topic of the session's lead events, for its staff."""
    return f"leads/{session_id}"


def question_topic(session_id: str) -> str:
    """Return the topic of all that happens to the session's questions, for its staff."""
    return f"questions/{session_id}"


def seeker_topic(seeker_id: str) -> str:
    """Return the topic of one seeker's events."""
    return f"seeker/{seeker_id}"
