"""Builds the objects of the media process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from obstore.exceptions import BaseError

from api.connections.limits import ConnectionLimits
from api.connections.places import ConnectionPlaces
from api.media.camera_sockets import CameraSockets
from api.media.folder_watch import FolderWatch
from api.media.hls_encoder import find_ffmpeg
from api.media.limits import MediaLimits
from api.media.media_folder import MediaFolder
from api.media.object_store import ObjectStore, parse_store_address
from api.media.picture_files import PictureFiles
from api.media.recording_files import RecordingFiles
from api.media.recording_folder import RecordingFolder
from api.media.service_client import ServiceClient
from api.media.stored_pictures import StoredPictures
from api.media.stored_recordings import StoredRecordings
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
    store: ObjectStore | None

    def describe(self) -> dict[str, int | str]:
        """Return what it does now, and the most that it does."""
        store = self.store
        return {
            "cameras": len(self.cameras.on_air),
            "maxCameras": self.limits.max_cameras,
            "viewers": len(self.seats),
            "maxViewers": self.limits.max_viewers,
            "folderBytes": self.folder.byte_count,
            "maxFolderBytes": self.limits.max_folder_bytes,
            "store": "NONE" if store is None else "AWAY" if store.is_away else "OK",
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
    store = _open_store(settings, limits)
    pictures = StoredPictures(folder, store, limits) if store is not None else None
    files = PictureFiles(folder, seats, limits, key, pictures)
    recordings = RecordingFolder(root / "recordings", limits)
    cameras = CameraSockets(service, folder, files, recordings, limits, program=program, key=key)
    stored = None
    if store is not None:
        stored = StoredRecordings(
            recordings, store, limits, on_air=lambda: cameras.recorded, clock=time.time
        )
    watch = FolderWatch(folder, cameras, files, recordings, limits, clock=time.time)
    background = [each for each in (watch, pictures, stored) if each is not None]
    for each in background:
        each.start()
    try:
        yield MediaNode(
            cameras=cameras,
            files=files,
            recordings=RecordingFiles(recordings, key, stored),
            seats=seats,
            folder=folder,
            limits=limits,
            store=store,
        )
    finally:
        for each in background:
            await each.close()
        await service.close()


def _open_store(settings: Settings, limits: MediaLimits) -> ObjectStore | None:
    if settings.media_store is None:
        return None
    try:
        return ObjectStore(parse_store_address(settings.media_store), limits)
    except BaseError as error:
        # Its message may quote a credential.
        raise SettingsInvalid(
            f"SONGGANG_MEDIA_STORE: check the AWS_ variables ({type(error).__name__})"
        ) from None


def create_media_places(limits: MediaLimits) -> ConnectionPlaces:
    """Return the places for connections: for so many players and cameras, and a few more."""
    most = _CONNECTIONS_PER_VIEWER * limits.max_viewers + limits.max_cameras + 64
    return ConnectionPlaces(ConnectionLimits(max_connections=most, max_per_address=most))
