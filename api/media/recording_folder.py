"""The folder of all recordings: what players got of a session, kept as long as it may be.

A segment is linked, not copied, from the folder of its picture before ffmpeg deletes it there. The
service says whether a picture may be kept, and under which name; each name has a folder.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import ceil
from pathlib import Path

import structlog

from api.media.hls_encoder import PLAYLIST
from api.media.limits import MediaLimits
from api.media.media_folder import SEGMENT_NAME

RECORDING_NAME = re.compile(r"[0-9a-f]{32}")
_LIST = "segments"
"""The file that lists what is kept, in the lines of a playlist."""
_DURATION = re.compile(r"#EXTINF:([0-9]{1,4}(?:\.[0-9]{1,9})?),", re.ASCII)
_DISCONTINUITY = "#EXT-X-DISCONTINUITY"
_MAX_DELETED_NAMES = 1_000
"""Names that the service deleted, and that are not kept again: those of an hour of deletions."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class KeptRecording:
    """How much is kept of one recording; ``changed_at`` is in seconds of the system's clock."""

    byte_count: int = 0
    changed_at: float = 0.0


class RecordingFolder:
    """The recordings of one process. Only threads that may block on the disk call it."""

    def __init__(self, root: Path, limits: MediaLimits) -> None:
        self._root = root
        self._limits = limits
        self._kept = dict(_look_at(each) for each in _folders_of(root))
        self._deleted: dict[str, None] = {}
        self._changes = threading.Lock()

    @property
    def byte_count(self) -> int:
        """Bytes of all recordings."""
        return sum(each.byte_count for each in tuple(self._kept.values()))

    def keep(self, name: str, picture: Path, may_keep: Callable[[str], bool]) -> None:
        """Keep the segments that the playlist of a picture lists and the recording lacks.

        ``may_keep`` says of the name of a segment whether it may be kept. Nothing is kept under a
        name that the service deleted. What the disk does not take is left out: the picture goes on.
        """
        try:
            lines = (picture / PLAYLIST).read_text("utf-8").splitlines()
        except OSError:
            return  # there is no segment yet
        entries = [entry for entry in _entries(lines) if may_keep(entry[1])]
        with self._changes:
            if name in self._deleted or self.byte_count >= self._limits.max_recorded_bytes:
                return
            try:
                for extinf, segment in entries:
                    self._keep_segment(name, picture / segment, extinf)
            except OSError as error:
                _log.error("recording has a gap", error=type(error).__name__)

    def _keep_segment(self, name: str, segment: Path, extinf: str) -> None:
        kept = self._folder_file(name, segment.name)
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(segment, kept)
        except FileExistsError:
            return
        except FileNotFoundError:
            return  # ffmpeg has just deleted it
        try:
            with self._folder_file(name, _LIST).open("a", encoding="utf-8") as file:
                # The disk may have taken a part of the line before.
                file.write(f"\n{extinf}\n{segment.name}\n")
        except OSError:
            # What is not listed is tried again while ffmpeg has it.
            kept.unlink()
            raise
        status = kept.stat()
        before = self._kept.get(name, KeptRecording())
        self._kept[name] = KeptRecording(
            byte_count=before.byte_count + status.st_size,
            changed_at=max(before.changed_at, status.st_mtime),
        )

    def list_kept(self) -> dict[str, int]:
        """Return the bytes of each recording, by its name."""
        return {name: kept.byte_count for name, kept in tuple(self._kept.items())}

    def list_segments(self, name: str) -> list[str]:
        """Return the names of the segments of a recording, in their order."""
        return [segment for _, segment in self._read_list(name)]

    def render_playlist(self, name: str, among: Collection[str] | None = None) -> str | None:
        """Return the playlist of a recording (RFC 8216, type VOD); None if there is none.

        ``among`` are the segments that it may name, and None all of them.
        """
        entries = self._read_list(name, among)
        if not entries:
            return None
        longest = max(_seconds_of(extinf) for extinf, _ in entries)
        lines = [
            *("#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{ceil(longest)}"),
            *("#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"),
        ]
        before = ""
        for extinf, segment in entries:
            is_next = not before or _is_next(before, segment)
            lines += [extinf, segment] if is_next else [_DISCONTINUITY, extinf, segment]
            before = segment
        return "\n".join([*lines, "#EXT-X-ENDLIST", ""])

    def measure(self, name: str, among: Collection[str] | None = None) -> tuple[int, int] | None:
        """Return the seconds of a recording, among these segments, and the bytes of all of it.

        None if there is none.
        """
        seconds = sum(_seconds_of(extinf) for extinf, _ in self._read_list(name, among))
        kept = self._kept.get(name)
        return None if kept is None or not seconds else (round(seconds), kept.byte_count)

    def locate(self, name: str, segment: str) -> Path | None:
        """Return where a segment of a recording is; None for any other name."""
        is_named = RECORDING_NAME.fullmatch(name) and SEGMENT_NAME.fullmatch(segment)
        return self._folder_file(name, segment) if is_named else None

    def delete(self, name: str) -> bool:
        """Delete a recording for good; return whether there was anything of it.

        A camera that was told to keep it, and has not heard of the end, adds nothing to it.
        """
        with self._changes:
            self._deleted[name] = None
            if len(self._deleted) > _MAX_DELETED_NAMES:
                del self._deleted[next(iter(self._deleted))]
            return self._remove(name)

    def _remove(self, name: str) -> bool:
        folder = self._root / name
        was_there = folder.exists()
        # The list first: no player begins what goes away.
        with suppress(OSError):
            (folder / _LIST).unlink()
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            self._kept.pop(name, None)
        return was_there

    def sweep(self, now: float, on_air: Collection[str]) -> None:
        """Delete recordings whose days are over, and the oldest ones when space is short.

        The service deletes them by date as well; a day later nobody needs it for that.
        """
        most = timedelta(days=self._limits.recorded_days + 1).total_seconds()
        for name, kept in sorted(self._kept.items(), key=lambda item: item[1].changed_at):
            is_over = now - kept.changed_at >= most
            if name not in on_air and (is_over or self._is_short()):
                _log.warning("recording deleted", bytes=kept.byte_count, days_over=is_over)
                with self._changes:
                    self._remove(name)

    def _is_short(self) -> bool:
        if self.byte_count >= self._limits.max_recorded_bytes:
            return True
        try:
            # Twice what pictures need: a recording goes before a camera has to.
            return shutil.disk_usage(self._root).free < 2 * self._limits.min_free_bytes
        except OSError:
            return False  # there is no folder yet

    def _read_list(self, name: str, among: Collection[str] | None = None) -> list[tuple[str, str]]:
        try:
            lines = self._folder_file(name, _LIST).read_text("utf-8").splitlines()
        except OSError:
            return []
        return [each for each in _entries(lines) if among is None or each[1] in among]

    def _folder_file(self, name: str, file: str) -> Path:
        return self._root / name / file


def _folders_of(root: Path) -> list[Path]:
    folders = list(root.iterdir()) if root.is_dir() else []
    return [each for each in folders if RECORDING_NAME.fullmatch(each.name)]


def _look_at(folder: Path) -> tuple[str, KeptRecording]:
    """Return the name of a recording and what is kept of it, as its folder has it."""
    states = {each.name: each.stat() for each in folder.iterdir()}
    segments = [name for name in states if name != _LIST]
    return folder.name, KeptRecording(
        byte_count=sum(states[name].st_size for name in segments),
        changed_at=max((states[name].st_mtime for name in segments), default=0.0),
    )


def _entries(lines: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the line with the duration, and the name, of each segment that is listed whole."""
    for extinf, segment in pairwise(lines):
        if _DURATION.fullmatch(extinf) and SEGMENT_NAME.fullmatch(segment):
            yield extinf, segment


def _seconds_of(extinf: str) -> float:
    return float(extinf.removeprefix("#EXTINF:").removesuffix(","))


def _is_next(before: str, segment: str) -> bool:
    prefix, _, number = before.removesuffix(".ts").partition("-")
    return segment == f"{prefix}-{int(number) + 1}.ts"
