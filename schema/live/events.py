"""The events of a session and of its leads, as subscribers get them."""

from datetime import datetime
from typing import Self

import strawberry

from domain import cursors
from domain.leads.leads import LeadStage
from domain.live import events
from domain.live.events import EventEnvelope
from domain.live.sessions import Segment
from schema.context import Info
from schema.leads.lead_types import Lead
from schema.live.question_types import Question, find_published_question
from schema.live.session_types import LiveSession, PostingTally
from schema.postings.posting_types import Posting, find_open_posting
from schema.relay import global_id


@strawberry.interface(description="Something that happened, at its place in a log.")
class LogEvent:
    placed: strawberry.Private[EventEnvelope]
    seq: int = strawberry.field(
        description="1, 2, 3 ... without a gap. State that is not logged (tally, presence, reset) "
        "carries the number of the last logged event."
    )
    at: datetime
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind this event.")

    @classmethod
    def of(cls, placed: EventEnvelope) -> Self:
        return cls(
            placed=placed,
            seq=placed.seq,
            at=placed.at,
            cursor=cursors.encode_seq(placed.topic, placed.seq),
        )


@strawberry.interface(description="What happened in a live session.")
class SessionEvent(LogEvent): ...


@strawberry.type
class _SessionStatusEvent(SessionEvent):
    @strawberry.field(description="The session as it is now.")
    async def session(self, info: Info) -> LiveSession:
        return await _load_session(info, self.placed)


@strawberry.type(description="The session went on air.")
class SessionStarted(_SessionStatusEvent): ...


@strawberry.type(description="The picture is gone for a while.")
class SessionInterrupted(_SessionStatusEvent): ...


@strawberry.type(description="The session goes on after an interruption.")
class SessionResumed(_SessionStatusEvent): ...


@strawberry.type(description="The session went off air for good.")
class SessionEnded(_SessionStatusEvent): ...


@strawberry.type(description="The session was called off before it began.")
class SessionCancelled(_SessionStatusEvent): ...


@strawberry.type(
    description="A posting is shown in the room; it takes the place of the last one. For the one "
    "that is shown already: its terms have changed."
)
class PostingPinned(SessionEvent):
    @strawberry.field(description="Null when it was closed since.")
    async def posting(self, info: Info) -> Posting | None:
        assert isinstance(self.placed.event, events.PostingPinned)  # by _SESSION_EVENTS
        return await find_open_posting(info.context, self.placed.event.posting_id)


@strawberry.type(description="The shown posting was taken away.")
class PostingUnpinned(SessionEvent):
    @strawberry.field
    def posting_id(self) -> strawberry.ID:
        assert isinstance(self.placed.event, events.PostingUnpinned)  # by _SESSION_EVENTS
        return global_id("Posting", self.placed.event.posting_id)


@strawberry.type(description="The host said something to everybody.")
class Announcement(SessionEvent):
    @strawberry.field
    def body(self) -> str:
        assert isinstance(self.placed.event, events.Announcement)  # by _SESSION_EVENTS
        return self.placed.event.body


@strawberry.type(description="Another part of the session begins.")
class SegmentChanged(SessionEvent):
    @strawberry.field
    def segment(self) -> Segment:
        assert isinstance(self.placed.event, events.SegmentChanged)  # by _SESSION_EVENTS
        return self.placed.event.segment

    @strawberry.field
    def title(self) -> str:
        assert isinstance(self.placed.event, events.SegmentChanged)  # by _SESSION_EVENTS
        return self.placed.event.title


@strawberry.type
class _QuestionEvent(SessionEvent):
    @strawberry.field(description="As it is now; null when it was taken away since.")
    async def question(self, info: Info) -> Question | None:
        # By _SESSION_EVENTS.
        assert isinstance(self.placed.event, (events.QuestionPublished, events.QuestionAnswered))
        return await find_published_question(info.context, self.placed.event.question_id)


@strawberry.type(description="A viewer's question is shown to everybody.")
class QuestionPublished(_QuestionEvent): ...


@strawberry.type(description="A question was answered, or answered anew.")
class QuestionAnswered(_QuestionEvent): ...


@strawberry.type(description="A question that was shown was taken away.")
class QuestionHidden(SessionEvent):
    @strawberry.field
    def question_id(self) -> strawberry.ID:
        assert isinstance(self.placed.event, events.QuestionHidden)  # by _SESSION_EVENTS
        return global_id("Question", self.placed.event.question_id)


@strawberry.type(description="Interest moved. At most four a second; a later one replaces it.")
class TallyChanged(SessionEvent):
    @strawberry.field(description="All interests of the session.")
    def total(self) -> int:
        assert isinstance(self.placed.event, events.TallyChanged)  # by _SESSION_EVENTS
        return self.placed.event.total

    @strawberry.field(description="Postings whose count moved in the last minute, at most 100.")
    def tallies(self) -> list[PostingTally]:
        assert isinstance(self.placed.event, events.TallyChanged)  # by _SESSION_EVENTS
        return [PostingTally.of(*tally) for tally in self.placed.event.interests.items()]


@strawberry.type(description="The number of viewers moved. At most one a second.")
class PresenceChanged(SessionEvent):
    @strawberry.field(description="How many watch now, over all nodes.")
    def viewers(self) -> int:
        assert isinstance(self.placed.event, events.PresenceChanged)  # by _SESSION_EVENTS
        return self.placed.event.viewers

    @strawberry.field(description="The most that ever watched at once.")
    def peak_viewers(self) -> int:
        assert isinstance(self.placed.event, events.PresenceChanged)  # by _SESSION_EVENTS
        return self.placed.event.peak_viewers


@strawberry.type(
    description="The cursor could not be followed (too old, from the future, or of another "
    "session): drop what you have, take the snapshot, and go on from here."
)
class Reset(SessionEvent):
    @strawberry.field(description="The session as it is now.")
    async def snapshot(self, info: Info) -> LiveSession:
        return await _load_session(info, self.placed)


async def _load_session(info: Info, placed: EventEnvelope) -> LiveSession:
    assert not isinstance(placed.event, events.PostingMatched)  # no log of a session holds one
    record = await info.context.loaders.sessions.load(placed.event.session_id)
    assert record is not None  # a session with events is never deleted
    return LiveSession.of(record)


@strawberry.interface(description="What happened to the leads of a session.")
class LeadEvent(LogEvent): ...


async def _load_lead(info: Info, lead_id: str) -> Lead:
    record = await info.context.loaders.leads.load(lead_id)
    assert record is not None  # leads are not deleted
    return Lead.of(record)


@strawberry.type(description="Somebody is interested.")
class LeadRecorded(LeadEvent):
    @strawberry.field(description="The lead as it is now.")
    async def lead(self, info: Info) -> Lead:
        assert isinstance(self.placed.event, events.LeadRecorded)  # by _LEAD_EVENTS
        return await _load_lead(info, self.placed.event.lead_id)


@strawberry.type(description="A lead came to another stage.")
class LeadAdvanced(LeadEvent):
    @strawberry.field(description="The lead as it is now.")
    async def lead(self, info: Info) -> Lead:
        assert isinstance(self.placed.event, events.LeadAdvanced)  # by _LEAD_EVENTS
        return await _load_lead(info, self.placed.event.lead_id)

    @strawberry.field(description="The stage that it came to by this event.")
    def stage(self) -> LeadStage:
        assert isinstance(self.placed.event, events.LeadAdvanced)  # by _LEAD_EVENTS
        return self.placed.event.stage


@strawberry.type
class _LeadFollowUpEvent(LeadEvent):
    @strawberry.field(description="The lead as it is now.")
    async def lead(self, info: Info) -> Lead:
        event = self.placed.event
        # By _LEAD_EVENTS.
        assert isinstance(
            event,
            (events.LeadAssigned, events.LeadNoted, events.LeadEscalated, events.HireConfirmed),
        )
        return await _load_lead(info, event.lead_id)


@strawberry.type(description="Somebody has a lead in hand, or nobody any more.")
class LeadAssigned(_LeadFollowUpEvent): ...


@strawberry.type(description="Somebody noted something about a lead: see its `timeline`.")
class LeadNoted(_LeadFollowUpEvent): ...


@strawberry.type(description="A lead was overdue, and the next union above was told.")
class LeadEscalated(_LeadFollowUpEvent): ...


@strawberry.type(description="One side said whether the person was hired.")
class HireConfirmed(_LeadFollowUpEvent): ...


@strawberry.type(
    description="The cursor could not be followed: read `leads` again, and go on from here."
)
class LeadsReset(LeadEvent): ...


_SESSION_EVENT_TYPES: dict[type[events.Event], type[SessionEvent]] = {
    events.SessionStarted: SessionStarted,
    events.SessionInterrupted: SessionInterrupted,
    events.SessionResumed: SessionResumed,
    events.SessionEnded: SessionEnded,
    events.SessionCancelled: SessionCancelled,
    events.PostingPinned: PostingPinned,
    events.PostingUnpinned: PostingUnpinned,
    events.Announcement: Announcement,
    events.SegmentChanged: SegmentChanged,
    events.QuestionPublished: QuestionPublished,
    events.QuestionAnswered: QuestionAnswered,
    events.QuestionHidden: QuestionHidden,
    events.TallyChanged: TallyChanged,
    events.PresenceChanged: PresenceChanged,
    events.Reset: Reset,
    # What cannot be told is made good by the state that it led to.
    events.Unrecognised: Reset,
}
_LEAD_EVENT_TYPES: dict[type[events.Event], type[LeadEvent]] = {
    events.LeadRecorded: LeadRecorded,
    events.LeadAdvanced: LeadAdvanced,
    events.LeadAssigned: LeadAssigned,
    events.LeadNoted: LeadNoted,
    events.LeadEscalated: LeadEscalated,
    events.HireConfirmed: HireConfirmed,
    events.Reset: LeadsReset,
    events.Unrecognised: LeadsReset,
}
EVENT_TYPES: tuple[type[LogEvent], ...] = tuple(
    dict.fromkeys((*_SESSION_EVENT_TYPES.values(), *_LEAD_EVENT_TYPES.values()))
)


def build_session_event(placed: EventEnvelope) -> SessionEvent:
    """The GraphQL object of an event of a session."""
    return _SESSION_EVENT_TYPES[type(placed.event)].of(placed)


def build_lead_event(placed: EventEnvelope) -> LeadEvent:
    """The GraphQL object of an event of a session's leads."""
    return _LEAD_EVENT_TYPES[type(placed.event)].of(placed)
