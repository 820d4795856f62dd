"""Builds what keeps recordings and what is stored of them the same."""

from __future__ import annotations

from datetime import timedelta

from api.settings import Settings
from realtime.group_commit import GroupCommit
from services.live.recording_control import RecordingControl
from storage.clock import Clock
from storage.store import Store
from workers.recording_server import RecordingServer
from workers.recording_watch import RecordingWatch


def create_recording_control(
    store: Store, commit: GroupCommit, clock: Clock, settings: Settings
) -> RecordingControl:
    """Return the service that changes recordings."""
    kept = timedelta(days=settings.media_recorded_days)
    return RecordingControl(store, commit, settings.camera_server, clock, kept=kept)


def create_recording_watch(
    store: Store, control: RecordingControl, clock: Clock, settings: Settings, *, node: str
) -> list[RecordingWatch]:
    """Return the worker that asks the media process; none where there is no media process."""
    if settings.camera_server is None:
        return []
    server = RecordingServer(settings.camera_server)
    return [RecordingWatch(store, control, server, clock, node=node)]
