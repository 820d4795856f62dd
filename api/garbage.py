"""Keeps full collections of cyclic garbage away from rooms on air.

Python goes through all that lives whenever it has grown by a quarter. With ten thousand
connections that takes a second, in which nobody is served, and it finds little: most of what ends
here ends by itself.
"""

from __future__ import annotations

import asyncio
import gc
import sys

YOUNG_THRESHOLD_OBJECTS = 20_000
"""Objects made and not freed, after which young cycles are looked for: some hundred operations'
worth. Python's own 700 would look many times within one burst, and find nothing."""
GROWTH_MARGIN_BLOCKS = 4_000_000
"""Blocks of memory, of about 100 bytes, by which a process may always grow between two full
collections; beyond that, to twice of what the last one left. Cycles take no more than that."""
CHECK_INTERVAL_SECONDS = 15.0
_NEVER = 1 << 30


class GarbageCollector:
    """Collects all garbage when memory has grown by ``MARGIN`` and doubled, and not before."""

    def __init__(self) -> None:
        self._thresholds = gc.get_threshold()
        self._blocks_left = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Spare all that is there from later collections, as it stays; look from now on."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_THRESHOLD_OBJECTS, self._thresholds[1], _NEVER)
        self._blocks_left = sys.getallocatedblocks()
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Let Python do as it would by itself."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def collect_if_grown(self, blocks: int) -> bool:
        """Collect all if so many blocks are too many; whether they were."""
        if blocks < self._blocks_left + max(self._blocks_left, GROWTH_MARGIN_BLOCKS):
            return False
        gc.collect()
        self._blocks_left = sys.getallocatedblocks()
        return True

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(CHECK_INTERVAL_SECONDS)
            self.collect_if_grown(sys.getallocatedblocks())
