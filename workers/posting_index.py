"""Keeps the board of open postings: fills it beside the other work, and lets it follow changes.

Each process has its own. The change stream only says which postings have changed; they are read
again, so that hearing of one twice, or late, does no harm.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import structlog

from domain.search.bitset_index import Board
from storage.mongo.client import ChangeStream, StorageError
from storage.search.posting_index import MOST, Boards

AT_ONCE = 500
"""Changed postings in one reading."""
GATHER_SECONDS = 0.1
"""How long changes are waited for that can be read together."""
AGAIN_SECONDS = 5.0
"""After the database did not answer."""
TOO_LARGE_SECONDS = 3_600.0

_log = structlog.get_logger(__name__)


class BoardKeeper:
    def __init__(self, boards: Boards) -> None:
        self._boards = boards
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_on())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _keep_on(self) -> None:
        while True:
            pause = AGAIN_SECONDS
            try:
                async with self._boards.changes() as stream:
                    board = await self._filled()
                    if len(board) > MOST:
                        pause = TOO_LARGE_SECONDS
                    else:
                        await self._follow(board, stream)
            except StorageError as error:
                _log.warning("postings are not followed now", error=type(error).__name__)
            finally:
                self._boards.current = None
            await asyncio.sleep(pause)

    async def _filled(self) -> Board:
        board = Board()
        begun = time.monotonic()
        async for _ in self._boards.fill(board):
            # As long a pause as the batch took: others have half of the time at least.
            await asyncio.sleep(time.monotonic() - begun)
            begun = time.monotonic()
        await _warmed(board)
        return board

    async def _follow(self, board: Board, stream: ChangeStream) -> None:
        """Until the stream ends, as it does when the collection is dropped."""
        self._boards.current = board
        with suppress(StopAsyncIteration):
            while len(board) <= MOST:
                await self._boards.refresh(board, await _changed(stream))
                if board.is_worn:
                    board = self._boards.current = await _renewed(board)


async def _changed(stream: ChangeStream) -> list[str]:
    """The ids of the next changes, as many as come together."""
    ids = {(await anext(stream))["documentKey"]["_id"]}
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(GATHER_SECONDS):
            while len(ids) < AT_ONCE:
                ids.add((await anext(stream))["documentKey"]["_id"])
    return list(ids)


async def _renewed(board: Board) -> Board:
    for fresh in board.renewed():
        if fresh is not None:
            await _warmed(fresh)
            return fresh
        await asyncio.sleep(0)
    raise AssertionError("a board that is renewed comes at last")


async def _warmed(board: Board) -> None:
    for _ in board.warmed():
        await asyncio.sleep(0)
