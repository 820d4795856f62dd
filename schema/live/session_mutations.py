"""Directing a live session: on air and off, segments, pinning postings, announcements."""

from typing import Annotated

import strawberry

from domain.errors import InvalidInput
from domain.free_text import check_text
from domain.live.sessions import Segment, SessionStatus
from domain.screening.screening import check_said
from schema import errors
from schema.context import Info
from schema.live.session_types import LiveSession
from schema.postings.posting_types import Posting
from schema.relay import local_id
from schema.scopes import directed

ANNOUNCEMENT_MOST = 500
SEGMENT_TITLE_MOST = 60


@strawberry.input
class SessionInput:
    session_id: strawberry.ID


@strawberry.input
class StartSessionInput(SessionInput): ...


@strawberry.input
class InterruptSessionInput(SessionInput): ...


@strawberry.input
class ResumeSessionInput(SessionInput): ...


@strawberry.input
class EndSessionInput(SessionInput): ...


@strawberry.input
class CancelSessionInput(SessionInput): ...


@strawberry.input
class PinPostingInput(SessionInput):
    posting_id: strawberry.ID


@strawberry.input
class UnpinPostingInput(SessionInput): ...


@strawberry.input
class AnnounceInput(SessionInput):
    body: str


@strawberry.input
class SetSegmentInput(SessionInput):
    segment: Segment
    title: str = ""


@strawberry.type
class SessionChanged:
    session: LiveSession


@strawberry.type
class PostingShown:
    session: LiveSession
    posting: Posting


@strawberry.type
class Announced:
    session: LiveSession


MoveRefusal = errors.SessionStateConflict | errors.AnyRefusal
StartSessionResult = Annotated[SessionChanged | MoveRefusal, strawberry.union("StartSessionResult")]
InterruptSessionResult = Annotated[
    SessionChanged | MoveRefusal, strawberry.union("InterruptSessionResult")
]
ResumeSessionResult = Annotated[
    SessionChanged | MoveRefusal, strawberry.union("ResumeSessionResult")
]
EndSessionResult = Annotated[SessionChanged | MoveRefusal, strawberry.union("EndSessionResult")]
CancelSessionResult = Annotated[
    SessionChanged | MoveRefusal, strawberry.union("CancelSessionResult")
]
PinPostingResult = Annotated[
    PostingShown
    | errors.SessionNotLive
    | errors.PostingNotOpen
    | errors.PostingNotInSession
    | errors.AnyRefusal,
    strawberry.union("PinPostingResult"),
]
UnpinPostingResult = Annotated[
    SessionChanged | errors.SessionNotLive | errors.AnyRefusal,
    strawberry.union("UnpinPostingResult"),
]
SetSegmentResult = Annotated[
    SessionChanged | errors.SessionNotLive | errors.TextRefused | errors.AnyRefusal,
    strawberry.union("SetSegmentResult"),
]
AnnounceResult = Annotated[
    Announced | errors.SessionNotLive | errors.TextRefused | errors.AnyRefusal,
    strawberry.union("AnnounceResult"),
]


async def _directed(info: Info, given: SessionInput) -> str:
    """The local id of the session, which the caller may direct."""
    return (await directed(info.context, given.session_id, "input", "sessionId")).id


async def _moved(info: Info, given: SessionInput, wanted: SessionStatus) -> SessionChanged:
    session_id = await _directed(info, given)
    moved = await info.context.services.desk.move(session_id, wanted)
    return SessionChanged(session=LiveSession.of(moved))


@strawberry.type
class SessionMutations:
    @strawberry.mutation(description="Go on air.")
    async def start_session(self, info: Info, input: StartSessionInput) -> StartSessionResult:
        return await _moved(info, input, SessionStatus.LIVE)

    @strawberry.mutation(description="The picture is gone for a while.")
    async def interrupt_session(
        self, info: Info, input: InterruptSessionInput
    ) -> InterruptSessionResult:
        return await _moved(info, input, SessionStatus.INTERRUPTED)

    @strawberry.mutation(description="Go on after an interruption.")
    async def resume_session(self, info: Info, input: ResumeSessionInput) -> ResumeSessionResult:
        return await _moved(info, input, SessionStatus.LIVE)

    @strawberry.mutation(description="Go off air for good.")
    async def end_session(self, info: Info, input: EndSessionInput) -> EndSessionResult:
        return await _moved(info, input, SessionStatus.ENDED)

    @strawberry.mutation(description="Call a session off before it has begun.")
    async def cancel_session(self, info: Info, input: CancelSessionInput) -> CancelSessionResult:
        return await _moved(info, input, SessionStatus.CANCELLED)

    @strawberry.mutation(description="Show a posting in the room.")
    async def pin_posting(self, info: Info, input: PinPostingInput) -> PinPostingResult:
        session_id = await _directed(info, input)
        posting_id = local_id(input.posting_id, "Posting", "input", "postingId")
        await info.context.services.gate.catch(posting_id)
        session = await info.context.services.desk.pin(session_id, posting_id)
        record = await info.context.loaders.postings.load(posting_id)
        assert record is not None  # it was pinned a moment ago, and postings are not deleted
        return PostingShown(session=LiveSession.of(session), posting=Posting.of(record))

    @strawberry.mutation(description="Take the shown posting away.")
    async def unpin_posting(self, info: Info, input: UnpinPostingInput) -> UnpinPostingResult:
        session_id = await _directed(info, input)
        session = await info.context.services.desk.unpin(session_id)
        return SessionChanged(session=LiveSession.of(session))

    @strawberry.mutation(description="Say what is on air now; leads keep it.")
    async def set_segment(self, info: Info, input: SetSegmentInput) -> SetSegmentResult:
        session_id = await _directed(info, input)
        title = input.title.strip()
        check_text(title, SEGMENT_TITLE_MOST, ("input", "title"))
        check_said(title, ("input", "title"))
        session = await info.context.services.desk.set_segment(session_id, input.segment, title)
        return SessionChanged(session=LiveSession.of(session))

    @strawberry.mutation(description="Say something to everybody in the room.")
    async def announce(self, info: Info, input: AnnounceInput) -> AnnounceResult:
        session_id = await _directed(info, input)
        body = input.body.strip()
        if not body:
            raise InvalidInput("Say something.", field=("input", "body"))
        check_text(body, ANNOUNCEMENT_MOST, ("input", "body"))
        check_said(body, ("input", "body"))
        session = await info.context.services.desk.announce(session_id, body)
        return Announced(session=LiveSession.of(session))
