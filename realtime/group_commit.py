"""Runs transactions one after another per topic or key; waiting changes of a topic share one.

``append`` commits the waiting changes of a topic together, so a burst of n changes costs about
n / ``max_changes_per_transaction`` transactions. ``serialised`` gives every change a transaction
of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from domain.live.events import EventEnvelope, LoggedEvent
from domain.refusals import Busy, Refusal
from realtime.histogram import DURATION_BUCKETS_SECONDS, Histogram
from realtime.limits import DEFAULT_LIMITS, RealtimeLimits
from storage.clock import Clock
from storage.mongo.client import Mongo, StorageUnavailable, Transaction
from storage.mongo.event_log import EventLog

T = TypeVar("T")
Change = Callable[[Transaction], Awaitable[T]]
"""Writes state within the transaction and returns its result.

It may run more than once, because a transaction is retried. It may refuse before its first write.
"""

LoggedChange = Callable[[Transaction], Awaitable[tuple[T, Sequence[LoggedEvent]]]]
"""A ``Change`` that also returns the events to append to the topic's log."""

OnLogged = Callable[[EventEnvelope, Transaction], Awaitable[None]]
"""Called with the last event of each transaction, within the transaction."""

_log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _WaitingChange:
    change: LoggedChange[Any]
    answer: asyncio.Future[Any]


@dataclass(eq=False)
class _Queue:
    """Changes that wait for one topic, or for one key."""

    name: str
    max_batch: int
    changes: deque[_WaitingChange] = field(default_factory=deque)


class GroupCommit:
    """Commits changes; different topics and keys do not wait for each other."""

    def __init__(
        self,
        mongo: Mongo,
        log: EventLog,
        clock: Clock,
        *,
        on_logged: OnLogged,
        limits: RealtimeLimits = DEFAULT_LIMITS,
    ) -> None:
        self._mongo = mongo
        self._on_logged = on_logged
        self._log = log
        self._clock = clock
        self._max_batch = limits.max_changes_per_transaction
        self._max_build_seconds = limits.max_transaction_build_seconds
        self._max_waiting = limits.max_waiting_changes
        self._topics: dict[str, _Queue] = {}
        self._keys: dict[str, _Queue] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.events_logged = 0
        """Events logged by this process."""
        self.unknown_outcomes = 0
        """Transactions whose outcome is not known."""
        self.batch_sizes = Histogram(1, 2, 4, 8, 16, 32, limits.max_changes_per_transaction)
        """Changes in one transaction."""
        self.transaction_seconds = Histogram(*DURATION_BUCKETS_SECONDS)
        """Duration of one transaction."""

    async def append(self, topic: str, change: LoggedChange[T]) -> T:
        """Make a change and append its events to the log of ``topic``, together or not at all.

        Changes of one topic run one after another in the order of the calls; those that wait at
        the same moment share a transaction. Returns once a majority has it in its journal. A
        caller that is cancelled does not take its change back.

        :raises Refusal: the refusal of the change; nothing of it was written.
        :raises Busy: too many changes wait, or the database does not answer.
        :raises StorageError: MongoDB refuses the writes of this change; none was stored.
        """
        return await self._enqueue(self._topics, topic, self._max_batch, change)

    async def serialised(self, key: str, change: Change[T]) -> T:
        """Make a change in a transaction of its own, after all earlier changes of ``key``.

        The order holds within this process; between processes the transactions conflict and are
        retried. Nothing is logged. Otherwise it promises and raises what ``append`` does.
        """

        async def change_without_events(
            transaction: Transaction,
        ) -> tuple[T, Sequence[LoggedEvent]]:
            return await change(transaction), ()

        return await self._enqueue(self._keys, key, 1, change_without_events)

    async def close(self) -> None:
        """Wait for all changes that were accepted."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _enqueue(
        self, queues: dict[str, _Queue], name: str, max_batch: int, change: LoggedChange[T]
    ) -> T:
        queue = queues.get(name)
        if queue is None:
            queue = queues[name] = _Queue(name, max_batch)
            task = asyncio.create_task(self._drain(queues, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if len(queue.changes) >= self._max_waiting:
            raise Busy(
                "Too many changes wait for this session. Nothing was changed; try again.",
                "当前操作过多，本次没有做任何改动，请稍后再试。",
            )
        waiting = _WaitingChange(change, asyncio.get_running_loop().create_future())
        queue.changes.append(waiting)
        answer: T = await waiting.answer
        return answer

    async def _drain(self, queues: dict[str, _Queue], queue: _Queue) -> None:
        changes = queue.changes
        while changes:
            batch = [changes.popleft() for _ in range(min(queue.max_batch, len(changes)))]
            left = await self._commit(queue.name, batch)
            changes.extendleft(reversed(left))
        # No await since the queue was seen empty: no change can have joined it in between.
        del queues[queue.name]

    async def _commit(
        self, topic: str, batch: Sequence[_WaitingChange]
    ) -> Sequence[_WaitingChange]:
        """Make the changes and answer their callers; returns those that it had no time for."""
        try:
            outcomes = await self._transact(topic, batch)
        except StorageUnavailable as error:
            self.unknown_outcomes += 1
            _log.warning(
                "commit failed", topic=topic, changes=len(batch), error=type(error).__name__
            )
            outcomes = [
                Busy(
                    "The change may not be stored. Look again, and try again.",
                    "改动可能没有保存。请先查看，再重试。",
                )
                for _ in batch
            ]
        except Exception as error:  # noqa: BLE001 - one broken change must not hang its neighbours
            if len(batch) > 1:
                for waiting in batch:
                    await self._commit(topic, [waiting])
                return ()
            outcomes = [error]
        for waiting, outcome in zip(batch, outcomes, strict=False):
            if waiting.answer.done():
                continue
            if isinstance(outcome, Exception):
                waiting.answer.set_exception(outcome)
            else:
                waiting.answer.set_result(outcome)
        return batch[len(outcomes) :]

    async def _transact(self, topic: str, batch: Sequence[_WaitingChange]) -> list[Any]:
        """Make the changes in one transaction; return the outcomes of the first, or of all."""

        async def body(transaction: Transaction) -> tuple[list[Any], int]:
            outcomes: list[Any] = []
            events: list[LoggedEvent] = []
            build_until = time.perf_counter() + self._max_build_seconds
            for waiting in batch:
                if outcomes and time.perf_counter() >= build_until:
                    break
                try:
                    result, its_events = await waiting.change(transaction)
                except Refusal as refusal:
                    outcomes.append(refusal)
                else:
                    outcomes.append(result)
                    events += its_events
            placed = await self._log.append(
                topic, events, at=self._clock(), transaction=transaction
            )
            if placed:
                await self._on_logged(placed[-1], transaction)
            return outcomes, len(placed)

        began = time.perf_counter()
        outcomes, events_logged = await self._mongo.run_transaction(body)
        self.transaction_seconds.observe(time.perf_counter() - began)
        self.batch_sizes.observe(len(outcomes))
        self.events_logged += events_logged
        return outcomes
