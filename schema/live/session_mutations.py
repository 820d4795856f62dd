"""Directing a live session: on air and off, segments, pinning postings, announcements."""

from typing import Annotated

import strawberry

from domain.errors import InvalidInput
from domain.free_text import check_text
from domain.live.sessions import Segment, SessionStatus
from domain.screening.text_rules import check_public_text
from schema import errors
from schema.context import Info
from schema.live.session_types import LiveSession
from schema.postings.posting_types import Posting
from schema.relay import parse_global_id
from schema.scopes import require_directed_session

MAX_ANNOUNCEMENT_LENGTH = 500
MAX_SEGMENT_TITLE_LENGTH = 60


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


MoveRefusal = errors.SessionStateConflict | errors.CommonRefusal
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
    | errors.CommonRefusal,
    strawberry.union("PinPostingResult"),
]
UnpinPostingResult = Annotated[
    SessionChanged | errors.SessionNotLive | errors.CommonRefusal,
    strawberry.union("UnpinPostingResult"),
]
SetSegmentResult = Annotated[
    SessionChanged | errors.SessionNotLive | errors.TextRefused | errors.CommonRefusal,
    strawberry.union("SetSegmentResult"),
]
AnnounceResult = Annotated[
    Announced | errors.SessionNotLive | errors.TextRefused | errors.CommonRefusal,
    strawberry.union("AnnounceResult"),
]


async def _require_session_id(info: Info, given: SessionInput) -> str:
    """The local id of the session, which the caller may direct."""
    return (await require_directed_session(info.context, given.session_id, "input", "sessionId")).id


async def _move_session(info: Info, given: SessionInput, wanted: SessionStatus) -> SessionChanged:
    session_id = await _require_session_id(info, given)
    moved = await info.context.services.session_control.change_status(session_id, wanted)
    return SessionChanged(session=LiveSession.of(moved))


@strawberry.type
class SessionMutations:
    @strawberry.mutation(description="Go on air.")
    async def start_session(self, info: Info, input: StartSessionInput) -> StartSessionResult:
        return await _move_session(info, input, SessionStatus.LIVE)

    @strawberry.mutation(description="The picture is gone for a while.")
    async def interrupt_session(
        self, info: Info, input: InterruptSessionInput
    ) -> InterruptSessionResult:
        return await _move_session(info, input, SessionStatus.INTERRUPTED)

    @strawberry.mutation(description="Go on after an interruption.")
    async def resume_session(self, info: Info, input: ResumeSessionInput) -> ResumeSessionResult:
        return await _move_session(info, input, SessionStatus.LIVE)

    @strawberry.mutation(description="Go off air for good.")
    async def end_session(self, info: Info, input: EndSessionInput) -> EndSessionResult:
        return await _move_session(info, input, SessionStatus.ENDED)

    @strawberry.mutation(description="Call a session off before it has begun.")
    async def cancel_session(self, info: Info, input: CancelSessionInput) -> CancelSessionResult:
        return await _move_session(info, input, SessionStatus.CANCELLED)

    @strawberry.mutation(description="Show a posting in the room.")
    async def pin_posting(self, info: Info, input: PinPostingInput) -> PinPostingResult:
        session_id = await _require_session_id(info, input)
        posting_id = parse_global_id(input.posting_id, "Posting", "input", "postingId")
        await info.context.services.posting_gate.rescreen_before_showing(posting_id)
        session = await info.context.services.session_control.pin(session_id, posting_id)
        record = await info.context.loaders.postings.load(posting_id)
        assert record is not None  # it was pinned a moment ago, and postings are not deleted
        return PostingShown(session=LiveSession.of(session), posting=Posting.of(record))

    @strawberry.mutation(description="Take the shown posting away.")
    async def unpin_posting(self, info: Info, input: UnpinPostingInput) -> UnpinPostingResult:
        session_id = await _require_session_id(info, input)
        session = await info.context.services.session_control.unpin(session_id)
        return SessionChanged(session=LiveSession.of(session))

    @strawberry.mutation(description="Say what is on air now; leads keep it.")
    async def set_segment(self, info: Info, input: SetSegmentInput) -> SetSegmentResult:
        session_id = await _require_session_id(info, input)
        title = input.title.strip()
        check_text(title, MAX_SEGMENT_TITLE_LENGTH, ("input", "title"))
        check_public_text(title, ("input", "title"))
        session = await info.context.services.session_control.set_segment(
            session_id, input.segment, title
        )
        return SessionChanged(session=LiveSession.of(session))

    @strawberry.mutation(description="Say something to everybody in the room.")
    async def announce(self, info: Info, input: AnnounceInput) -> AnnounceResult:
        session_id = await _require_session_id(info, input)
        body = input.body.strip()
        if not body:
            raise InvalidInput("Say something.", field=("input", "body"))
        check_text(body, MAX_ANNOUNCEMENT_LENGTH, ("input", "body"))
        check_public_text(body, ("input", "body"))
        session = await info.context.services.session_control.announce(session_id, body)
        return Announced(session=LiveSession.of(session))
