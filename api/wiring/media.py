"""Builds the objects of the media process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from api.connections.limits import ConnectionLimits
from api.connections.places import ConnectionPlaces
from api.media.camera_sockets import CameraSockets
from api.media.folder_watch import FolderWatch
from api.media.hls_encoder import find_ffmpeg
from api.media.limits import MediaLimits
from api.media.media_folder import MediaFolder
from api.media.picture_files import PictureFiles
from api.media.recording_files import RecordingFiles
from api.media.recording_folder import RecordingFolder
from api.media.service_client import ServiceClient
from api.media.viewer_seats import ViewerSeats
from api.settings import Settings, SettingsInvalid

_CONNECTIONS_PER_VIEWER = 4
"""A player opens one or two; those of players that have just left are still there."""


@dataclass(frozen=True, kw_only=True)
class MediaNode:
    """The parts of the media process, which the routes pass requests to."""

    cameras: CameraSockets
    files: PictureFiles
    recordings: RecordingFiles
    seats: ViewerSeats
    folder: MediaFolder
    limits: MediaLimits

    def describe(self) -> dict[str, int]:
        """Return what it does now, and the most that it does."""
        return {
            "cameras": len(self.cameras.on_air),
            "maxCameras": self.limits.max_cameras,
            "viewers": len(self.seats),
            "maxViewers": self.limits.max_viewers,
            "folderBytes": self.folder.byte_count,
            "maxFolderBytes": self.limits.max_folder_bytes,
        }


@asynccontextmanager
async def run_media_node(settings: Settings, limits: MediaLimits) -> AsyncIterator[MediaNode]:
    """Run the parts of the media process until the block ends.

    :raises SettingsInvalid: SONGGANG_MEDIA_KEY is not set.
    :raises FfmpegNotFound: this machine has no ffmpeg.
    """
    if settings.media_key is None:
        raise SettingsInvalid(
            "SONGGANG_MEDIA_KEY: set the same key for `songgang media` and for the service"
        )
    key = settings.media_key.get_secret_value()
    program = find_ffmpeg()
    service = ServiceClient(settings.media_service_url or f"http://127.0.0.1:{settings.port}", key)
    root = settings.media_dir or settings.data_dir / "media"
    folder = MediaFolder(root, limits)
    seats = ViewerSeats(limits, asyncio.get_running_loop().time)
    files = PictureFiles(folder, seats, limits, key)
    recordings = RecordingFolder(root / "recordings", limits)
    cameras = CameraSockets(service, folder, files, recordings, limits, program=program, key=key)
    watch = FolderWatch(folder, cameras, files, recordings, limits, clock=time.time)
    watch.start()
    try:
        yield MediaNode(
            cameras=cameras,
            files=files,
            recordings=RecordingFiles(recordings, key),
            seats=seats,
            folder=folder,
            limits=limits,
        )
    finally:
        await watch.close()
        await service.close()


def create_media_places(limits: MediaLimits) -> ConnectionPlaces:
    """Return the places for connections: for so many players and cameras, and a few more."""
    most = _CONNECTIONS_PER_VIEWER * limits.max_viewers + limits.max_cameras + 64
    return ConnectionPlaces(ConnectionLimits(max_connections=most, max_per_address=most))
