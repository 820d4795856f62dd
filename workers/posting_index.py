"""The follower of the in-memory search index: fills it, then applies changes of postings.

Each process has its own index. The change stream only names the changed postings; they are read
again, so a change that is reported twice or late does no harm.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from domain.search.search_index import SearchIndex
from realtime.background import Follower, Schedule
from storage.mongo.client import ChangeStream
from storage.search.posting_index import MAX_POSTINGS_FOR_INDEX, MemorySearch

SCHEDULE = Schedule(first_retry_seconds=5.0, max_retry_seconds=60.0)
"""Pauses before the index is filled again after its stream has ended."""
MAX_CHANGES_PER_READ = 500
"""Changed postings in one read."""
BATCH_WINDOW_SECONDS = 0.1
"""How long further changes are awaited that can be read together."""
TOO_LARGE_RETRY_SECONDS = 3_600.0
"""Pause while the database holds more postings than the index takes."""


class SearchIndexFollower(Follower):
    """Keeps ``MemorySearch.index`` current; while it cannot, the index is None."""

    def __init__(
        self,
        search: MemorySearch,
        *,
        schedule: Schedule = SCHEDULE,
        max_postings: int = MAX_POSTINGS_FOR_INDEX,
        too_large_retry_seconds: float = TOO_LARGE_RETRY_SECONDS,
    ) -> None:
        super().__init__("search_index", schedule)
        self._search = search
        self._max_postings = max_postings
        self._too_large_retry_seconds = too_large_retry_seconds

    async def follow(self) -> None:
        """Fill the index and apply changes until the stream ends or the index is too large."""
        try:
            async with self._search.watch_changes() as stream:
                index = await self._build()
                self.mark_connected()
                if len(index) <= self._max_postings:
                    await self._apply_changes(index, stream)
                    return
        finally:
            self._search.index = None
        await asyncio.sleep(self._too_large_retry_seconds)

    async def _build(self) -> SearchIndex:
        index = SearchIndex()
        started = time.monotonic()
        async for _ in self._search.fill_index(index):
            # A pause as long as the batch: other tasks have at least half of the time.
            await asyncio.sleep(time.monotonic() - started)
            started = time.monotonic()
        await _warm(index)
        return index

    async def _apply_changes(self, index: SearchIndex, stream: ChangeStream) -> None:
        """Apply changes until the stream ends, as it does when the collection is dropped."""
        self._search.index = index
        with suppress(StopAsyncIteration):
            while len(index) <= self._max_postings:
                await self._search.refresh_postings(index, await _next_changed_ids(stream))
                if index.needs_compaction:
                    index = self._search.index = await _compact(index)


async def _next_changed_ids(stream: ChangeStream) -> list[str]:
    """The ids of the next changed postings, as many as come together."""
    ids = {(await anext(stream))["documentKey"]["_id"]}
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(BATCH_WINDOW_SECONDS):
            while len(ids) < MAX_CHANGES_PER_READ:
                ids.add((await anext(stream))["documentKey"]["_id"])
    return list(ids)


async def _compact(index: SearchIndex) -> SearchIndex:
    for compacted in index.compact_in_steps():
        if compacted is not None:
            await _warm(compacted)
            return compacted
        await asyncio.sleep(0)
    raise AssertionError("the last step of a compaction yields the new index")


async def _warm(index: SearchIndex) -> None:
    for _ in index.warm_in_steps():
        await asyncio.sleep(0)
