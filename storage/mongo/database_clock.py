"""The clock of the database: the time by which all nodes write, compare and wait.

Nodes compare times that other nodes wrote: leases, presence, deadlines, tokens. So they share one
clock, that of MongoDB's primary. A node samples it and counts on from the sample with its monotonic
clock. Its own wall clock has no part in it, and may be wrong or may be set while the node runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from storage.clock import Clock, utc_now
from storage.mongo.client import Mongo, StorageError, deadline

MAX_OFFSET_SECONDS = 5.0
"""A wall clock that differs by more is wrong."""
WITNESS_TIMEOUT_SECONDS = 2.0
"""How long a secondary may take to say what time it has."""
DRIFT = 0.001
"""Seconds a second by which a monotonic clock may go wrong; ten times that of a cheap quartz."""
RESOLUTION_SECONDS = 0.001
"""MongoDB's times are whole milliseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ClockFault(Enum):
    """Whose wall clock is wrong. The value is the name in ``/health/ready``."""

    NODE = "clock"
    DATABASE = "database_clock"
    """A secondary agrees with this node: the primary's clock is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sample:
    """``base`` plus the monotonic clock is the database's time in seconds since 1970."""

    base: float
    error: float
    """Seconds by which ``base`` may be wrong: half of the round trip."""
    taken_at: float

    def error_at(self, monotonic: float) -> float:
        return self.error + (monotonic - self.taken_at) * DRIFT


class DatabaseClock:
    """A ``Clock`` that follows the primary's; the node's own before the first ``sample``."""

    def __init__(
        self,
        mongo: Mongo,
        *,
        wall_clock: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mongo = mongo
        self._wall_clock = wall_clock
        self._monotonic = monotonic
        self._sample: _Sample | None = None
        self.fault: ClockFault | None = None
        """What the last sample found; None when node and database agree."""

    def __call__(self) -> datetime:
        """The database's time, in whole milliseconds."""
        if self._sample is None:
            return self._wall_clock()
        seconds = self._sample.base + self._monotonic()
        return _EPOCH + timedelta(milliseconds=int(seconds * 1000))

    @property
    def offset_seconds(self) -> float:
        """Seconds by which the node's wall clock is ahead of the database; 0 before a sample."""
        return (self._wall_clock() - self()).total_seconds()

    async def sample(self) -> None:
        """Ask the primary for its time, and compare the node's wall clock with it.

        :raises StorageError: the primary does not answer.
        """
        began_at = self._monotonic()
        database_time = await self._mongo.read_clock()
        ended_at = self._monotonic()
        new = _Sample(
            base=database_time.timestamp() - (began_at + ended_at) / 2,
            error=(ended_at - began_at) / 2 + RESOLUTION_SECONDS,
            taken_at=ended_at,
        )
        if self._sample is None or _is_better(new, self._sample):
            self._sample = new
        self.fault = await self._find_fault(new.error)

    async def _find_fault(self, error: float) -> ClockFault | None:
        if abs(self.offset_seconds) <= MAX_OFFSET_SECONDS + error:
            return None
        try:
            with deadline(WITNESS_TIMEOUT_SECONDS):
                witnessed = await self._mongo.read_clock(of_secondary=True)
        except StorageError:
            return ClockFault.NODE
        offset = abs((self._wall_clock() - witnessed).total_seconds())
        is_backed = offset <= MAX_OFFSET_SECONDS + WITNESS_TIMEOUT_SECONDS
        return ClockFault.DATABASE if is_backed else ClockFault.NODE


def _is_better(new: _Sample, old: _Sample) -> bool:
    """Whether ``new`` is more exact, or shows that the database's clock was set.

    A busy event loop makes a round trip long, and its sample inexact: then the old one stays.
    """
    old_error = old.error_at(new.taken_at)
    return new.error <= old_error or abs(new.base - old.base) > new.error + old_error
