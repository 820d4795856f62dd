"""Keeps the object store as the folder of pictures is: for each picture its playlist and segments.

Nothing waits in a queue. Each round looks at what the folder has and the store lacks, so what is
held back while the store is slow is what the folder has, and the rest was too old for players.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.media.hls_encoder import PLAYLIST
from api.media.limits import MediaLimits
from api.media.media_folder import PICTURE_NAME, SEGMENT_NAME, MediaFolder
from api.media.object_store import ObjectStore, StoreAway
from realtime.background import Periodic, Schedule
from workers.attempts import attempt_all

INDEX = "index.m3u8"
"""The playlist of a picture, and of a recording, in the store."""
PLAYLIST_HEADERS = {
    "Content-Type": "application/vnd.apple.mpegurl",
    "Cache-Control": "public, max-age=1",
}
SEGMENT_HEADERS = {
    "Content-Type": "video/mp2t",
    "Cache-Control": "public, max-age=300, immutable",
}
_MAX_RETRY_SECONDS = 2.0
_SEGMENTS_A_ROUND = 3
"""Segments of a picture that are stored at the same time; then the playlist names them."""
_ROOT = "live"


@dataclass(kw_only=True)
class _StoredPicture:
    """What the store has of a picture; ``segments`` is None where a process before has put some."""

    segments: set[str] | None = None
    playlist: str = ""


class StoredPictures(Periodic):
    """Mirrors the folder of pictures every ``store_check_seconds``."""

    def __init__(self, folder: MediaFolder, store: ObjectStore, limits: MediaLimits) -> None:
        schedule = Schedule(
            interval_seconds=limits.store_check_seconds, max_retry_seconds=_MAX_RETRY_SECONDS
        )
        super().__init__("stored_pictures", schedule)
        self._folder = folder
        self._store = store
        self._pictures: dict[str, _StoredPicture] = {}
        self._is_begun = False

    def find_playlist(self, picture: str) -> str | None:
        """Return the playlist that players get of a picture; None if there is none."""
        stored = self._pictures.get(picture)
        return stored.playlist or None if stored is not None else None

    async def run_once(self) -> None:
        """Store what is new, and delete what the folder has no more.

        :raises StoreAway: something could not be stored or deleted; the next round does it.
        """
        if not self._is_begun:
            # A process before may have left pictures whose cameras were cut off meanwhile.
            for name in await self._store.list_folders(_ROOT):
                if PICTURE_NAME.fullmatch(name):  # others are not ours
                    self._pictures.setdefault(name, _StoredPicture())
            self._is_begun = True
        names = await asyncio.to_thread(self._folder.list_pictures)
        for name in names:
            self._pictures.setdefault(name, _StoredPicture(segments=set()))
        failures = await attempt_all(
            (
                self._mirror(name, stored) if name in names else self._delete(name)
                for name, stored in tuple(self._pictures.items())
            ),
            StoreAway,
        )
        if failures:
            raise StoreAway

    async def _delete(self, name: str) -> None:
        await self._store.delete_folder(f"{_ROOT}/{name}", first=INDEX)
        del self._pictures[name]

    async def _mirror(self, name: str, stored: _StoredPicture) -> None:
        folder = f"{_ROOT}/{name}"
        lines, files = await asyncio.to_thread(self._look_at, name)
        if stored.segments is None:
            stored.segments = await self._store.list_names(folder) - {INDEX}
        missing = [each for each in segments_of(lines) if each not in stored.segments]
        files_left = [self._folder.path_of(name) / each for each in missing]
        try:
            await self._put_segments(folder, files_left[:_SEGMENTS_A_ROUND], stored.segments)
        finally:
            await self._publish(folder, stored, cut_playlist(lines, stored.segments))
        listed = segments_of(stored.playlist.splitlines())
        old = stored.segments.difference(files, listed)
        if old:
            await self._store.delete(folder, sorted(old))
            stored.segments -= old

    async def _put_segments(self, folder: str, files: list[Path], segments: set[str]) -> None:
        async def put(file: Path) -> None:
            # One that is not there any more is not in the next playlist.
            if await self._store.put_file(folder, file, SEGMENT_HEADERS):
                segments.add(file.name)

        if await attempt_all([put(file) for file in files], StoreAway):
            raise StoreAway

    async def _publish(self, folder: str, stored: _StoredPicture, playlist: str) -> None:
        """Store a playlist whose segments are all there; an old one stays where there is none."""
        if playlist and playlist != stored.playlist:
            await self._store.put(folder, INDEX, playlist.encode(), PLAYLIST_HEADERS)
            stored.playlist = playlist

    def _look_at(self, name: str) -> tuple[list[str], frozenset[str]]:
        """Return the lines of the playlist of a picture, and the names of its files."""
        folder = self._folder.path_of(name)
        try:
            lines = (folder / PLAYLIST).read_text("utf-8").splitlines()
            return lines, frozenset(each.name for each in folder.iterdir())
        except OSError:
            return [], frozenset()  # there is no segment yet, or no picture any more


def segments_of(lines: Iterable[str]) -> list[str]:
    """Return the names of the segments that lines of a playlist list."""
    return [line for line in lines if SEGMENT_NAME.fullmatch(line)]


def cut_playlist(lines: Sequence[str], stored: Collection[str]) -> str:
    """Return a playlist up to the first segment that is not stored; empty if that is the first one.

    The lines of a segment are those before its name: they go with it.
    """
    end = 0
    for at, line in enumerate(lines):
        if not SEGMENT_NAME.fullmatch(line):
            continue
        if line not in stored:
            break
        end = at + 1
    return "\n".join([*lines[:end], ""]) if end else ""
