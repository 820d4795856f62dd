"""Looks at the folders of segments: keeps recordings, deletes what is old, and ends cameras when
space is short."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from api.media.camera_closes import CameraClose
from api.media.camera_sockets import CameraSockets
from api.media.limits import MediaLimits
from api.media.media_folder import MediaFolder
from api.media.picture_files import PictureFiles
from api.media.recording_folder import RecordingFolder
from realtime.background import Periodic, Schedule

_log = structlog.get_logger(__name__)


class FolderWatch(Periodic):
    """Sweeps the folder every ``folder_check_seconds``. ``clock`` gives the system's seconds."""

    def __init__(
        self,
        folder: MediaFolder,
        cameras: CameraSockets,
        files: PictureFiles,
        recordings: RecordingFolder,
        limits: MediaLimits,
        *,
        clock: Callable[[], float],
    ) -> None:
        super().__init__("media_folder", Schedule(interval_seconds=limits.folder_check_seconds))
        self._folder = folder
        self._cameras = cameras
        self._files = files
        self._recordings = recordings
        self._clock = clock

    async def run_once(self) -> None:
        """Sweep once; when there is still no space, end the camera that came last."""
        on_air = frozenset(self._cameras.on_air)
        recorded = await asyncio.to_thread(self._cameras.keep_recordings)
        await asyncio.to_thread(self._recordings.sweep, self._clock(), recorded)
        await asyncio.to_thread(self._folder.sweep, self._clock(), on_air)
        await self._files.forget_deleted()
        if on_air and self._folder.is_full():
            _log.error("no space for pictures", bytes=self._folder.byte_count)
            self._cameras.end_last(CameraClose.STORAGE_FULL)
