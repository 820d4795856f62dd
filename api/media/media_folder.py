"""The folder of all segments: one folder for each picture, bounded in size and in time.

Players get the last ten seconds of a picture, ffmpeg deletes what is older, and a folder goes with
its camera after ``keep_seconds``. What may be kept is linked into ``RecordingFolder``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from api.media.hls_encoder import PLAYLIST
from api.media.limits import MediaLimits

PICTURE_NAME = re.compile(r"[0-9a-f]{32}")
SEGMENT_NAME = re.compile(r"[0-9a-f]{8}-[0-9]{1,15}\.ts")


@dataclass(frozen=True, kw_only=True)
class _PictureFolder:
    name: str
    byte_count: int
    changed_at: float


class MediaFolder:
    """The pictures of all cameras. ``changed_at`` and ``now`` are seconds of the system's clock."""

    def __init__(self, root: Path, limits: MediaLimits) -> None:
        self._root = root
        self._limits = limits
        self.byte_count = 0
        """Bytes of all segments when the folder was last looked at."""

    def path_of(self, picture: str) -> Path:
        """Return the folder of a picture."""
        return self._root / picture

    def prepare(self, picture: str) -> None:
        """Make the folder of a picture.

        :raises OSError: the disk does not take it.
        """
        self.path_of(picture).mkdir(mode=0o700, parents=True, exist_ok=True)

    def locate(self, picture: str, name: str) -> Path | None:
        """Return where the playlist or a segment of a picture is; None for any other name."""
        is_named = PICTURE_NAME.fullmatch(picture) and (
            name == PLAYLIST or SEGMENT_NAME.fullmatch(name)
        )
        return self._root / picture / name if is_named else None

    def list_pictures(self) -> list[str]:
        """Return the names of all pictures that have a folder."""
        folders = list(self._root.iterdir()) if self._root.is_dir() else []
        return [each.name for each in folders if PICTURE_NAME.fullmatch(each.name)]

    def remove(self, picture: str) -> None:
        """Delete all of a picture."""
        shutil.rmtree(self._root / picture, ignore_errors=True)

    def sweep(self, now: float, on_air: Collection[str]) -> None:
        """Delete the pictures of cameras that stopped long ago; all of them when space is short.

        In all others delete what no playlist lists any more.
        """
        found = self._look_at_pictures(now)
        self.byte_count = sum(each.byte_count for each in found)
        for each in sorted(found, key=lambda one: one.changed_at):
            is_old = now - each.changed_at >= self._limits.keep_seconds
            if each.name not in on_air and (is_old or self.is_full()):
                self.remove(each.name)
                self.byte_count -= each.byte_count

    def is_full(self) -> bool:
        """Whether there is no space for more: in the folder, or on its disk."""
        if self.byte_count >= self._limits.max_folder_bytes:
            return True
        try:
            return shutil.disk_usage(self._root).free < self._limits.min_free_bytes
        except OSError:
            return False  # there is no folder yet

    def _look_at_pictures(self, now: float) -> list[_PictureFolder]:
        return [self._look_at(self._root / name, now) for name in self.list_pictures()]

    def _look_at(self, folder: Path, now: float) -> _PictureFolder:
        kept = {PLAYLIST, *_read_lines(folder / PLAYLIST)}
        sizes, times = [0], [0.0]
        for file in (folder, *folder.iterdir()):
            try:
                status = file.stat()
                is_left = file is not folder and file.name not in kept
                if is_left and now - status.st_mtime >= self._limits.unlisted_seconds:
                    file.unlink()
                    continue
            except OSError:
                continue  # ffmpeg has just deleted it
            sizes.append(status.st_size)
            times.append(status.st_mtime)
        return _PictureFolder(name=folder.name, byte_count=sum(sizes), changed_at=max(times))


def _read_lines(playlist: Path) -> list[str]:
    try:
        return playlist.read_text("utf-8").splitlines()
    except OSError:
        return []  # there is no segment yet
