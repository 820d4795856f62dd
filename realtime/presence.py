"""Presence: how many people watch each session, over all nodes, and the most there ever were.

Each node reports whom it sees and reads what all report once a second, so a change is seen
everywhere within two seconds; who watches at two nodes counts once. A node that was killed drops
out after ``storage.live.presence.FRESH``.

Whoever did not watch at a node and begins to is a view of the session there. Each node adds its own
with its report, so one that is killed takes those of one tick with it; a write that the database
does not confirm is made again, and may then count twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import structlog

from domain.live.events import PresenceChanged, session_topic
from domain.live.presence import hash_viewer, sketch_viewers
from realtime.hub import Hub
from storage.clock import Clock
from storage.mongo.client import StorageError
from storage.store import Store

REPORT_INTERVAL_SECONDS = 1.0
"""Seconds between two reports."""
CROWD_REFRESH_INTERVAL = timedelta(seconds=15)
"""After this an unchanged crowd is reported again, so that it stays fresh."""

_log = structlog.get_logger(__name__)


class PresenceTracker:
    """The viewers of this node, told to and counted with those of the others."""

    def __init__(self, store: Store, hub: Hub, clock: Clock, *, node: str) -> None:
        self._store = store
        self._hub = hub
        self._clock = clock
        self._node = node
        self._viewers: dict[str, Counter[int]] = {}
        """The marks of each session, with how many sockets each has."""
        self._changed_session_ids: set[str] = set()
        self._unwritten_views: Counter[str] = Counter()
        """Of each session, since the last report."""
        self._reported: dict[str, datetime] = {}
        self._published_counts: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop, add what was viewed, and take this node's viewers out of the sum."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        try:
            await self._store.presence_reports.delete_node(self._node)
            await self._add_views()
        except StorageError as error:
            _log.warning("presence left behind", error=type(error).__name__)

    def enter(self, session_id: str, viewer: str) -> None:
        """Count a viewer, until ``leave``; several sockets of one viewer count once."""
        here = self._viewers.setdefault(session_id, Counter())
        mark = hash_viewer(viewer)
        here[mark] += 1
        if here[mark] == 1:
            self._changed_session_ids.add(session_id)
            self._unwritten_views[session_id] += 1

    def leave(self, session_id: str, viewer: str) -> None:
        """Undo one ``enter``."""
        here = self._viewers[session_id]
        mark = hash_viewer(viewer)
        here[mark] -= 1
        if not here[mark]:
            del here[mark]
            self._changed_session_ids.add(session_id)
        if not here:
            del self._viewers[session_id]

    @property
    def viewer_count(self) -> int:
        """Viewers of this node, each counted once a session."""
        return sum(map(len, self._viewers.values()))

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(REPORT_INTERVAL_SECONDS)
            try:
                await self._report()
                await self._add_views()
                await self._publish()
            except StorageError as error:
                _log.warning("presence put off", error=type(error).__name__)

    async def _report(self) -> None:
        now = self._clock()
        again = {
            session_id
            for session_id, at in self._reported.items()
            if now - at >= CROWD_REFRESH_INTERVAL
        }
        due, self._changed_session_ids = self._changed_session_ids | again, set()
        crowds = {
            session_id: sketch_viewers(self._viewers.get(session_id, ())) for session_id in due
        }
        try:
            await self._store.presence_reports.report(self._node, crowds, at=now)
        except StorageError:
            self._changed_session_ids |= due
            raise
        for session_id, crowd in crowds.items():
            self._reported[session_id] = now
            if not crowd.count:
                del self._reported[session_id]

    async def _add_views(self) -> None:
        views, self._unwritten_views = self._unwritten_views, Counter()
        try:
            await self._store.live_sessions.add_views(views)
        except StorageError:
            self._unwritten_views += views
            raise

    async def _publish(self) -> None:
        watched = self._hub.watched_session_ids()
        if not watched:
            self._published_counts.clear()
            return
        totals = await self._store.presence_reports.count_viewers(watched, at=self._clock())
        for session_id in watched:
            viewers = totals.get(session_id, 0)
            if self._published_counts.get(session_id) != viewers:
                peak = await self._store.live_sessions.raise_peak_viewers(session_id, viewers)
                self._published_counts[session_id] = viewers
                self._hub.publish(
                    session_topic(session_id),
                    PresenceChanged(session_id=session_id, viewers=viewers, peak_viewers=peak),
                )
        for session_id in self._published_counts.keys() - watched:
            del self._published_counts[session_id]
