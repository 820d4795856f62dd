"""Making findable what is stored without a search entry: by a large import, or an earlier version.

What is submitted is findable at once, and so are the rows of a small import. A large one has ten
times as many rows to store in a second as MongoDB can take tokens, so its rows come here, the
newest first: a batch at a time, with a pause after each, and a longer one while an import is at
work. That two nodes do the same is work done twice and nothing else.
"""

from __future__ import annotations

import asyncio
import time

import structlog

from storage.mongo.client import StorageError
from storage.store import Store

POLL_INTERVAL_SECONDS = 1.0
"""How often postings without a current entry are looked for."""
POSTINGS_PER_BATCH = 100
"""Postings that are read and written together; others have their turn between any two."""
PAUSE_FACTOR, PAUSE_FACTOR_DURING_IMPORT = 0.25, 39
"""Pauses, in times of what the batch took: an import is to store its rows first."""

_log = structlog.get_logger(__name__)


class SearchEntryWriter:
    """Looks for such postings now and every ``EVERY_SECONDS``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run_forever())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def run(self) -> int:
        """Make all of them findable, and give how many there were.

        :raises StorageError: they cannot be read or written now.
        """
        done = 0
        begun = time.monotonic()
        while found := await self._store.search_entries.rebuild_stale(POSTINGS_PER_BATCH):
            done += found
            importing = await self._store.imports.count_active(most=1)
            rest = PAUSE_FACTOR_DURING_IMPORT if importing else PAUSE_FACTOR
            await asyncio.sleep(rest * (time.monotonic() - begun))
            begun = time.monotonic()
        return done

    async def _run_forever(self) -> None:
        while True:
            try:
                done = await self.run()
                if done:
                    _log.info("postings made findable", postings=done)
            except StorageError as error:
                _log.warning("postings not findable yet", error=type(error).__name__)
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
