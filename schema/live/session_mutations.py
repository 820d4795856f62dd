"""Mutations of a live session that is directed: status, pin, segment, slow mode, announcements."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Principal, Role
from domain.live.sessions import Segment, SessionStatus
from schema import errors
from schema.context import Context, Info
from schema.live.session_types import LiveSession
from schema.postings.posting_types import Posting
from schema.relay import parse_global_id


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


@strawberry.input
class SetSlowModeInput(SessionInput):
    seconds: int = strawberry.field(
        description="Seconds between two questions of one viewer, 600 at most; 0 ends slow mode."
    )


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


StatusRefusal = errors.SessionStateConflict | errors.CommonRefusal
StartSessionResult = Annotated[
    SessionChanged | StatusRefusal, strawberry.union("StartSessionResult")
]
InterruptSessionResult = Annotated[
    SessionChanged | StatusRefusal, strawberry.union("InterruptSessionResult")
]
ResumeSessionResult = Annotated[
    SessionChanged | StatusRefusal, strawberry.union("ResumeSessionResult")
]
EndSessionResult = Annotated[SessionChanged | StatusRefusal, strawberry.union("EndSessionResult")]
CancelSessionResult = Annotated[
    SessionChanged | StatusRefusal, strawberry.union("CancelSessionResult")
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
SetSlowModeResult = Annotated[
    SessionChanged | errors.SessionNotLive | errors.CommonRefusal,
    strawberry.union("SetSlowModeResult"),
]
AnnounceResult = Annotated[
    Announced | errors.SessionNotLive | errors.TextRefused | errors.CommonRefusal,
    strawberry.union("AnnounceResult"),
]


@strawberry.type
class SessionMutations:
    @strawberry.mutation(description="Put a session on air.")
    async def start_session(self, info: Info, input: StartSessionInput) -> StartSessionResult:
        return await _change_status(info.context, input, SessionStatus.LIVE)

    @strawberry.mutation(description="Mark a session as interrupted: its picture is gone.")
    async def interrupt_session(
        self, info: Info, input: InterruptSessionInput
    ) -> InterruptSessionResult:
        return await _change_status(info.context, input, SessionStatus.INTERRUPTED)

    @strawberry.mutation(description="Put a session back on air after an interruption.")
    async def resume_session(self, info: Info, input: ResumeSessionInput) -> ResumeSessionResult:
        return await _change_status(info.context, input, SessionStatus.LIVE)

    @strawberry.mutation(description="End a session for good.")
    async def end_session(self, info: Info, input: EndSessionInput) -> EndSessionResult:
        return await _change_status(info.context, input, SessionStatus.ENDED)

    @strawberry.mutation(description="Cancel a session before it has begun.")
    async def cancel_session(self, info: Info, input: CancelSessionInput) -> CancelSessionResult:
        return await _change_status(info.context, input, SessionStatus.CANCELLED)

    @strawberry.mutation(description="Show a posting in the session; it replaces the last one.")
    async def pin_posting(self, info: Info, input: PinPostingInput) -> PinPostingResult:
        caller, session_id = _read_input(info.context, input)
        session, posting = await info.context.services.session_direction.pin(
            caller,
            session_id,
            parse_global_id(input.posting_id, "Posting", "input", "postingId"),
        )
        return PostingShown(session=LiveSession.of(session), posting=Posting.of(posting))

    @strawberry.mutation(description="Unpin the posting that is shown.")
    async def unpin_posting(self, info: Info, input: UnpinPostingInput) -> UnpinPostingResult:
        caller, session_id = _read_input(info.context, input)
        session = await info.context.services.session_direction.unpin(caller, session_id)
        return SessionChanged(session=LiveSession.of(session))

    @strawberry.mutation(description="Set the segment that is on air now; leads record it.")
    async def set_segment(self, info: Info, input: SetSegmentInput) -> SetSegmentResult:
        caller, session_id = _read_input(info.context, input)
        session = await info.context.services.session_direction.set_segment(
            caller, session_id, input.segment, input.title
        )
        return SessionChanged(session=LiveSession.of(session))

    @strawberry.mutation(
        description="Let each viewer ask one question in so many seconds, when too many ask."
    )
    async def set_slow_mode(self, info: Info, input: SetSlowModeInput) -> SetSlowModeResult:
        caller, session_id = _read_input(info.context, input)
        session = await info.context.services.session_direction.set_slow_mode(
            caller, session_id, input.seconds
        )
        return SessionChanged(session=LiveSession.of(session))

    @strawberry.mutation(description="Send an announcement to everybody in the session.")
    async def announce(self, info: Info, input: AnnounceInput) -> AnnounceResult:
        caller, session_id = _read_input(info.context, input)
        session = await info.context.services.session_direction.announce(
            caller, session_id, input.body
        )
        return Announced(session=LiveSession.of(session))


def _read_input(context: Context, input: SessionInput) -> tuple[Principal, str]:
    """The caller, who must be a host or an officer, and the local id of the session."""
    caller = context.require(Role.HOST, Role.OFFICER)
    return caller, parse_global_id(input.session_id, "LiveSession", "input", "sessionId")


async def _change_status(
    context: Context, input: SessionInput, wanted: SessionStatus
) -> SessionChanged:
    caller, session_id = _read_input(context, input)
    session = await context.services.session_direction.change_status(caller, session_id, wanted)
    return SessionChanged(session=LiveSession.of(session))
