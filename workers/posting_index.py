"""Keeps the board of open postings: fills it beside the other work, and lets it follow changes.

Each process has its own. The change stream only says which postings have changed; they are read
again, so that hearing of one twice, or late, does no harm.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import structlog

from domain.search.search_index import SearchIndex
from storage.mongo.client import ChangeStream, StorageError
from storage.search.posting_index import MAX_POSTINGS_FOR_INDEX, MemorySearch

MAX_CHANGES_PER_READ = 500
"""Changed postings in one reading."""
BATCH_WINDOW_SECONDS = 0.1
"""How long changes are waited for that can be read together."""
STORAGE_RETRY_SECONDS = 5.0
"""After the database did not answer."""
TOO_LARGE_RETRY_SECONDS = 3_600.0

_log = structlog.get_logger(__name__)


class SearchIndexFollower:
    def __init__(self, boards: MemorySearch) -> None:
        self._boards = boards
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run_forever())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run_forever(self) -> None:
        while True:
            pause = STORAGE_RETRY_SECONDS
            try:
                async with self._boards.watch_changes() as stream:
                    board = await self._build()
                    if len(board) > MAX_POSTINGS_FOR_INDEX:
                        pause = TOO_LARGE_RETRY_SECONDS
                    else:
                        await self._follow(board, stream)
            except StorageError as error:
                _log.warning("postings are not followed now", error=type(error).__name__)
            finally:
                self._boards.index = None
            await asyncio.sleep(pause)

    async def _build(self) -> SearchIndex:
        board = SearchIndex()
        begun = time.monotonic()
        async for _ in self._boards.fill_index(board):
            # As long a pause as the batch took: others have half of the time at least.
            await asyncio.sleep(time.monotonic() - begun)
            begun = time.monotonic()
        await _warm(board)
        return board

    async def _follow(self, board: SearchIndex, stream: ChangeStream) -> None:
        """Until the stream ends, as it does when the collection is dropped."""
        self._boards.index = board
        with suppress(StopAsyncIteration):
            while len(board) <= MAX_POSTINGS_FOR_INDEX:
                await self._boards.refresh_postings(board, await _next_changed_ids(stream))
                if board.needs_compaction:
                    board = self._boards.index = await _rebuild(board)


async def _next_changed_ids(stream: ChangeStream) -> list[str]:
    """The ids of the next changes, as many as come together."""
    ids = {(await anext(stream))["documentKey"]["_id"]}
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(BATCH_WINDOW_SECONDS):
            while len(ids) < MAX_CHANGES_PER_READ:
                ids.add((await anext(stream))["documentKey"]["_id"])
    return list(ids)


async def _rebuild(board: SearchIndex) -> SearchIndex:
    for fresh in board.compact_in_steps():
        if fresh is not None:
            await _warm(fresh)
            return fresh
        await asyncio.sleep(0)
    raise AssertionError("a board that is renewed comes at last")


async def _warm(board: SearchIndex) -> None:
    for _ in board.warm_in_steps():
        await asyncio.sleep(0)
