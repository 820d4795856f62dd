"""The recording of a session: nothing is kept without a portrait consent, and nothing for ever.

    consent given ── on air, ended ──> FOUND ── deleted, or its days over ──> DELETED ──> REMOVED
          └────────────────────────── deleted ──────────────────────────────────┘

The media process keeps what players got, under a name that only this record knows. It is asked
what there is; what it was told is not relied on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.live.sessions import ON_AIR_STATUSES, LiveSession, SessionRecording, SessionStatus
from domain.refusals import ConsentRequired, SessionStateConflict

DEFAULT_KEPT_DAYS = 30
LATE_SEGMENTS = timedelta(minutes=1)
"""How long after the end of a session its last segments may still come."""


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What viewers may watch after the end."""

    name: str
    duration_seconds: int
    expires_at: datetime


def give_consent(
    session: LiveSession,
    *,
    name: str,
    version: str,
    account_id: str,
    at: datetime,
    person: str | None = None,
) -> SessionRecording:
    """Return the recording that the consent of the session's host allows.

    ``name`` is a new one that nobody guesses, ``person`` who is said to have consented, if that is
    said. A consent of the host that stands stays as it is.

    :raises ConsentRequired: somebody else is the host.
    :raises SessionStateConflict: the session is over, or its last recording is still being deleted.
    """
    if person is not None and person != session.host.name:
        raise ConsentRequired(
            "The host of the session has changed. Its host now has to read the text and agree.",
            "本场主播已更换，请由现任主播阅读授权书并确认同意。",
            field=("input", "person"),
        )
    before = session.recording
    if before is not None and before.deleted_at is None and before.person == session.host.name:
        return before
    if session.status not in ON_AIR_STATUSES | {SessionStatus.SCHEDULED}:
        raise SessionStateConflict(
            "Consent is given before the session or while it is on air.",
            "授权须在开播前或直播过程中确认。",
        )
    if before is not None and before.removed_at is None:
        raise SessionStateConflict(
            "The recording of before is still being deleted. Try again in a minute.",
            "此前的录像正在删除，请一分钟后再试。",
        )
    return SessionRecording(
        name=name,
        person=session.host.name,
        consent_version=version,
        consented_at=at,
        consent_recorded_by=account_id,
    )


def recording_name(session: LiveSession) -> str:
    """Return under which name the picture is to be kept now; empty when it may not be kept.

    A rehearsal is not kept, nor what comes for another host than the one who consented.
    """
    recording = session.recording
    if (
        recording is None
        or recording.deleted_at is not None
        or recording.person != session.host.name
        or session.status not in ON_AIR_STATUSES
        or session.stream.is_cut_off
    ):
        return ""
    return recording.name


def delete_recording(session: LiveSession, *, at: datetime) -> SessionRecording | None:
    """Return the recording with its consent ended, if there is one.

    A second deletion changes nothing.
    """
    recording = session.recording
    if recording is None or recording.deleted_at is not None:
        return recording
    return replace(recording, deleted_at=at)


def find_overdue(session: LiveSession, *, at: datetime, kept: timedelta) -> bool:
    """Return whether the recording has to be deleted now though nobody asked for it.

    Its days are over, or somebody else is the host now: the consent was not theirs.
    """
    recording = session.recording
    if recording is None or recording.deleted_at is not None:
        return False
    is_over = session.ended_at is not None and at - session.ended_at >= kept
    return is_over or recording.person != session.host.name


def note_found(
    recording: SessionRecording, *, duration_seconds: int, byte_count: int, at: datetime
) -> SessionRecording:
    """Return the recording after the media process said how much of it there is."""
    known = note_progress(recording, duration_seconds=duration_seconds, byte_count=byte_count)
    return replace(known, found_at=recording.found_at or at)


def note_progress(
    recording: SessionRecording, *, duration_seconds: int, byte_count: int
) -> SessionRecording:
    """Return the recording after the media process said how much there is while it runs."""
    return replace(recording, duration_seconds=duration_seconds, byte_count=byte_count)


def note_missing(session: LiveSession, *, at: datetime) -> SessionRecording | None:
    """Return the recording after the media process said that there is none.

    Before the end of the session, and a minute after it, that means nothing yet.
    """
    recording, ended_at = session.recording, session.ended_at
    if recording is None or recording.removed_at is not None:
        return recording
    if recording.deleted_at is None and (ended_at is None or at - ended_at < LATE_SEGMENTS):
        return recording
    return replace(recording, deleted_at=recording.deleted_at or at, removed_at=at)


def show_replay(session: LiveSession, *, at: datetime, kept: timedelta) -> Replay | None:
    """Return what viewers may watch of the session; None while there is nothing."""
    recording, ended_at = session.recording, session.ended_at
    if recording is None or ended_at is None or session.status is not SessionStatus.ENDED:
        return None
    is_shown = recording.found_at is not None and recording.deleted_at is None
    if not is_shown or session.stream.is_cut_off or find_overdue(session, at=at, kept=kept):
        return None
    return Replay(
        name=recording.name,
        duration_seconds=recording.duration_seconds,
        expires_at=ended_at + kept,
    )
