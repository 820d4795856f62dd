"""The feed watch: notices a feed that is silent while writes succeed, and has it opened again.

A change stream stays on the server on which it was opened. If that server steps down and no longer
follows the majority, the stream stays open and brings nothing. So the watch sends a heartbeat
through the log each second. A heartbeat that a majority confirmed and that does not come back shows
that the stream is in the wrong place: a new stream is opened where the majority is.

Whether a node reports its feed as a reason to get no requests depends on the other nodes: only if
another one is ahead. In an election no node gets heartbeats, and none may leave the load balancer.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress

import structlog

from realtime.background import Periodic, Schedule
from realtime.feed import EventFeed
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from storage.mongo.client import StorageError, deadline
from storage.mongo.heartbeats import FeedReport, Heartbeats

MAX_UNSEEN_HEARTBEATS = 64
"""Heartbeats remembered until they come back: those of about a minute."""
MAX_REOPEN_PAUSE_SECONDS = 30.0
"""Longest pause between two attempts to open a stream again that did not help."""
_CLOSE_TIMEOUT_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class FeedWatch(Periodic):
    """Sends heartbeats, measures how old the newest one is that came back, and reports it."""

    def __init__(
        self,
        heartbeats: Heartbeats,
        feed: EventFeed,
        *,
        node: str,
        limits: RealtimeLimits = DEFAULT_LIMITS,
    ) -> None:
        interval = limits.feed_heartbeat_interval_seconds
        schedule = Schedule(
            interval_seconds=interval, first_retry_seconds=interval / 2, max_retry_seconds=interval
        )
        super().__init__("feed_watch", schedule)
        self.feed = feed
        self.reopenings = 0
        """How often the stream was opened again because it was silent."""
        self._heartbeats = heartbeats
        self._node = node
        self._limits = limits
        self._unseen: deque[tuple[int, float]] = deque(maxlen=MAX_UNSEEN_HEARTBEATS)
        """Confirmed heartbeats that have not come back: number, and when each was sent."""
        self._seen_sent_at = time.monotonic()
        self._reopen_pause_seconds = limits.feed_stale_seconds
        self._reopened_at = float("-inf")
        self._is_another_ahead = False
        self._compared_at = float("-inf")

    @property
    def age_seconds(self) -> float:
        """Seconds since the newest heartbeat was sent that came back to this process."""
        while self._unseen and self._unseen[0][0] <= self.feed.last_heartbeat:
            _, self._seen_sent_at = self._unseen.popleft()
        return time.monotonic() - self._seen_sent_at

    @property
    def is_stale(self) -> bool:
        """Whether events may not reach this process: no recent heartbeat came back."""
        return self.age_seconds >= self._limits.feed_stale_seconds

    @property
    def is_behind_others(self) -> bool:
        """Whether events do not reach this process but do reach another node.

        False when that is not known any more, because MongoDB does not answer.
        """
        known_for = time.monotonic() - self._compared_at
        return (
            self._is_another_ahead
            and known_for < self._limits.feed_comparison_valid_seconds
            and self.is_stale
        )

    async def run_once(self) -> None:
        """Send a heartbeat; if an earlier one is overdue, open the stream again; then report."""
        overdue = self._unseen[-1][0] if self._unseen else 0
        sent_at = time.monotonic()
        with deadline(self._limits.feed_heartbeat_timeout_seconds):
            number = await self._heartbeats.send()
        if number <= overdue:
            # The database was restored from a backup: what was sent before never comes back.
            self._unseen.clear()
            overdue = 0
        self._unseen.append((number, sent_at))
        is_stale = self.is_stale
        # An earlier heartbeat had a whole interval to come back. The newest may be on its way.
        if is_stale and self.feed.last_heartbeat < overdue:
            self._reopen()
        elif not is_stale:
            self._reopen_pause_seconds = self._limits.feed_stale_seconds
        with deadline(self._limits.feed_heartbeat_timeout_seconds):
            await self._report(is_fresh=not is_stale)

    async def close(self) -> None:
        """Stop, and take the report back, so that no other node compares itself with it."""
        was_started = self._task is not None
        await super().close()
        if was_started:
            with suppress(StorageError), deadline(_CLOSE_TIMEOUT_SECONDS):
                await self._heartbeats.remove_report(self._node)

    def _reopen(self) -> None:
        """Open the stream again, after a growing pause if the last time did not help."""
        now = time.monotonic()
        if now - self._reopened_at < self._reopen_pause_seconds:
            return
        if self._reopened_at > self._seen_sent_at:
            self._reopen_pause_seconds = min(
                2 * self._reopen_pause_seconds, MAX_REOPEN_PAUSE_SECONDS
            )
        self._reopened_at = now
        self.reopenings += 1
        _log.warning(
            "feed is silent while writes succeed: opening it again",
            heartbeat_age_seconds=round(self.age_seconds, 1),
        )
        self.feed.reopen()

    async def _report(self, *, is_fresh: bool) -> None:
        own = FeedReport(node=self._node, heartbeat=self.feed.last_heartbeat, is_fresh=is_fresh)
        await self._heartbeats.report(own)
        self._is_another_ahead = not is_fresh and any(
            each.is_fresh and each.heartbeat > own.heartbeat and each.node != own.node
            for each in await self._heartbeats.find_reports()
        )
        self._compared_at = time.monotonic()
