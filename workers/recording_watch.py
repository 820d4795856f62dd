"""The recording watch: asks the media process what it has of each recording, and deletes there.

One node at a time does it. A deletion counts when the media process has nothing any more, so it is
told again until it says so: it may be away, and a camera may have added a last segment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import structlog

from domain.live.session_recordings import (
    delete_recording,
    find_overdue,
    note_found,
    note_missing,
    note_progress,
)
from domain.live.sessions import (
    ON_AIR_STATUSES,
    OVER_STATUSES,
    LiveSession,
    SessionRecording,
)
from realtime.background import Leased, Schedule
from services.live.recording_control import RecordingControl
from storage.clock import Clock
from storage.store import Store
from workers.attempts import attempt_all
from workers.recording_server import FoundRecording, RecordingServerAway

SCHEDULE = Schedule(interval_seconds=5.0)
"""How often recordings are looked at: how long a host waits for a replay, or its deletion."""
MAX_LOOKED_AT = 100
"""Recordings that one round looks at; the next round goes on behind them."""
_LEASE_DURATION = timedelta(seconds=60)

_log = structlog.get_logger(__name__)


class AsksForRecordings(Protocol):
    """The media process, as far as recordings go.

    The calls raise ``RecordingServerAway`` when it does not answer.
    """

    async def find(self, name: str) -> FoundRecording | None:
        """Return how much there is of a recording; None if there is none."""

    async def delete(self, name: str) -> bool:
        """Delete a recording; False if there was nothing of it any more."""

    async def close(self) -> None:
        """Close all connections."""


class RecordingWatch(Leased):
    """Keeps what is stored of recordings and what the media process has the same."""

    def __init__(
        self,
        store: Store,
        control: RecordingControl,
        server: AsksForRecordings,
        clock: Clock,
        *,
        node: str,
        schedule: Schedule = SCHEDULE,
        max_looked_at: int = MAX_LOOKED_AT,
    ) -> None:
        super().__init__(
            "recordings", schedule, store, clock, node=node, lease_duration=_LEASE_DURATION
        )
        self._control = control
        self._server = server
        self._max_looked_at = max_looked_at
        self._last: LiveSession | None = None

    async def run_once(self) -> None:
        """Look at the next recordings, after the last one again at the first."""
        if not await self._take_lease():
            return
        watched = await self._store.live_sessions.with_recording(
            after=self._last, limit=self._max_looked_at
        )
        self._last = watched[-1] if len(watched) == self._max_looked_at else None
        failures = await attempt_all(
            (self._watch(session) for session in watched), RecordingServerAway
        )
        if failures:
            _log.warning("recordings not updated yet", sessions=failures)

    async def close(self) -> None:
        """Stop, and close the connections to the media process."""
        await super().close()
        await self._server.close()

    async def _watch(self, session: LiveSession) -> None:
        at, kept = self._clock(), self._control.kept
        if find_overdue(session, at=at, kept=kept):
            session = await self._control.delete_unasked(
                session.id,
                lambda now: (
                    delete_recording(now, at=at)
                    if find_overdue(now, at=at, kept=kept)
                    else now.recording
                ),
                "its days are over, or somebody else is the host",
            )
        recording = session.recording
        if recording is None:
            return
        if recording.deleted_at is not None:
            if not await self._server.delete(recording.name):
                await self._note(session, recording, None, at)
        elif session.status in OVER_STATUSES | ON_AIR_STATUSES:
            await self._note(session, recording, await self._server.find(recording.name), at)

    async def _note(
        self,
        session: LiveSession,
        asked: SessionRecording,
        found: FoundRecording | None,
        at: datetime,
    ) -> None:
        def decide(now: LiveSession) -> SessionRecording | None:
            if now.recording is None or now.recording.name != asked.name:
                return now.recording
            if found is None:
                return note_missing(now, at=at)
            if now.status not in OVER_STATUSES:
                return note_progress(
                    now.recording,
                    duration_seconds=found.duration_seconds,
                    byte_count=found.byte_count,
                )
            return note_found(
                now.recording,
                duration_seconds=found.duration_seconds,
                byte_count=found.byte_count,
                at=at,
            )

        after = decide(session)
        if after is None or after == session.recording:
            return
        if after.deleted_at is not None and asked.deleted_at is None:
            reason = "the media process has nothing of it, or not any more"
            await self._control.delete_unasked(session.id, decide, reason)
        else:
            await self._control.change(session.id, decide)
