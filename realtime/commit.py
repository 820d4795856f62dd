"""Group commit: changes that wait for the same topic go to MongoDB in one transaction.

A change and its events are stored together or not at all. Changes of a topic are made one after
the other, in the order in which they came; a burst of n costs n / ``MOST`` transactions.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from domain.errors import Busy, Refusal
from domain.live.events import EventEnvelope, LoggedEvent
from realtime.histogram import DURATION_BUCKETS_SECONDS, Histogram
from storage.clock import Clock
from storage.mongo.client import Mongo, StorageUnavailable, Transaction
from storage.mongo.event_log import EventLog

T = TypeVar("T")
LoggedChange = Callable[[Transaction], Awaitable[tuple[T, Sequence[LoggedEvent]]]]
"""Writes state within the transaction, and gives its result and what happened.

It may run more than once (a transaction is tried again) and may refuse before its first write.
"""

OnLogged = Callable[[EventEnvelope, Transaction], Awaitable[None]]
"""Told the last event of each transaction, within it."""

MAX_CHANGES_PER_TRANSACTION = 64
"""Changes in one transaction: MongoDB advises at most 1,000 writes in one, and short ones."""
MAX_WAITING_CHANGES = 1_000
"""Changes of one topic that may wait; more are refused with Busy."""

_log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _WaitingChange:
    change: LoggedChange[Any]
    answer: asyncio.Future[Any]


class GroupCommit:
    """Takes changes of many topics; topics do not wait for each other."""

    def __init__(self, mongo: Mongo, log: EventLog, clock: Clock, *, on_logged: OnLogged) -> None:
        self._mongo = mongo
        self._on_logged = on_logged
        self._log = log
        self._clock = clock
        self._queues: dict[str, deque[_WaitingChange]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.events_logged = 0
        """Logged by this process."""
        self.unknown_outcomes = 0
        """Transactions whose outcome is not known."""
        self.batch_sizes = Histogram(1, 2, 4, 8, 16, 32, MAX_CHANGES_PER_TRANSACTION)
        """Changes in one transaction."""
        self.transaction_seconds = Histogram(*DURATION_BUCKETS_SECONDS)
        """Of one transaction."""

    async def __call__(self, topic: str, change: LoggedChange[T]) -> T:
        """Make the change and log its events; returns once a majority has both in its journal.

        A caller that is cancelled does not take its change back.

        :raises Refusal: what the change refused with; nothing of it was written.
        :raises Busy: too many wait, or the database does not answer.
        :raises StorageError: MongoDB refuses what this change writes; nothing of it was written.
        """
        queue = self._queues.get(topic)
        if queue is None:
            queue = self._queues[topic] = deque()
            task = asyncio.create_task(self._drain(topic, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if len(queue) >= MAX_WAITING_CHANGES:
            raise Busy("Too many changes wait for this session. Nothing was changed; try again.")
        waiting = _WaitingChange(change, asyncio.get_running_loop().create_future())
        queue.append(waiting)
        answer: T = await waiting.answer
        return answer

    async def close(self) -> None:
        """Wait for what was taken."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _drain(self, topic: str, queue: deque[_WaitingChange]) -> None:
        while queue:
            batch = [queue.popleft() for _ in range(min(MAX_CHANGES_PER_TRANSACTION, len(queue)))]
            await self._commit(topic, batch)
        # No await since the queue was seen empty: nobody can have joined it in between.
        del self._queues[topic]

    async def _commit(self, topic: str, batch: Sequence[_WaitingChange]) -> None:
        try:
            outcomes = await self._transact(topic, batch)
        except StorageUnavailable as error:
            self.unknown_outcomes += 1
            _log.warning(
                "commit failed", topic=topic, changes=len(batch), error=type(error).__name__
            )
            outcomes = [
                Busy("The change may not be stored. Look again, and try again.") for _ in batch
            ]
        except Exception as error:  # noqa: BLE001 - one broken change must not hang its neighbours
            if len(batch) > 1:
                for waiting in batch:
                    await self._commit(topic, [waiting])
                return
            outcomes = [error]
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if waiting.answer.done():
                continue
            if isinstance(outcome, Exception):
                waiting.answer.set_exception(outcome)
            else:
                waiting.answer.set_result(outcome)

    async def _transact(self, topic: str, batch: Sequence[_WaitingChange]) -> list[Any]:
        async def body(transaction: Transaction) -> tuple[list[Any], int]:
            outcomes: list[Any] = []
            happened: list[LoggedEvent] = []
            for waiting in batch:
                try:
                    result, its_events = await waiting.change(transaction)
                except Refusal as refusal:
                    outcomes.append(refusal)
                else:
                    outcomes.append(result)
                    happened += its_events
            placed = await self._log.append(
                topic, happened, at=self._clock(), transaction=transaction
            )
            if placed:
                await self._on_logged(placed[-1], transaction)
            return outcomes, len(placed)

        began = time.perf_counter()
        outcomes, events = await self._mongo.run_transaction(body)
        self.transaction_seconds.observe(time.perf_counter() - began)
        self.batch_sizes.observe(len(batch))
        self.events_logged += events
        return outcomes
