"""The feed: one change stream a process that tells which events were logged, by whichever node.

The stream is only a hint. Whoever listens keeps its own place in the log and reads what is
missing from there; when the stream has lost its history, ``on_gap`` says so to everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from domain.live.events import EventEnvelope
from realtime.histogram import DURATION_BUCKETS_SECONDS, Histogram
from storage.clock import Clock, utc_now
from storage.mongo.client import Document, HistoryLost, Mongo, StorageError, StorageUnavailable
from storage.mongo.event_log import envelope_from_document

_CHANGE_STREAM_PIPELINE: list[Document] = [
    {"$match": {"operationType": "insert"}},
    {"$project": {"fullDocument": 1}},
]
OPEN_TIMEOUT_SECONDS = 30.0
_RETRY_PAUSES_SECONDS = (0.05, 0.2, 0.5, 1.0, 2.0)

_log = structlog.get_logger(__name__)


class EventFeed:
    """Calls ``on_event`` for each logged event, and ``on_gap`` when some may have been missed."""

    def __init__(
        self,
        mongo: Mongo,
        *,
        on_event: Callable[[EventEnvelope], None],
        on_gap: Callable[[], None],
        clock: Clock = utc_now,
    ) -> None:
        self._mongo = mongo
        self._on_event = on_event
        self._on_gap = on_gap
        self._resume_token: Document | None = None
        self._opened = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._clock = clock
        self.restarts = 0
        """How often the stream was opened anew."""
        self.lag_seconds = Histogram(*DURATION_BUCKETS_SECONDS)
        """Seconds from an event's moment, by the clock of the node that logged it, to its hint."""

    async def start(self) -> None:
        """Open the stream; every event that is logged after this returns will be told.

        :raises StorageUnavailable: it could not be opened within ``OPEN_SECONDS``.
        """
        self._task = asyncio.create_task(self._run())
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_SECONDS):
                await self._opened.wait()
        except TimeoutError:
            await self.close()
            raise StorageUnavailable(
                "MongoDB opens no change stream: it must be a replica set, and the account of "
                "MONGODB_URI needs the right to read and watch the database"
            ) from None

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    @property
    def is_open(self) -> bool:
        """Whether events reach this process now."""
        return self._opened.is_set()

    async def _run(self) -> None:
        while True:
            try:
                await self._follow()
            except HistoryLost:
                _log.warning("feed lost its history")
                self._resume_token = None
            except StorageError as error:
                _log.warning("feed interrupted", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - a node whose feed is dead would serve on, deaf
                _log.error("feed broken", exc_info=error)
                self._resume_token = None
            finally:
                self._opened.clear()
            await asyncio.sleep(
                _RETRY_PAUSES_SECONDS[min(self._failures, len(_RETRY_PAUSES_SECONDS) - 1)]
            )
            self._failures += 1
            self.restarts += 1

    async def _follow(self) -> None:
        fresh = self._resume_token is None
        async with self._mongo.watch(
            "events", _CHANGE_STREAM_PIPELINE, resume_after=self._resume_token
        ) as stream:
            self._opened.set()
            self._failures = 0
            if fresh:
                self._on_gap()
            try:
                async for change in stream:
                    placed = envelope_from_document(change["fullDocument"])
                    self.lag_seconds.observe((self._clock() - placed.at).total_seconds())
                    self._on_event(placed)
            finally:
                # It moves on while nothing is logged, too: an old one would fall out of the oplog.
                self._resume_token = stream.resume_token
