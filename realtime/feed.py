"""The feed: one change stream a process that reports every logged event, of any node.

The stream only notifies. Each topic keeps its own place in the log and reads missing events from
there. When the stream has lost its history, ``on_gap`` tells every topic to read its log. The
stream also brings the heartbeats of ``realtime.feed_watch``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from domain.live.events import EventEnvelope
from realtime.background import Follower, Schedule
from realtime.histogram import DURATION_BUCKETS_SECONDS, Histogram
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from storage.clock import Clock, utc_now
from storage.mongo.client import Document, HistoryLost, Mongo, StorageError, StorageUnavailable
from storage.mongo.event_log import envelope_from_document
from storage.mongo.heartbeats import HEARTBEAT_ID, read_heartbeat

_CHANGE_STREAM_PIPELINE: list[Document] = [
    {
        "$match": {
            "$or": [
                {"operationType": "insert"},
                {"operationType": "update", "documentKey._id": HEARTBEAT_ID},
            ]
        }
    },
    {"$project": {"fullDocument": 1, "updateDescription.updatedFields.seq": 1}},
]
_SCHEDULE = Schedule(first_retry_seconds=0.05, max_retry_seconds=2.0)

_log = structlog.get_logger(__name__)


class EventFeed(Follower):
    """Calls ``on_event`` for each logged event, and ``on_gap`` when it may have missed some."""

    def __init__(
        self,
        mongo: Mongo,
        *,
        on_event: Callable[[EventEnvelope], None],
        on_gap: Callable[[], None],
        clock: Clock = utc_now,
        limits: RealtimeLimits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__("feed", _SCHEDULE)
        self._mongo = mongo
        self._on_event = on_event
        self._on_gap = on_gap
        self._clock = clock
        self._open_timeout_seconds = limits.feed_open_timeout_seconds
        self._resume_token: Document | None = None
        self._opened = asyncio.Event()
        self._attempt_timeout: asyncio.Timeout | None = None
        """Ends the attempt to read the stream that is under way."""
        self.last_heartbeat = 0
        """The number of the newest heartbeat that the stream has brought."""
        self.lag_seconds = Histogram(*DURATION_BUCKETS_SECONDS)
        """Seconds from an event's ``at``, by the clock of its node, to its notification here."""

    async def open(self) -> None:
        """Open the stream; every event that is logged after this returns is reported.

        :raises StorageUnavailable: it did not open within ``feed_open_timeout_seconds``.
        """
        self.start()
        try:
            async with asyncio.timeout(self._open_timeout_seconds):
                await self._opened.wait()
        except TimeoutError:
            await self.close()
            raise StorageUnavailable(
                "MongoDB opens no change stream: it must be a replica set, and the account of "
                "MONGODB_URI needs the right to read and watch the database"
            ) from None

    @property
    def is_open(self) -> bool:
        """Whether events reach this process now."""
        return self._opened.is_set()

    def reopen(self) -> None:
        """Give up the stream, or the attempt to open it, and open one after the last event.

        The driver reads a new stream from the primary that it knows now.
        """
        if self._attempt_timeout is not None and not self._attempt_timeout.expired():
            self._attempt_timeout.reschedule(0)

    async def follow(self) -> None:
        """Read the stream until it ends; a lost or broken one begins again without its token."""
        try:
            async with asyncio.timeout(None) as attempt:
                self._attempt_timeout = attempt
                await self._read_stream()
        except TimeoutError:
            if not attempt.expired():
                raise
        except HistoryLost:
            _log.warning("feed lost its history")
            self._resume_token = None
        except StorageError:
            raise
        except Exception:
            # The event that cannot be handled is skipped here; the topics read it from the log.
            self._resume_token = None
            raise
        finally:
            self._attempt_timeout = None
            self._opened.clear()

    async def _read_stream(self) -> None:
        is_fresh = self._resume_token is None
        async with self._mongo.watch(
            "events", _CHANGE_STREAM_PIPELINE, resume_after=self._resume_token
        ) as stream:
            self._opened.set()
            self.mark_connected()
            if is_fresh:
                self._on_gap()
            try:
                async for change in stream:
                    heartbeat = read_heartbeat(change)
                    if heartbeat is not None:
                        self.last_heartbeat = heartbeat
                        continue
                    placed = envelope_from_document(change["fullDocument"])
                    self.lag_seconds.observe((self._clock() - placed.at).total_seconds())
                    self._on_event(placed)
            finally:
                # The token also moves on while nothing is logged: an old one would fall out of
                # the oplog.
                self._resume_token = stream.resume_token
