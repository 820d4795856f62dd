"""The minimum wages as this process knows them: read at the start, and when rows were added."""

from __future__ import annotations

import asyncio

import structlog

from domain.wages import WageTable
from storage.client import StorageError
from storage.store import Store

EVERY_SECONDS = 2.0
"""How often it is seen whether another process has added rows."""

_log = structlog.get_logger(__name__)


class LiveWages:
    """``table`` is at most ``EVERY_SECONDS`` old; what this process adds is in it at once.

    Whoever stores a verdict made with an older table finds out by ``is_current`` afterwards.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._task: asyncio.Task[None] | None = None
        self.table = WageTable(rows=())

    async def start(self) -> None:
        """Read the rows, and keep up with them."""
        await self.refresh()
        self._task = asyncio.create_task(self._keep_up())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def refresh(self) -> WageTable:
        """Read all rows again."""
        self.table = await self._store.wages.table()
        return self.table

    async def is_current(self, table: WageTable) -> bool:
        """Whether no row was added since ``table`` was read."""
        return await self._store.wages.count() == len(table.rows)

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                if not await self.is_current(self.table):
                    await self.refresh()
            except StorageError as error:
                _log.warning("minimum wages not read again", error=type(error).__name__)
