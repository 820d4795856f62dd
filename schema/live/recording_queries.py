"""Queries of recordings: the text of the consent, and the recording of a session."""

import strawberry

from domain.identity.accounts import Role
from schema.context import Info
from schema.live.recording_types import PortraitConsentText, SessionRecording
from schema.relay import parse_global_id
from services.live.session_access import require_directed_session


@strawberry.type
class RecordingQueries:
    @strawberry.field(
        description="What a host agrees to with `recordPortraitConsent`, in both languages."
    )
    async def portrait_consent_text(self, info: Info) -> PortraitConsentText:
        return PortraitConsentText.of(info.context.services.recording_control.consent_text)

    @strawberry.field(
        description="For the host of a session and officers: its recording, or the consent to it; "
        "null without a consent."
    )
    async def session_recording(
        self, info: Info, session_id: strawberry.ID
    ) -> SessionRecording | None:
        session = await require_directed_session(
            info.context.services.store,
            info.context.require(Role.HOST, Role.OFFICER),
            parse_global_id(session_id, "LiveSession", "sessionId"),
            ("sessionId",),
        )
        return SessionRecording.of(session.recording) if session.recording else None
