"""Garbage collection: full collections run rarely, because each one stops the process.

Python runs a full collection whenever the number of objects has grown by a quarter. With ten
thousand connections one takes a second, and it frees little: reference counting frees most objects.
So a full one runs only when memory has grown much, and in a quiet hour, when it disturbs nobody.
"""

from __future__ import annotations

import gc
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from realtime.background import Periodic, Schedule

YOUNG_THRESHOLD_OBJECTS = 20_000
"""Net new objects after which young cycles are collected: those of some hundred operations. With
Python's own 700 it would run many times within one burst, and free nothing."""
SCHEDULE = Schedule(interval_seconds=15.0, runs_at_start=False)
_NEVER = 1 << 30

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class GarbageLimits:
    """When a full collection runs."""

    growth_margin_blocks: int = 4_000_000
    """Memory blocks, of about 100 bytes, that a process may always gain between two full
    collections. Beyond that it may grow to twice the blocks that the last one left."""
    max_quiet_connections: int = 200
    """Open WebSocket connections in a quiet time: their objects take some 50 ms to walk."""
    max_quiet_operations: int = 30
    """Operations between two checks in a quiet time."""
    quiet_checks: int = 40
    """Quiet checks in a row before a collection: ten minutes."""
    min_quiet_interval_seconds: float = 6 * 3600.0
    """Shortest time between a full collection and one of a quiet time."""


DEFAULT_LIMITS = GarbageLimits()


class Reason(StrEnum):
    """Why a full collection ran; the value is the label in ``/metrics``."""

    GROWN = "grown"
    QUIET = "quiet"


class GarbageCollector(Periodic):
    """Runs a full collection when memory has grown by the margin and has doubled, or is quiet.

    ``count_connections`` says how many are open, ``count_operations`` how many were ever executed.
    """

    def __init__(
        self,
        count_connections: Callable[[], int],
        count_operations: Callable[[], int],
        *,
        schedule: Schedule = SCHEDULE,
        limits: GarbageLimits = DEFAULT_LIMITS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("garbage", schedule)
        self._count_connections = count_connections
        self._count_operations = count_operations
        self._limits = limits
        self._monotonic = monotonic
        self._thresholds = gc.get_threshold()
        self._blocks_left = 0
        self._collected_at = 0.0
        self._operations = 0
        self._quiet_checks = 0
        self.collections: Counter[Reason] = Counter()
        """Full collections since the start, by reason."""
        self.last_seconds = 0.0
        """How long the last one stopped the process."""

    def start(self) -> None:
        """Exempt all existing objects from later collections, and start to watch the growth."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_THRESHOLD_OBJECTS, self._thresholds[1], _NEVER)
        self._blocks_left = sys.getallocatedblocks()
        self._collected_at = self._monotonic()
        super().start()

    async def close(self) -> None:
        """Restore Python's own behaviour."""
        await super().close()
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def collect_if_grown(self, blocks: int) -> bool:
        """Run a full collection if ``blocks`` is over the bound; returns whether it ran."""
        margin = self._limits.growth_margin_blocks
        if blocks < self._blocks_left + max(self._blocks_left, margin):
            return False
        self._collect(Reason.GROWN)
        return True

    def collect_if_quiet(self) -> bool:
        """Run a full collection if it has been quiet for long, and none ran for hours."""
        before, self._operations = self._operations, self._count_operations()
        is_quiet = (
            self._count_connections() <= self._limits.max_quiet_connections
            and self._operations - before <= self._limits.max_quiet_operations
        )
        self._quiet_checks = self._quiet_checks + 1 if is_quiet else 0
        passed = self._monotonic() - self._collected_at
        if (
            self._quiet_checks < self._limits.quiet_checks
            or passed < self._limits.min_quiet_interval_seconds
        ):
            return False
        self._collect(Reason.QUIET)
        return True

    async def run_once(self) -> None:
        """Collect if memory has grown, or if it is quiet."""
        if not self.collect_if_grown(sys.getallocatedblocks()):
            self.collect_if_quiet()

    def _collect(self, reason: Reason) -> None:
        before, began = sys.getallocatedblocks(), time.perf_counter()
        gc.collect()
        self.last_seconds = time.perf_counter() - began
        self._blocks_left = sys.getallocatedblocks()
        self._collected_at = self._monotonic()
        self.collections[reason] += 1
        _log.info(
            "full garbage collection",
            reason=reason,
            ms=round(self.last_seconds * 1000),
            freed_blocks=before - self._blocks_left,
        )
