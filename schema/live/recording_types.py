"""The GraphQL types of recordings: what viewers may watch again, and what those who direct see."""

from datetime import datetime
from typing import Self

import strawberry

from domain.live.portrait_consent import PortraitConsentText as TextRecord
from domain.live.sessions import LiveSession as SessionRecord
from domain.live.sessions import SessionRecording as RecordingRecord
from schema.context import Context


@strawberry.type(description="The recording of a session, for viewers.")
class Replay:
    hls_url: str = strawberry.field(
        description="A playlist of HTTP Live Streaming (RFC 8216) with its end: players can seek."
    )
    duration_seconds: int
    expires_at: datetime = strawberry.field(description="When it is deleted.")

    @classmethod
    def of(cls, record: SessionRecord, context: Context) -> Self | None:
        recordings = context.services.recording_control
        replay = recordings.find_replay(record)
        if replay is None:
            return None
        return cls(
            hls_url=recordings.address_of(replay),
            duration_seconds=replay.duration_seconds,
            expires_at=replay.expires_at,
        )


@strawberry.type(description="The text that a host agrees to before anything is recorded.")
class PortraitConsentText:
    version: str = strawberry.field(description="Send it as `textVersion`.")
    chinese: str
    english: str

    @classmethod
    def of(cls, record: TextRecord) -> Self:
        return cls(version=record.version, chinese=record.zh, english=record.en)


@strawberry.type(description="The portrait consent of a session, and the recording that it allows.")
class SessionRecording:
    person: str = strawberry.field(description="The host who consented.")
    consent_version: str
    consented_at: datetime
    duration_seconds: int = strawberry.field(
        description="What there is by now; it is a few seconds behind while it runs."
    )
    byte_count: int
    found_at: datetime | None = strawberry.field(
        description="When it was found after the end; null before, and when nothing was recorded."
    )
    deleted_at: datetime | None = strawberry.field(
        description="When it was deleted; nobody can watch it from then on."
    )
    removed_at: datetime | None = strawberry.field(
        description="When the media process had nothing of it any more."
    )

    @classmethod
    def of(cls, record: RecordingRecord) -> Self:
        return cls(
            person=record.person,
            consent_version=record.consent_version,
            consented_at=record.consented_at,
            duration_seconds=record.duration_seconds,
            byte_count=record.byte_count,
            found_at=record.found_at,
            deleted_at=record.deleted_at,
            removed_at=record.removed_at,
        )
