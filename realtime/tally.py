"""Tallies: the number of interests in each posting, published at most four times a second.

The counts are stored in the transaction that logs the leads, so they are exact and the same on
every node. The feed says which sessions to read.
"""

from __future__ import annotations

import asyncio

from domain.live.events import EventEnvelope, LeadRecorded, TallyChanged
from domain.live.log_topics import session_topic
from realtime.background import Periodic, Schedule
from realtime.hub import Hub
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from storage.mongo.client import StorageError
from storage.store import Store


class TallyPublisher(Periodic):
    """Publishes the counts of watched sessions whose lead log has moved."""

    def __init__(self, store: Store, hub: Hub, limits: RealtimeLimits = DEFAULT_LIMITS) -> None:
        super().__init__(
            "tally",
            Schedule(spacing_seconds=limits.tally_interval_seconds, runs_at_start=False),
        )
        self._store = store
        self._hub = hub
        self._limits = limits
        self._changed_session_ids: set[str] = set()
        self._last_counts: dict[str, dict[str, int]] = {}
        self._changed_at: dict[str, dict[str, float]] = {}

    def start(self) -> None:
        """Start, and publish the counts of each session that gets its first member here."""
        self._hub.on_first_member = self.mark_changed
        super().start()

    def notify(self, placed: EventEnvelope) -> None:
        """Take a logged event; a recorded lead changes the counts of its session."""
        if isinstance(placed.event, LeadRecorded):
            self.mark_changed(placed.event.session_id)

    def mark_changed(self, session_id: str) -> None:
        """Publish the counts of a session soon: they may have changed while nobody watched."""
        self._changed_session_ids.add(session_id)
        self.wake()

    def notify_gap(self) -> None:
        """Publish the counts of every session watched here: leads may have been missed."""
        self._changed_session_ids |= self._hub.watched_session_ids()
        self.wake()

    async def run_once(self) -> None:
        """Publish the counts of the sessions that changed since the last run."""
        watched = self._hub.watched_session_ids()
        changed, self._changed_session_ids = self._changed_session_ids & watched, set()
        if not changed:
            return
        try:
            await self._publish(changed)
        except StorageError:
            self._changed_session_ids |= changed
            raise
        except Exception:
            # A count cannot be read. It is read again when it changes.
            await self._publish_readable(changed)
            raise

    async def _publish_readable(self, session_ids: set[str]) -> None:
        """Publish one by one, so that a count that cannot be read does not hold up the others."""
        for session_id in session_ids:
            try:
                await self._publish({session_id})
            except StorageError:
                self._changed_session_ids.add(session_id)
            except Exception:  # noqa: BLE001, S112 - the caller raises what the first read raised
                continue

    async def _publish(self, session_ids: set[str]) -> None:
        counts = await self._store.interest_counts.by_sessions(session_ids)
        now = asyncio.get_running_loop().time()
        for session_id, interests in counts.items():
            recent = self._recently_changed(session_id, interests, now)
            self._hub.publish(
                session_topic(session_id),
                TallyChanged(
                    session_id=session_id,
                    total=sum(interests.values()),
                    interests={posting_id: interests[posting_id] for posting_id in recent},
                ),
            )
        for session_id in self._last_counts.keys() - self._hub.watched_session_ids():
            del self._last_counts[session_id], self._changed_at[session_id]

    def _recently_changed(
        self, session_id: str, interests: dict[str, int], now: float
    ) -> list[str]:
        """The postings whose count changed recently, the latest first."""
        known = self._last_counts.get(session_id, {})
        changed_at = self._changed_at.setdefault(session_id, {})
        for posting_id, count in interests.items():
            if known.get(posting_id) != count:
                changed_at.pop(posting_id, None)
                changed_at[posting_id] = now
        window = self._limits.tally_recent_change_seconds
        for posting_id in [each for each, at in changed_at.items() if now - at > window]:
            del changed_at[posting_id]
        self._last_counts[session_id] = interests
        return list(reversed(changed_at))[: self._limits.max_postings_per_tally]
