"""The feed: one change stream a process that tells which events were logged, by whichever node.

The stream is only a hint. Whoever listens keeps its own place in the log and reads what is
missing from there; when the stream has lost its history, ``on_gap`` says so to everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from domain.live.events import Placed
from realtime.histogram import SECONDS, Histogram
from storage.clock import Clock, utc_now
from storage.mongo.client import Document, HistoryLost, Mongo, StorageError, StorageUnavailable
from storage.mongo.event_log import placed_of

_PIPELINE: list[Document] = [
    {"$match": {"operationType": "insert"}},
    {"$project": {"fullDocument": 1}},
]
OPEN_SECONDS = 30.0
_PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)

_log = structlog.get_logger(__name__)


class Feed:
    """Calls ``on_event`` for each logged event, and ``on_gap`` when some may have been missed."""

    def __init__(
        self,
        mongo: Mongo,
        *,
        on_event: Callable[[Placed], None],
        on_gap: Callable[[], None],
        clock: Clock = utc_now,
    ) -> None:
        self._mongo = mongo
        self._on_event = on_event
        self._on_gap = on_gap
        self._token: Document | None = None
        self._open = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._clock = clock
        self.restarts = 0
        """How often the stream was opened anew."""
        self.lag = Histogram(*SECONDS)
        """Seconds from an event's moment, by the clock of the node that logged it, to its hint."""

    async def start(self) -> None:
        """Open the stream; every event that is logged after this returns will be told.

        :raises StorageUnavailable: it could not be opened within ``OPEN_SECONDS``.
        """
        self._task = asyncio.create_task(self._run())
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await self._open.wait()
        except TimeoutError:
            await self.stop()
            raise StorageUnavailable(
                "MongoDB opens no change stream: it must be a replica set, and the account of "
                "MONGODB_URI needs the right to read and watch the database"
            ) from None

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    @property
    def is_open(self) -> bool:
        """Whether events reach this process now."""
        return self._open.is_set()

    async def _run(self) -> None:
        while True:
            try:
                await self._follow()
            except HistoryLost:
                _log.warning("feed lost its history")
                self._token = None
            except StorageError as error:
                _log.warning("feed interrupted", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - a node whose feed is dead would serve on, deaf
                _log.error("feed broken", exc_info=error)
                self._token = None
            finally:
                self._open.clear()
            await asyncio.sleep(_PAUSES[min(self._failures, len(_PAUSES) - 1)])
            self._failures += 1
            self.restarts += 1

    async def _follow(self) -> None:
        fresh = self._token is None
        async with self._mongo.watch("events", _PIPELINE, resume_after=self._token) as stream:
            self._open.set()
            self._failures = 0
            if fresh:
                self._on_gap()
            try:
                async for change in stream:
                    placed = placed_of(change["fullDocument"])
                    self.lag.observe((self._clock() - placed.at).total_seconds())
                    self._on_event(placed)
            finally:
                # It moves on while nothing is logged, too: an old one would fall out of the oplog.
                self._token = stream.resume_token
