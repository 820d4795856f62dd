"""Background tasks: the only endless loops of a process.

``Periodic`` repeats a run, ``Leased`` does so on one node at a time, and ``Follower`` follows a
stream. All three survive every exception, retry with a growing pause, count their failures and
report to ``/health/ready`` and ``/metrics``.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from traceback import walk_tb
from typing import Protocol

import structlog

from domain.refusals import Refusal
from storage.clock import Clock
from storage.mongo.client import StorageError
from storage.store import Store

REPEATED_FAILURES = 3
"""Failures in a row from which on a task counts as failing."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """When a background task runs."""

    interval_seconds: float | None = None
    """Longest pause between two runs; None: the task runs only when it is woken."""
    spacing_seconds: float = 0.0
    """Shortest pause between two runs, also when the task is woken."""
    runs_at_start: bool = True
    """Whether the first run comes at once, not after the first interval or wake-up."""
    first_retry_seconds: float = 0.5
    """Pause after the first failure; it doubles with each further failure in a row."""
    max_retry_seconds: float = 5.0
    """Longest pause after a failure."""

    def retry_pause(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row."""
        doubled = self.first_retry_seconds * 2.0 ** min(max(failures, 1) - 1, 30)
        return min(doubled, self.max_retry_seconds)


class Monitored(Protocol):
    """What readiness and metrics show of background work."""

    @property
    def name(self) -> str:
        """Name in ``/health/ready`` and the label ``task`` in ``/metrics``."""

    @property
    def failures(self) -> int:
        """Failures since the start of the process."""

    @property
    def is_failing(self) -> bool:
        """Whether the last ``REPEATED_FAILURES`` attempts all failed."""

    @property
    def has_ended(self) -> bool:
        """Whether the work stopped although it was not closed."""


class BackgroundTask(ABC):
    """One endless task: starts, stops, survives every exception, counts runs and failures."""

    def __init__(self, name: str, schedule: Schedule) -> None:
        self.name = name
        self._schedule = schedule
        self.runs = 0
        self.failures = 0
        self.consecutive_failures = 0
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    def start(self) -> None:
        """Start the task."""
        self._is_closed = False
        self._task = asyncio.create_task(self._run_forever(), name=self.name)

    async def close(self) -> None:
        """Cancel the task and wait for its end; does nothing before the start."""
        self._is_closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    @property
    def is_failing(self) -> bool:
        """Whether the last ``REPEATED_FAILURES`` attempts all failed."""
        return self.consecutive_failures >= REPEATED_FAILURES

    @property
    def has_ended(self) -> bool:
        """Whether the task ended although it was not closed."""
        return self._task is not None and self._task.done() and not self._is_closed

    @abstractmethod
    async def _run_forever(self) -> None:
        """Repeat ``_attempt`` until ``close``.

        It looks at ``_is_closed`` as well: a library may swallow the cancellation.
        """

    async def _attempt(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do ``work`` once and count how it ends."""
        self.runs += 1
        try:
            await work()
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Something that the work waited for was cancelled, not this task.
            self.record_failure(error)
        except Exception as error:  # noqa: BLE001 - the task must outlive every fault of one run
            self.record_failure(error)
        else:
            self.consecutive_failures = 0

    def record_failure(self, error: BaseException) -> None:
        """Count a failure, and log its type and place; its message may quote stored data."""
        self.failures += 1
        self.consecutive_failures += 1
        is_expected = isinstance(error, (Refusal, StorageError))
        _log.log(
            logging.WARNING if is_expected else logging.ERROR,
            "background task put off" if is_expected else "background task failed",
            task=self.name,
            error=type(error).__name__,
            place=_place_of(error),
            in_a_row=self.consecutive_failures,
        )


class Periodic(BackgroundTask):
    """Calls ``run_once`` on a schedule, and earlier when it is woken.

    After a failure the next run comes after ``Schedule.retry_pause``, woken or not.
    """

    def __init__(self, name: str, schedule: Schedule) -> None:
        super().__init__(name, schedule)
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Run soon: there is something to do."""
        self._woken.set()

    @abstractmethod
    async def run_once(self) -> None:
        """Do what there is to do now."""

    async def _run_forever(self) -> None:
        if not self._schedule.runs_at_start:
            await self._wait_until_due()
        while not self._is_closed:
            self._woken.clear()
            await self._attempt(self.run_once)
            if self._is_closed:
                break
            if self.consecutive_failures:
                await asyncio.sleep(self._schedule.retry_pause(self.consecutive_failures))
                continue
            if self._schedule.spacing_seconds:
                await asyncio.sleep(self._schedule.spacing_seconds)
            await self._wait_until_due()

    async def _wait_until_due(self) -> None:
        """Wait for a wake-up, at most for the interval."""
        if self._schedule.interval_seconds is None:
            await self._woken.wait()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._schedule.interval_seconds):
                await self._woken.wait()


class Leased(Periodic):
    """A ``Periodic`` whose work one node at a time does, under a lease.

    The lease only spares the other nodes the work: the work must stay correct when two nodes do
    it. ``run_once`` takes the lease with ``_take_lease``; ``node`` names this process.
    """

    def __init__(
        self,
        name: str,
        schedule: Schedule,
        store: Store,
        clock: Clock,
        *,
        node: str,
        lease_duration: timedelta,
    ) -> None:
        super().__init__(name, schedule)
        self._store = store
        self._clock = clock
        self._node = node
        self._lease_duration = lease_duration

    async def close(self) -> None:
        """Stop, and release the lease so that another node goes on at once."""
        was_started = self._task is not None
        await super().close()
        if not was_started:
            return
        try:
            await self._store.leases.release(self.name, self._node)
        except StorageError as error:
            _log.warning("lease runs out by itself", task=self.name, error=type(error).__name__)

    async def _take_lease(self) -> bool:
        """Take or extend the lease by ``lease_duration``; False while another node holds it."""
        at = self._clock()
        return await self._store.leases.acquire(
            self.name, self._node, at=at, until=at + self._lease_duration
        )


class Follower(BackgroundTask):
    """Calls ``follow`` again whenever it returns or fails, after a growing pause.

    ``follow`` opens a stream, calls ``mark_connected``, and reads until the stream ends.
    """

    def __init__(self, name: str, schedule: Schedule) -> None:
        super().__init__(name, schedule)
        self.restarts = 0
        """How often the stream was opened again."""

    @abstractmethod
    async def follow(self) -> None:
        """Open the stream and read it until it ends."""

    def mark_connected(self) -> None:
        """The stream is open: the next pause is the shortest again."""
        self.consecutive_failures = 0

    async def _run_forever(self) -> None:
        while not self._is_closed:
            await self._attempt(self.follow)
            if self._is_closed:
                break
            await asyncio.sleep(self._schedule.retry_pause(self.consecutive_failures))
            self.restarts += 1


def _place_of(error: BaseException) -> str:
    """The innermost frame of an exception as "folder/file.py:line"."""
    frames = list(walk_tb(error.__traceback__))
    if not frames:
        return ""
    frame, line = frames[-1]
    return f"{'/'.join(PurePath(frame.f_code.co_filename).parts[-2:])}:{line}"
