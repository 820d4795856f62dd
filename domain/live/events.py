"""The events of live sessions, leads and matches. None of them holds personal data.

A logged event has a ``seq`` in the log of its topic: 1, 2, 3 ... without a gap. An ephemeral one
(tally, presence, reset) has the last ``seq``, and the next of its type replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.leads.leads import LeadStage
from domain.live.log_position import LogPosition
from domain.live.own_room_events import OwnRoomChanged, UnseenQuestionEvent
from domain.live.sessions import Segment


@dataclass(frozen=True, kw_only=True)
class SessionStarted:
    """The session went live for the first time."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class SessionInterrupted:
    """The broadcast was interrupted; the room stays open."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class SessionResumed:
    """The session is live again after an interruption."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class SessionEnded:
    """The session ended."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class SessionCancelled:
    """The session was cancelled before it started."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class SessionEdited:
    """Texts, cover, host, start or running order of the session changed."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class PostingPinned:
    """The host pinned a posting for all viewers."""

    session_id: str
    posting_id: str


@dataclass(frozen=True, kw_only=True)
class PostingUnpinned:
    """The pinned posting was taken down."""

    session_id: str
    posting_id: str


@dataclass(frozen=True, kw_only=True)
class SessionPostingClosed:
    """A posting of the running order is not open any more."""

    session_id: str
    posting_id: str


@dataclass(frozen=True, kw_only=True)
class SessionPostingOpened:
    """A posting of the running order that was closed is open again."""

    session_id: str
    posting_id: str


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """The host or an officer sent a text to all viewers."""

    session_id: str
    body: str


@dataclass(frozen=True, kw_only=True)
class SegmentChanged:
    """Another segment is on air."""

    session_id: str
    segment: Segment
    title: str


@dataclass(frozen=True, kw_only=True)
class StreamChanged:
    """What viewers get of the picture changed: its state, its address, its poster."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class SlowModeChanged:
    """Viewers may ask one question in this time; 0 is the end of slow mode."""

    session_id: str
    seconds: int


@dataclass(frozen=True, kw_only=True)
class QuestionPublished:
    """A viewer's question became visible to all viewers."""

    session_id: str
    question_id: str


@dataclass(frozen=True, kw_only=True)
class QuestionAnswered:
    """A published question was answered, or its answer was replaced."""

    session_id: str
    question_id: str


@dataclass(frozen=True, kw_only=True)
class QuestionHidden:
    """A published question was withdrawn."""

    session_id: str
    question_id: str


@dataclass(frozen=True, kw_only=True)
class TallyChanged:
    """Interests in total, and per posting whose count changed. Ephemeral."""

    session_id: str
    total: int
    interests: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class PresenceChanged:
    """Number of current viewers and its peak so far. Ephemeral."""

    session_id: str
    viewers: int
    peak_viewers: int


@dataclass(frozen=True, kw_only=True)
class Reset:
    """The cursor cannot be continued: the client replaces its state by the snapshot. Ephemeral."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class LeadRecorded:
    """A viewer's interest was stored as a lead."""

    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class LeadAdvanced:
    """The lead went to another stage."""

    session_id: str
    lead_id: str
    stage: LeadStage


@dataclass(frozen=True, kw_only=True)
class LeadAssigned:
    """The lead was assigned to a member of staff, or to nobody."""

    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class LeadNoted:
    """Staff added a note to the lead."""

    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class LeadEscalated:
    """The overdue lead was escalated to the union above."""

    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class HireConfirmed:
    """The employer or the seeker stated that the person was hired, or was not."""

    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class LeadConfirmed:
    """The owner of the phone confirmed the lead: from now on the employer may get it."""

    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class LeadSuperseded:
    """The owner of the phone confirmed another lead, so this one ended."""

    session_id: str
    lead_id: str


@dataclass(frozen=True, kw_only=True)
class PostingMatched:
    """A new or changed posting suits a seeker."""

    seeker_id: str
    posting_id: str


@dataclass(frozen=True, kw_only=True)
class Unrecognised:
    """A logged event of a newer version, sent as a reset; ``session_id`` is its topic's subject."""

    session_id: str


LoggedSessionEvent = (
    SessionStarted
    | SessionInterrupted
    | SessionResumed
    | SessionEnded
    | SessionCancelled
    | SessionEdited
    | PostingPinned
    | PostingUnpinned
    | SessionPostingClosed
    | SessionPostingOpened
    | Announcement
    | SegmentChanged
    | StreamChanged
    | SlowModeChanged
    | QuestionPublished
    | QuestionAnswered
    | QuestionHidden
)
LoggedLeadEvent = (
    LeadRecorded
    | LeadAdvanced
    | LeadAssigned
    | LeadNoted
    | LeadEscalated
    | HireConfirmed
    | LeadConfirmed
    | LeadSuperseded
)
LoggedEvent = LoggedSessionEvent | LoggedLeadEvent | PostingMatched | UnseenQuestionEvent
EphemeralEvent = TallyChanged | PresenceChanged | OwnRoomChanged | Reset
Event = LoggedEvent | EphemeralEvent | Unrecognised


@dataclass(frozen=True, kw_only=True)
class EventEnvelope:
    """An event, its time (UTC) and its place in a log; an ephemeral one has the last place."""

    topic: str
    seq: int
    tag: str = ""
    at: datetime
    event: Event

    @property
    def position(self) -> LogPosition:
        """The ``seq`` and the ``tag``."""
        return LogPosition(seq=self.seq, tag=self.tag)
