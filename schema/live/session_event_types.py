"""The events of a live session, as `sessionEvents` delivers them."""

import strawberry

from domain.live import events
from domain.live.events import EventEnvelope
from domain.live.sessions import Segment
from schema.context import Info
from schema.live.log_event_types import LogEvent
from schema.live.question_types import Question, find_published_question
from schema.live.session_types import LiveSession, PostingTally
from schema.live.stream_types import Stream
from schema.postings.posting_types import Posting, find_open_posting
from schema.relay import global_id


@strawberry.interface(description="An event of a live session.")
class SessionEvent(LogEvent): ...


@strawberry.type
class _SessionStatusEvent(SessionEvent):
    @strawberry.field(description="The session as it is now.")
    async def session(self, info: Info) -> LiveSession:
        return await _load_session(info, self.placed)


@strawberry.type(description="The session went on air.")
class SessionStarted(_SessionStatusEvent): ...


@strawberry.type(description="The session was interrupted: its picture is gone.")
class SessionInterrupted(_SessionStatusEvent): ...


@strawberry.type(description="The session is on air again after an interruption.")
class SessionResumed(_SessionStatusEvent): ...


@strawberry.type(description="The session ended for good.")
class SessionEnded(_SessionStatusEvent): ...


@strawberry.type(description="The session was cancelled before it began.")
class SessionCancelled(_SessionStatusEvent): ...


@strawberry.type(
    description="Title, description, cover, host, start or running order of the session changed. "
    "Pages of `postings` read before belong to the order of before: read them again."
)
class SessionEdited(_SessionStatusEvent): ...


@strawberry.type(
    description="A posting is shown in the session; it replaces the last one. For the posting "
    "that is shown already: its terms have changed."
)
class PostingPinned(SessionEvent):
    @strawberry.field(description="Null when it has closed since.")
    async def posting(self, info: Info) -> Posting | None:
        assert isinstance(self.placed.event, events.PostingPinned)  # by _SESSION_EVENT_TYPES
        return await find_open_posting(info.context, self.placed.event.posting_id)


@strawberry.type(description="The posting is no longer shown.")
class PostingUnpinned(SessionEvent):
    @strawberry.field
    def posting_id(self) -> strawberry.ID:
        assert isinstance(self.placed.event, events.PostingUnpinned)  # by _SESSION_EVENT_TYPES
        return global_id("Posting", self.placed.event.posting_id)


@strawberry.type(
    description="A posting of the session is not open any more: it was filled, closed or held. "
    "Offer no interest in it."
)
class SessionPostingClosed(SessionEvent):
    @strawberry.field
    def posting_id(self) -> strawberry.ID:
        assert isinstance(self.placed.event, events.SessionPostingClosed)  # by _SESSION_EVENT_TYPES
        return global_id("Posting", self.placed.event.posting_id)


@strawberry.type(description="A posting of the session that was closed is open again.")
class SessionPostingOpened(SessionEvent):
    @strawberry.field(description="Null when it has closed since.")
    async def posting(self, info: Info) -> Posting | None:
        assert isinstance(self.placed.event, events.SessionPostingOpened)  # by _SESSION_EVENT_TYPES
        return await find_open_posting(info.context, self.placed.event.posting_id)


@strawberry.type(description="An announcement to everybody in the session.")
class Announcement(SessionEvent):
    @strawberry.field
    def body(self) -> str:
        assert isinstance(self.placed.event, events.Announcement)  # by _SESSION_EVENT_TYPES
        return self.placed.event.body


@strawberry.type(description="Another segment of the session begins.")
class SegmentChanged(SessionEvent):
    @strawberry.field
    def segment(self) -> Segment:
        assert isinstance(self.placed.event, events.SegmentChanged)  # by _SESSION_EVENT_TYPES
        return self.placed.event.segment

    @strawberry.field
    def title(self) -> str:
        assert isinstance(self.placed.event, events.SegmentChanged)  # by _SESSION_EVENT_TYPES
        return self.placed.event.title


@strawberry.type(description="The picture of the session changed.")
class StreamChanged(SessionEvent):
    @strawberry.field(description="The picture as it is now.")
    async def stream(self, info: Info) -> Stream:
        return Stream.of((await _load_session(info, self.placed)).record, info.context)


@strawberry.type(description="The host slowed questions down, or ended slow mode.")
class SlowModeChanged(SessionEvent):
    @strawberry.field(description="Seconds between two questions of one viewer; 0 is no slow mode.")
    def seconds(self) -> int:
        assert isinstance(self.placed.event, events.SlowModeChanged)  # by _SESSION_EVENT_TYPES
        return self.placed.event.seconds


@strawberry.type
class _QuestionEvent(SessionEvent):
    @strawberry.field(
        description="The question as it is now; null when it has been declined since."
    )
    async def question(self, info: Info) -> Question | None:
        # By _SESSION_EVENT_TYPES.
        assert isinstance(self.placed.event, (events.QuestionPublished, events.QuestionAnswered))
        return await find_published_question(info.context, self.placed.event.question_id)


@strawberry.type(description="A viewer's question was published.")
class QuestionPublished(_QuestionEvent): ...


@strawberry.type(description="A question was answered, or its answer changed.")
class QuestionAnswered(_QuestionEvent): ...


@strawberry.type(description="A published question was declined and is no longer shown.")
class QuestionHidden(SessionEvent):
    @strawberry.field
    def question_id(self) -> strawberry.ID:
        assert isinstance(self.placed.event, events.QuestionHidden)  # by _SESSION_EVENT_TYPES
        return global_id("Question", self.placed.event.question_id)


@strawberry.type(
    description="Interest counts changed. At most four a second; a later one replaces it."
)
class TallyChanged(SessionEvent):
    @strawberry.field(description="All interests of the session.")
    def total(self) -> int:
        assert isinstance(self.placed.event, events.TallyChanged)  # by _SESSION_EVENT_TYPES
        return self.placed.event.total

    @strawberry.field(description="Postings whose count changed in the last minute, at most 100.")
    def tallies(self) -> list[PostingTally]:
        assert isinstance(self.placed.event, events.TallyChanged)  # by _SESSION_EVENT_TYPES
        return [PostingTally.of(*tally) for tally in self.placed.event.interests.items()]


@strawberry.type(description="The number of viewers changed. At most one a second.")
class PresenceChanged(SessionEvent):
    @strawberry.field(description="Viewers now, over all nodes.")
    def viewers(self) -> int:
        assert isinstance(self.placed.event, events.PresenceChanged)  # by _SESSION_EVENT_TYPES
        return self.placed.event.viewers

    @strawberry.field(description="The highest number of viewers at once.")
    def peak_viewers(self) -> int:
        assert isinstance(self.placed.event, events.PresenceChanged)  # by _SESSION_EVENT_TYPES
        return self.placed.event.peak_viewers


@strawberry.type(
    description="The cursor could not be resumed (too old, from the future, of another "
    "session, or of another history of the log): discard your state, take the snapshot, and "
    "continue from here."
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


_SESSION_EVENT_TYPES: dict[type[events.Event], type[SessionEvent]] = {
    events.SessionStarted: SessionStarted,
    events.SessionInterrupted: SessionInterrupted,
    events.SessionResumed: SessionResumed,
    events.SessionEnded: SessionEnded,
    events.SessionCancelled: SessionCancelled,
    events.SessionEdited: SessionEdited,
    events.PostingPinned: PostingPinned,
    events.PostingUnpinned: PostingUnpinned,
    events.SessionPostingClosed: SessionPostingClosed,
    events.SessionPostingOpened: SessionPostingOpened,
    events.Announcement: Announcement,
    events.SegmentChanged: SegmentChanged,
    events.StreamChanged: StreamChanged,
    events.SlowModeChanged: SlowModeChanged,
    events.QuestionPublished: QuestionPublished,
    events.QuestionAnswered: QuestionAnswered,
    events.QuestionHidden: QuestionHidden,
    events.TallyChanged: TallyChanged,
    events.PresenceChanged: PresenceChanged,
    events.Reset: Reset,
    # An unknown event cannot be shown. The snapshot of a Reset includes its effect.
    events.Unrecognised: Reset,
}
SESSION_EVENT_TYPES: tuple[type[SessionEvent], ...] = tuple(
    dict.fromkeys(_SESSION_EVENT_TYPES.values())
)
"""Every type that implements SessionEvent, each once."""


def build_session_event(placed: EventEnvelope) -> SessionEvent:
    """Return the GraphQL object of an event in a session's log."""
    return _SESSION_EVENT_TYPES[type(placed.event)].of(placed)
