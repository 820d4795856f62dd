"""Scans of QR codes: counted in memory, and added up in the database every few seconds.

They tell a campaign how often a poster is looked at, which need not be exact: a process that is
killed takes the last ``TICK`` with it. What came of a code is counted from its leads, exactly.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

import structlog

from storage.mongo.client import StorageError
from storage.store import Store

WRITE_INTERVAL_SECONDS = 2.0
"""Seconds between two writes; whatever the number of scans, one batch."""
MAX_WAITING_CODES = 10_000
"""Codes with scans that wait to be written; those of further codes are not counted."""

_log = structlog.get_logger(__name__)


class ScanCounter:
    """Counts for one process."""

    def __init__(self, store: Store) -> None:
        self._codes = store.qr_codes
        self._unwritten: Counter[str] = Counter()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop, and write what was counted."""
        self._stopping.set()
        if self._task is not None:
            await self._task
        await self._write()

    def count(self, code_id: str) -> None:
        """One scan."""
        if code_id in self._unwritten or len(self._unwritten) < MAX_WAITING_CODES:
            self._unwritten[code_id] += 1

    async def _run(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(WRITE_INTERVAL_SECONDS):
                    await self._stopping.wait()
            await self._write()

    async def _write(self) -> None:
        counted, self._unwritten = self._unwritten, Counter()
        try:
            await self._codes.add_scans(counted)
        except StorageError as error:
            _log.warning("scans put off", codes=len(counted), error=type(error).__name__)
            for code_id, scans in counted.items():
                if code_id in self._unwritten or len(self._unwritten) < MAX_WAITING_CODES:
                    self._unwritten[code_id] += scans
