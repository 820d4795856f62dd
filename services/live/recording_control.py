"""The recording of a session: the consent to it, its deletion, and what viewers may watch."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from domain.identity.accounts import Principal
from domain.identity.audit import (
    SERVICE_ACTOR,
    Actor,
    AuditAction,
    AuditEntry,
    check_reason,
    staff_actor,
)
from domain.live.events import LoggedEvent
from domain.live.log_topics import session_topic
from domain.live.media_servers import CameraServer
from domain.live.portrait_consent import (
    PortraitConsentText,
    check_text_version,
    portrait_consent_text,
)
from domain.live.session_recordings import Replay, delete_recording, give_consent, show_replay
from domain.live.sessions import LiveSession, SessionRecording
from domain.refusals import InvalidInput
from realtime.group_commit import GroupCommit
from services.live.session_access import load_session, require_directed_session
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.store import Store

_SESSION_FIELD = ("input", "sessionId")
_NAME_BYTES = 16

RecordingChange = Callable[[LiveSession], SessionRecording | None]
"""Returns the next state of a session's recording; it may refuse, and may be called again."""


class RecordingControl:
    """Changes the recordings of sessions. ``kept`` is how long one is kept after its session.

    ``cameras`` is the media process of this service, which keeps them; None while there is none.
    """

    def __init__(
        self,
        store: Store,
        commit: GroupCommit,
        cameras: CameraServer | None,
        clock: Clock,
        *,
        kept: timedelta,
    ) -> None:
        self._store = store
        self._commit = commit
        self._cameras = cameras
        self._clock = clock
        self.kept = kept

    @property
    def consent_text(self) -> PortraitConsentText:
        """The text that a host has to agree to before anything is recorded."""
        return portrait_consent_text(self.kept.days)

    async def record_consent(
        self, caller: Principal, session_id: str, text_version: str, person: str | None = None
    ) -> LiveSession:
        """Store that the host of a session agreed to be recorded; from now on the picture is kept.

        The host says so, or an officer who has it in writing. ``person`` is the name that was
        shown with the text, if it is said. A consent that stands stays.

        :raises NotFound: there is no such session for the caller.
        :raises NotPermitted: the caller does not direct it.
        :raises ConsentRequired: the version is not that of the present text, or somebody else is
            the host.
        :raises InvalidInput: this service takes no cameras of browsers.
        :raises SessionStateConflict: the session is over, or a recording is still being deleted.
        """
        await require_directed_session(self._store, caller, session_id, _SESSION_FIELD)
        version = check_text_version(text_version)
        if self._cameras is None:
            raise InvalidInput(
                "This service records only cameras of browsers, and takes none. Ask its operator.",
                "本系统仅支持录制网页摄像头画面，目前尚未开通，请联系系统管理员。",
                field=_SESSION_FIELD,
            )
        at, name = self._clock(), secrets.token_hex(_NAME_BYTES)
        return await self.change(
            session_id,
            lambda session: give_consent(
                session,
                name=name,
                version=version,
                account_id=caller.subject,
                at=at,
                person=person,
            ),
            audit=_audit_entry(
                staff_actor(caller),
                AuditAction.CONSENT_TO_RECORDING,
                session_id,
                f"version {version}",
            ),
        )

    async def delete(self, caller: Principal, session_id: str, reason: str) -> LiveSession:
        """End the consent and delete the recording; the audit log keeps the reason.

        Nobody can watch it from now on. The media process deletes it within a minute, or as soon
        as it is back.

        :raises NotFound: there is no such session for the caller.
        :raises NotPermitted: the caller does not direct it.
        :raises InvalidInput: the reason has fewer than 5 or more than 200 characters, or a number.
        """
        await require_directed_session(self._store, caller, session_id, _SESSION_FIELD)
        told = check_reason(reason, ("input", "reason"))
        at = self._clock()
        return await self.change(
            session_id,
            lambda session: delete_recording(session, at=at),
            audit=_audit_entry(staff_actor(caller), AuditAction.DELETE_RECORDING, session_id, told),
        )

    async def delete_unasked(
        self, session_id: str, decide: RecordingChange, reason: str
    ) -> LiveSession:
        """End a consent though nobody asked for it; the audit log keeps why, in English."""
        audit = _audit_entry(SERVICE_ACTOR, AuditAction.DELETE_RECORDING, session_id, reason)
        return await self.change(session_id, decide, audit=audit)

    def find_replay(self, session: LiveSession) -> Replay | None:
        """Return what viewers may watch of a session, if there is something."""
        if self._cameras is None:
            return None
        return show_replay(session, at=self._clock(), kept=self.kept)

    def address_of(self, replay: Replay) -> str:
        """Return the address of the playlist of a replay."""
        assert self._cameras is not None  # there is a replay
        return self._cameras.recording_of(replay.name)

    async def change(
        self, session_id: str, decide: RecordingChange, *, audit: AuditEntry | None = None
    ) -> LiveSession:
        """Apply a change to the session as it is now, whoever asks, and return it after that.

        A change that leaves the recording as it is writes nothing, and no audit entry.

        :raises NotFound: there is no such session.
        """

        async def change(transaction: Transaction) -> tuple[LiveSession, Sequence[LoggedEvent]]:
            before = await load_session(self._store, session_id, transaction)
            recording = decide(before)
            if recording is None or recording == before.recording:
                return before, []
            await self._store.live_sessions.set_recording(
                before, recording, transaction=transaction
            )
            if audit is not None:
                await self._store.audit_log.append(
                    [audit], at=self._clock(), transaction=transaction
                )
            return replace(before, recording=recording), []

        return await self._commit.append(session_topic(session_id), change)


def _audit_entry(actor: Actor, action: AuditAction, session_id: str, detail: str) -> AuditEntry:
    return AuditEntry(
        actor=actor,
        action=action,
        subject_type="LiveSession",
        subject_id=session_id,
        detail=detail,
    )
