"""What happened in a live session. Frozen, in the past tense, produced by the layer that did it.

A logged event has a place in the log of its topic: ``seq`` 1, 2, 3 ... without a gap. A passing
event (tally, presence, reset) is state that the next one replaces; it is never logged and carries
the ``seq`` of the last logged event. No event holds personal data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.leads.leads import LeadStage
from domain.live.sessions import Segment


@dataclass(frozen=True, kw_only=True)
class SessionStarted:
    session_id: str


@dataclass(frozen=True, kw_only=True)
class SessionInterrupted:
    session_id: str


@dataclass(frozen=True, kw_only=True)
class SessionResumed:
    session_id: str


@dataclass(frozen=True, kw_only=True)
class SessionEnded:
    session_id: str


@dataclass(frozen=True, kw_only=True)
class SessionCancelled:
    session_id: str


@dataclass(frozen=True, kw_only=True)
class PostingPinned:
    session_id: str
    posting_id: str


@dataclass(frozen=True, kw_only=True)
class PostingUnpinned:
    session_id: str
    posting_id: str


@dataclass(frozen=True, kw_only=True)
class Announcement:
    session_id: str
    body: str


@dataclass(frozen=True, kw_only=True)
class SegmentChanged:
    session_id: str
    segment: Segment
    title: str


@dataclass(frozen=True, kw_only=True)
class QuestionPublished:
    session_id: str
    question_id: str


@dataclass(frozen=True, kw_only=True)
class QuestionAnswered:
    session_id: str
    question_id: str


@dataclass(frozen=True, kw_only=True)
class QuestionHidden:
    """A question that everybody saw was taken away."""

    session_id: str
    question_id: str


@dataclass(frozen=True, kw_only=True)
class TallyChanged:
    """How many interests there are in all, and in each posting that moved lately. Passing."""

    session_id: str
    total: int
    interests: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class PresenceChanged:
    """How many watch now, and the most that ever did. Passing."""

    session_id: str
    viewers: int
    peak_viewers: int


@dataclass(frozen=True, kw_only=True)
class Reset:
    """The cursor could not be followed: take the snapshot, forget what you had. Passing."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class LeadRecorded:
    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class LeadAdvanced:
    session_id: str
    lead_id: str
    stage: LeadStage


@dataclass(frozen=True, kw_only=True)
class LeadAssigned:
    """Somebody has the lead in hand, or nobody any more."""

    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class LeadNoted:
    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class LeadEscalated:
    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class HireConfirmed:
    """One side said that the person was hired, or that not."""

    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class PostingMatched:
    """A posting that has just opened, or changed, suits somebody who looks for work."""

    seeker_id: str
    posting_id: str


@dataclass(frozen=True, kw_only=True)
class Unrecognised:
    """Logged by a newer version of this service; it has a place, but what it says is not known.

    While nodes are brought up to date one by one, the older ones meet such events.
    """

    session_id: str


LoggedSessionEvent = (
    SessionStarted
    | SessionInterrupted
    | SessionResumed
    | SessionEnded
    | SessionCancelled
    | PostingPinned
    | PostingUnpinned
    | Announcement
    | SegmentChanged
    | QuestionPublished
    | QuestionAnswered
    | QuestionHidden
)
LoggedLeadEvent = (
    LeadRecorded | LeadAdvanced | LeadAssigned | LeadNoted | LeadEscalated | HireConfirmed
)
LoggedEvent = LoggedSessionEvent | LoggedLeadEvent | PostingMatched
EphemeralEvent = TallyChanged | PresenceChanged | Reset
Event = LoggedEvent | EphemeralEvent | Unrecognised
SELF_CONTAINED_EVENTS = (PostingUnpinned, Announcement, SegmentChanged, QuestionHidden)
"""Logged events that say all there is to say; the others name something that may change since."""


@dataclass(frozen=True, kw_only=True)
class EventEnvelope:
    """An event at its place: ``topic`` and ``seq`` say where, ``at`` when (UTC)."""

    topic: str
    seq: int
    at: datetime
    event: Event


def session_topic(session_id: str) -> str:
    """The log that every viewer of the session may follow."""
    return f"session/{session_id}"


def parse_session_topic(topic: str) -> str | None:
    """The session whose viewers follow ``topic``; None for the log of leads."""
    kind, _, session_id = topic.partition("/")
    return session_id if kind == "session" else None


def lead_topic(session_id: str) -> str:
    """The log of the session's leads, for its staff."""
    return f"leads/{session_id}"


def seeker_topic(seeker_id: str) -> str:
    """The log of what one seeker is told of."""
    return f"seeker/{seeker_id}"
