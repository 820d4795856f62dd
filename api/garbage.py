"""Garbage collection: full collections run rarely, because each one stops the process.

Python runs a full collection whenever the number of objects has grown by a quarter. With ten
thousand connections one takes a second, and it frees little: reference counting frees most objects.
"""

from __future__ import annotations

import gc
import sys

from realtime.background import Periodic, Schedule

YOUNG_THRESHOLD_OBJECTS = 20_000
"""Net new objects after which young cycles are collected: those of some hundred operations. With
Python's own 700 it would run many times within one burst, and free nothing."""
GROWTH_MARGIN_BLOCKS = 4_000_000
"""Memory blocks, of about 100 bytes, that a process may always gain between two full collections.
Beyond that it may grow to twice the blocks that the last one left. This bounds the garbage."""
SCHEDULE = Schedule(interval_seconds=15.0, runs_at_start=False)
_NEVER = 1 << 30


class GarbageCollector(Periodic):
    """Runs a full collection when memory has grown by the margin and has doubled, not before."""

    def __init__(
        self,
        *,
        schedule: Schedule = SCHEDULE,
        growth_margin_blocks: int = GROWTH_MARGIN_BLOCKS,
    ) -> None:
        super().__init__("garbage", schedule)
        self._thresholds = gc.get_threshold()
        self._growth_margin_blocks = growth_margin_blocks
        self._blocks_left = 0

    def start(self) -> None:
        """Exempt all existing objects from later collections, and start to watch the growth."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_THRESHOLD_OBJECTS, self._thresholds[1], _NEVER)
        self._blocks_left = sys.getallocatedblocks()
        super().start()

    async def close(self) -> None:
        """Restore Python's own behaviour."""
        await super().close()
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def collect_if_grown(self, blocks: int) -> bool:
        """Run a full collection if ``blocks`` is over the bound; returns whether it ran."""
        if blocks < self._blocks_left + max(self._blocks_left, self._growth_margin_blocks):
            return False
        gc.collect()
        self._blocks_left = sys.getallocatedblocks()
        return True

    async def run_once(self) -> None:
        """Collect if memory has grown."""
        self.collect_if_grown(sys.getallocatedblocks())
