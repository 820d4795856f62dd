"""Search entries for postings that were stored without one, or by an earlier version.

A submitted posting gets its entry at once, and so do the rows of a small import. A large import
stores ten times as many rows a second as MongoDB can take search entries, so its rows are done
here, the newest first. A pause follows each batch, and a longer one while an import runs. Two
nodes that do the same work do no harm.
"""

from __future__ import annotations

import asyncio
import time

import structlog

from realtime.background import Periodic, Schedule
from storage.store import Store

SCHEDULE = Schedule(interval_seconds=1.0)
"""How often postings without a current entry are looked for."""
POSTINGS_PER_BATCH = 100
"""Postings that are read and written together; other tasks get a turn between batches."""
PAUSE_FACTOR, PAUSE_FACTOR_DURING_IMPORT = 0.25, 39
"""Pause after a batch, as a multiple of its duration: an import stores its rows first."""

_log = structlog.get_logger(__name__)


class SearchEntryWriter(Periodic):
    """Writes the missing search entries of postings."""

    def __init__(
        self,
        store: Store,
        *,
        schedule: Schedule = SCHEDULE,
        postings_per_batch: int = POSTINGS_PER_BATCH,
    ) -> None:
        super().__init__("search_entries", schedule)
        self._store = store
        self._postings_per_batch = postings_per_batch

    async def run_once(self) -> None:
        """Write all missing entries, and log how many."""
        written = await self.run()
        if written:
            _log.info("search entries written", postings=written)

    async def run(self) -> int:
        """Write all missing entries; returns for how many postings.

        :raises StorageError: postings or entries cannot be read or written now.
        """
        written = 0
        started = time.monotonic()
        while count := await self._store.search_entries.rebuild_stale(self._postings_per_batch):
            written += count
            is_importing = await self._store.imports.count_active(most=1)
            factor = PAUSE_FACTOR_DURING_IMPORT if is_importing else PAUSE_FACTOR
            await asyncio.sleep(factor * (time.monotonic() - started))
            started = time.monotonic()
        return written
