"""Keeps the object store as the folder of recordings is, and says what of it players can watch.

The folder is the first copy: what may be kept, and for how long, is decided there. The playlist of
a recording names only what is stored, and is written again as more of it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from api.media.limits import MediaLimits
from api.media.object_store import ObjectStore, StoreAway
from api.media.recording_folder import RECORDING_NAME, RecordingFolder
from api.media.stored_pictures import INDEX, PLAYLIST_HEADERS, SEGMENT_HEADERS
from realtime.background import Periodic, Schedule
from workers.attempts import attempt_all

_ROOT = "recordings"
_SEGMENTS_AT_ONCE = 3
_PLAYLIST_SECONDS = 10.0
"""How often the playlist of a recording on air is written: that of an hour has 150 KB."""
_FAILURES_A_ROUND = 3
"""Failures after which a round ends: each may take as long as a request may."""
_OLD_CHECK_SECONDS = 3_600.0
"""How often the store is looked through for what is past its date."""


@dataclass(kw_only=True)
class _StoredRecording:
    """What the store has of a recording.

    ``segments`` is None until it was asked, and after the end. ``byte_count`` is that of the folder
    when the playlist was written at ``written_at``, and 0 before.
    """

    segments: set[str] | None = None
    byte_count: int = 0
    duration_seconds: int = 0
    written_at: float = 0.0


class StoredRecordings(Periodic):
    """Mirrors the folder of recordings. ``clock`` gives the system's seconds, ``on_air`` the names
    of recordings that cameras make now.
    """

    def __init__(
        self,
        folder: RecordingFolder,
        store: ObjectStore,
        limits: MediaLimits,
        *,
        on_air: Callable[[], frozenset[str]],
        clock: Callable[[], float],
    ) -> None:
        super().__init__(
            "stored_recordings", Schedule(interval_seconds=limits.folder_check_seconds)
        )
        self._folder = folder
        self._store = store
        self._limits = limits
        self._on_air = on_air
        self._clock = clock
        self._recordings: dict[str, _StoredRecording] = {}
        self._old_checked_at = 0.0

    def measure(self, name: str) -> tuple[int, int] | None:
        """Return the seconds and the bytes that players can watch; None if nobody knows yet."""
        stored = self._recordings.get(name)
        if stored is None or not stored.byte_count:
            return None
        return stored.duration_seconds, stored.byte_count

    async def delete(self, name: str) -> bool:
        """Delete a recording from the store; return whether there was anything of it.

        The next round does it once more: a segment may be on its way.

        :raises StoreAway: something of it may be left.
        """
        self._recordings[name] = _StoredRecording()
        return await self._store.delete_folder(f"{_ROOT}/{name}", first=INDEX)

    async def run_once(self) -> None:
        """Store what is new, and delete what the folder has no more or what is past its date.

        :raises StoreAway: something could not be stored or deleted; the next round does it.
        """
        kept, failures = self._folder.list_kept(), 0
        for name in [*(each for each in self._recordings if each not in kept), *kept]:
            try:
                await self._update(name, kept.get(name))
            except StoreAway:
                # One that the store does not take holds back no other.
                failures += 1
                if failures == _FAILURES_A_ROUND:
                    break
        if failures:
            raise StoreAway
        await self._delete_old()

    async def _update(self, name: str, byte_count: int | None) -> None:
        """Store what the folder has of a recording; None: delete it, the folder has it no more."""
        if byte_count is None:
            await self._store.delete_folder(f"{_ROOT}/{name}", first=INDEX)
            del self._recordings[name]
            return
        stored = self._recordings.setdefault(name, _StoredRecording())
        if stored.byte_count != byte_count:
            await self._mirror(name, stored, byte_count)

    async def _mirror(self, name: str, stored: _StoredRecording, byte_count: int) -> None:
        folder = f"{_ROOT}/{name}"
        if stored.segments is None:
            stored.segments = await self._store.list_names(folder) - {INDEX}
        segments = stored.segments
        listed = await asyncio.to_thread(self._folder.list_segments, name)
        missing = [each for each in listed if each not in segments]
        for at in range(0, len(missing), _SEGMENTS_AT_ONCE):
            if self._recordings.get(name) is not stored:
                return  # it was deleted meanwhile
            some = missing[at : at + _SEGMENTS_AT_ONCE]
            if await attempt_all((self._put(name, each, segments) for each in some), StoreAway):
                raise StoreAway
        now, is_on_air = self._clock(), name in self._on_air()
        if is_on_air and now - stored.written_at < _PLAYLIST_SECONDS:
            return
        playlist = await asyncio.to_thread(self._folder.render_playlist, name, segments)
        measured = await asyncio.to_thread(self._folder.measure, name, segments)
        if playlist is None or measured is None or self._recordings.get(name) is not stored:
            return
        await self._store.put(folder, INDEX, playlist.encode(), PLAYLIST_HEADERS)
        stored.duration_seconds, stored.byte_count = measured[0], byte_count
        stored.written_at = now
        if not is_on_air:
            stored.segments = None

    async def _put(self, name: str, segment: str, segments: set[str]) -> None:
        file = self._folder.locate(name, segment)
        if file and await self._store.put_file(f"{_ROOT}/{name}", file, SEGMENT_HEADERS):
            segments.add(segment)

    async def _delete_old(self) -> None:
        """Delete what a folder that was lost has left in the store, when its days are over."""
        now = self._clock()
        if now - self._old_checked_at < _OLD_CHECK_SECONDS:
            return
        most = timedelta(days=self._limits.recorded_days + 1).total_seconds()
        for name in await self._store.list_folders(_ROOT):
            if name in self._recordings or not RECORDING_NAME.fullmatch(name):
                continue
            objects = await self._store.list_objects(f"{_ROOT}/{name}")
            changed_at = max((each.changed_at.timestamp() for each in objects), default=0.0)
            if now - changed_at >= most:
                await self._store.delete_folder(f"{_ROOT}/{name}", first=INDEX)
        self._old_checked_at = now
