"""Mutations of recordings: the host's consent, and deletion."""

from typing import Annotated

import strawberry

from domain.identity.accounts import Role
from schema import errors
from schema.context import Info
from schema.live.recording_types import SessionRecording
from schema.live.session_mutations import SessionInput
from schema.live.session_types import LiveSession
from schema.relay import parse_global_id


@strawberry.input
class RecordPortraitConsentInput(SessionInput):
    text_version: str = strawberry.field(
        description="The version of the `portraitConsentText` that the host agreed to."
    )
    person: str | None = strawberry.field(
        default=None,
        description="The name of the host that was shown with the text: refused when another "
        "person is the host by now.",
    )


@strawberry.input
class DeleteRecordingInput(SessionInput):
    reason: str = strawberry.field(description="5 to 200 characters, for the audit log.")


@strawberry.type
class PortraitConsentRecorded:
    session: LiveSession
    recording: SessionRecording


@strawberry.type
class RecordingDeleted:
    session: LiveSession


RecordPortraitConsentResult = Annotated[
    PortraitConsentRecorded
    | errors.ConsentRequired
    | errors.SessionStateConflict
    | errors.CommonRefusal,
    strawberry.union("RecordPortraitConsentResult"),
]
DeleteRecordingResult = Annotated[
    RecordingDeleted | errors.CommonRefusal, strawberry.union("DeleteRecordingResult")
]


@strawberry.type
class RecordingMutations:
    @strawberry.mutation(
        description="Store that the host agrees to be recorded, as the host, or as an officer who "
        "has it in writing. From the start of the session the picture of a browser's camera is "
        "kept; without a consent nothing is."
    )
    async def record_portrait_consent(
        self, info: Info, input: RecordPortraitConsentInput
    ) -> RecordPortraitConsentResult:
        session = await info.context.services.recording_control.record_consent(
            info.context.require(Role.HOST, Role.OFFICER),
            parse_global_id(input.session_id, "LiveSession", "input", "sessionId"),
            input.text_version,
            input.person,
        )
        assert session.recording is not None  # it was stored
        return PortraitConsentRecorded(
            session=LiveSession.of(session), recording=SessionRecording.of(session.recording)
        )

    @strawberry.mutation(
        description="End the consent of the host and delete the recording, during the session or "
        "after it. Where there is none, nothing changes."
    )
    async def delete_recording(
        self, info: Info, input: DeleteRecordingInput
    ) -> DeleteRecordingResult:
        session = await info.context.services.recording_control.delete(
            info.context.require(Role.HOST, Role.OFFICER),
            parse_global_id(input.session_id, "LiveSession", "input", "sessionId"),
            input.reason,
        )
        return RecordingDeleted(session=LiveSession.of(session))
