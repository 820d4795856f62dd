"""Presence: how many viewers each session has over all nodes, its peak, and its views.

Each node reports its own viewers and reads the reports of all nodes once a second, so a change is
visible everywhere within two seconds. A viewer on two nodes counts once. The reports of a killed
node expire after ``storage.live.presence.REPORT_LIFETIME``.

A view is a viewer that starts to watch a session on a node. Each node adds its views with its
report: a killed node loses those of one interval. A write that MongoDB does not confirm is
repeated, and may then count twice.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import structlog

from domain.live.events import PresenceChanged
from domain.live.log_topics import session_topic
from domain.live.presence import hash_viewer, sketch_viewers
from realtime.background import Periodic, Schedule
from realtime.hub import Hub
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from storage.clock import Clock
from storage.mongo.client import StorageError
from storage.store import Store

_log = structlog.get_logger(__name__)


class PresenceTracker(Periodic):
    """Counts the viewers of this node, reports them, and publishes the sums of all nodes."""

    def __init__(
        self,
        store: Store,
        hub: Hub,
        clock: Clock,
        *,
        node: str,
        limits: RealtimeLimits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(
            "presence",
            Schedule(
                interval_seconds=limits.presence_interval_seconds,
                runs_at_start=False,
                first_retry_seconds=min(0.5, limits.presence_interval_seconds),
            ),
        )
        self._store = store
        self._hub = hub
        self._clock = clock
        self._node = node
        self._crowd_refresh = timedelta(seconds=limits.crowd_refresh_seconds)
        self._viewers: dict[str, Counter[int]] = {}
        """Hashes of each session's viewers, with the number of their sockets."""
        self._changed_session_ids: set[str] = set()
        self._unwritten_views: Counter[str] = Counter()
        """Views of each session since the last report."""
        self._reported: dict[str, datetime] = {}
        self._published_counts: dict[str, int] = {}

    async def close(self) -> None:
        """Stop, add the last views, and remove this node's viewers from the sums."""
        await super().close()
        try:
            await self._store.presence_reports.delete_node(self._node)
            await self._add_views()
        except StorageError as error:
            _log.warning("presence left behind", error=type(error).__name__)

    def enter(self, session_id: str, viewer: str) -> None:
        """Count a viewer until ``leave``; several sockets of one viewer count once."""
        here = self._viewers.setdefault(session_id, Counter())
        viewer_hash = hash_viewer(viewer)
        here[viewer_hash] += 1
        if here[viewer_hash] == 1:
            self._changed_session_ids.add(session_id)
            self._unwritten_views[session_id] += 1

    def leave(self, session_id: str, viewer: str) -> None:
        """Undo one ``enter``."""
        here = self._viewers[session_id]
        viewer_hash = hash_viewer(viewer)
        here[viewer_hash] -= 1
        if not here[viewer_hash]:
            del here[viewer_hash]
            self._changed_session_ids.add(session_id)
        if not here:
            del self._viewers[session_id]

    @property
    def viewer_count(self) -> int:
        """Viewers of this node, each counted once a session."""
        return sum(map(len, self._viewers.values()))

    async def run_once(self) -> None:
        """Report this node's viewers, add its views, and publish the sums that changed."""
        await self._report()
        await self._add_views()
        await self._publish()

    async def _report(self) -> None:
        now = self._clock()
        stale = {
            session_id
            for session_id, at in self._reported.items()
            # The database's clock may be set, or another primary may have another time.
            if abs(now - at) >= self._crowd_refresh
        }
        due, self._changed_session_ids = self._changed_session_ids | stale, set()
        crowds = {
            session_id: sketch_viewers(self._viewers.get(session_id, ())) for session_id in due
        }
        try:
            await self._store.presence_reports.report(self._node, crowds, at=now)
        except Exception:
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
        except Exception:
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
