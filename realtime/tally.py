"""Tallies: the interest in each posting, told at most four times a second a session.

The counts are those that were stored together with the log, so they are exact and the same on
every node; the feed says which sessions to look at.
"""

from __future__ import annotations

import asyncio

import structlog

from domain.live.events import EventEnvelope, LeadRecorded, TallyChanged, session_topic
from realtime.hub import Hub
from storage.mongo.client import StorageError
from storage.store import Store

PUBLISH_INTERVAL_SECONDS = 0.25
"""Seconds between two updates of a session."""
RECENT_CHANGE_SECONDS = 60.0
"""Seconds for which a moved count is told again with each update: longer than a connection may
lag, so that nobody misses one although updates replace each other."""
MAX_POSTINGS_PER_UPDATE = 100
"""Postings in one update, the latest moved first."""

_log = structlog.get_logger(__name__)


class TallyPublisher:
    """Watches the lead log and tells the rooms how many are interested."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._changed_session_ids: set[str] = set()
        self._news = asyncio.Event()
        self._last_counts: dict[str, dict[str, int]] = {}
        self._changed_at: dict[str, dict[str, float]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._hub.on_first_member = self.mark_changed
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def notify(self, placed: EventEnvelope) -> None:
        """An event was logged; a lead among them moves the tally of its session."""
        if isinstance(placed.event, LeadRecorded):
            self.mark_changed(placed.event.session_id)

    def mark_changed(self, session_id: str) -> None:
        """Tell the room how its count stands: it may have moved while nobody was there."""
        self._changed_session_ids.add(session_id)
        self._news.set()

    def notify_gap(self) -> None:
        """Leads may have been logged unnoticed: look at every session that is watched here."""
        self._changed_session_ids |= self._hub.watched_session_ids()
        self._news.set()

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            moved, self._changed_session_ids = (
                self._changed_session_ids & self._hub.watched_session_ids(),
                set(),
            )
            try:
                await self._publish(moved)
            except StorageError as error:
                _log.warning("tally put off", error=type(error).__name__)
                self._changed_session_ids |= moved
                self._news.set()
            await asyncio.sleep(PUBLISH_INTERVAL_SECONDS)

    async def _publish(self, moved: set[str]) -> None:
        if not moved:
            return
        now = asyncio.get_running_loop().time()
        for session_id, interests in (await self._store.interest_counts.by_sessions(moved)).items():
            lately = self._recently_changed(session_id, interests, now)
            self._hub.publish(
                session_topic(session_id),
                TallyChanged(
                    session_id=session_id,
                    total=sum(interests.values()),
                    interests={posting: interests[posting] for posting in lately},
                ),
            )
        for session_id in self._last_counts.keys() - self._hub.watched_session_ids():
            del self._last_counts[session_id], self._changed_at[session_id]

    def _recently_changed(
        self, session_id: str, interests: dict[str, int], now: float
    ) -> list[str]:
        """The postings whose count moved lately, the latest first."""
        known = self._last_counts.get(session_id, {})
        moved_at = self._changed_at.setdefault(session_id, {})
        for posting, count in interests.items():
            if known.get(posting) != count:
                moved_at.pop(posting, None)
                moved_at[posting] = now
        for posting in [
            posting for posting, at in moved_at.items() if now - at > RECENT_CHANGE_SECONDS
        ]:
            del moved_at[posting]
        self._last_counts[session_id] = interests
        return list(reversed(moved_at))[:MAX_POSTINGS_PER_UPDATE]
