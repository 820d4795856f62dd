"""The stream watch: asks media servers whether new media arrives; one node at a time does it.

Announcements of a media server may be late, doubled or lost. The playlist is what players read, so
it decides: a picture is LIVE when its playlist grows, and lost when it stands still.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from domain.live.hls_playlists import Playlist
from domain.live.sessions import LiveSession
from domain.live.streams import (
    DEFAULT_GRACE,
    Stream,
    expire_interruption,
    lose_picture,
    see_picture,
)
from realtime.background import Leased, Schedule
from services.live.stream_control import StreamControl
from storage.clock import Clock
from storage.store import Store
from workers.attempts import attempt_all

SCHEDULE = Schedule(interval_seconds=2.0)
"""How often every playlist is read."""
MAX_WATCHED_SESSIONS = 500
"""Sessions with a playlist that are watched: those that start last go without."""
REHEARSAL_TIME = timedelta(hours=1)
"""How long before its start a session is watched, so that it goes on air with its picture."""
STANDSTILL = timedelta(seconds=10)
"""How long a playlist may stand still; a long one, as long as players stay behind the camera."""
_CONCURRENT_READS = 16
_LEASE_DURATION = timedelta(seconds=20)

ReadPlaylist = Callable[[str], Awaitable[Playlist | None]]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Observation:
    """The end of a playlist, and since when it has been the same."""

    url: str
    head: tuple[int, str] | None
    since: datetime


class StreamWatch(Leased):
    """Reads the playlists of sessions; ``node`` names this process."""

    def __init__(
        self,
        store: Store,
        control: StreamControl,
        read: ReadPlaylist,
        clock: Clock,
        *,
        node: str,
        grace: timedelta = DEFAULT_GRACE,
        schedule: Schedule = SCHEDULE,
    ) -> None:
        super().__init__(
            "streams", schedule, store, clock, node=node, lease_duration=_LEASE_DURATION
        )
        self._control = control
        self._read = read
        self._grace = grace
        self._observed: dict[str, _Observation] = {}
        self._reads = asyncio.Semaphore(_CONCURRENT_READS)

    async def run_once(self) -> None:
        """Read every playlist once, and change the pictures whose state is another one."""
        if not await self._take_lease():
            self._observed.clear()
            return
        watched = await self._store.live_sessions.with_playlist(
            before=self._clock() + REHEARSAL_TIME, limit=MAX_WATCHED_SESSIONS
        )
        ids = {session.id for session in watched}
        self._observed = {key: seen for key, seen in self._observed.items() if key in ids}
        failures = await attempt_all(self._watch(session) for session in watched)
        if failures:
            _log.warning("pictures not updated yet", sessions=failures)

    async def _watch(self, session: LiveSession) -> None:
        url = session.stream.hls_url
        async with self._reads:
            playlist = await self._read(url)
        at = self._clock()
        decide = self._observe(session.id, url, playlist, at)

        def change(current: LiveSession) -> Stream:
            # Another source was chosen while this one was asked.
            return decide(current.stream) if current.stream.hls_url == url else current.stream

        if change(session) != session.stream:
            await self._control.change(session.id, change)

    def _observe(
        self, session_id: str, url: str, playlist: Playlist | None, at: datetime
    ) -> Callable[[Stream], Stream]:
        """Remember the end of the playlist; return what follows from it for the picture."""
        before = self._observed.get(session_id)
        head = playlist.head if playlist is not None and not playlist.has_ended else None
        has_grown = False
        if before is None or before.url != url:
            # What a playlist lists when it is first read may be an hour old.
            before = _Observation(url=url, head=head, since=at)
            self._observed[session_id] = before
        elif head is not None and head != before.head:
            self._observed[session_id] = replace(before, head=head, since=at)
            has_grown = True
        latency = playlist.latency_seconds if playlist is not None else None

        def follow(stream: Stream) -> Stream:
            # A server that loses its camera writes down what it still has: one growth after the
            # loss is the end of the old picture, the next one is a new picture.
            lost_at = stream.interrupted_at
            if has_grown and (lost_at is None or before.since > lost_at):
                return see_picture(stream, at=at, latency_seconds=latency)
            standstill = max(STANDSTILL, timedelta(seconds=stream.latency_seconds or 0))
            has_ended = playlist is not None and playlist.has_ended
            if has_ended or (not has_grown and at - before.since >= standstill):
                stream = lose_picture(stream, at=at)
            return expire_interruption(stream, at=at, grace=self._grace)

        return follow
