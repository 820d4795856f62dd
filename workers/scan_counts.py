"""Scan counts of QR codes: counted in memory, added to the database every two seconds.

They tell a campaign how often a poster is looked at and need not be exact: a killed process loses
the counts of one interval. The leads that came from a code are counted exactly, elsewhere.
"""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog

from realtime.background import Periodic, Schedule
from storage.mongo.client import StorageError
from storage.store import Store

SCHEDULE = Schedule(interval_seconds=2.0, runs_at_start=False)
"""How often counts are written; whatever their number, in one batch."""
MAX_WAITING_CODES = 10_000
"""Codes whose counts may wait to be written; scans of further codes are not counted."""

_log = structlog.get_logger(__name__)


class ScanCounter(Periodic):
    """Counts the scans that one process sees."""

    def __init__(
        self,
        store: Store,
        *,
        schedule: Schedule = SCHEDULE,
        max_waiting_codes: int = MAX_WAITING_CODES,
    ) -> None:
        super().__init__("scan_counts", schedule)
        self._codes = store.qr_codes
        self._max_waiting_codes = max_waiting_codes
        self._unwritten: Counter[str] = Counter()
        self._writing = asyncio.Lock()

    async def close(self) -> None:
        """Stop, and write the counts that wait."""
        # A write that is cut off could count twice or not at all.
        async with self._writing:
            await super().close()
        try:
            await self.run_once()
        except StorageError as error:
            _log.warning("scan counts lost", error=type(error).__name__)

    def count(self, code_id: str) -> None:
        """Count one scan."""
        self._add(code_id, 1)

    async def run_once(self) -> None:
        """Write the counts that wait; after a fault they wait again.

        :raises StorageError: they cannot be written now.
        """
        async with self._writing:
            counted, self._unwritten = self._unwritten, Counter()
            try:
                await self._codes.add_scans(counted)
            except Exception:
                for code_id, scans in counted.items():
                    self._add(code_id, scans)
                raise

    def _add(self, code_id: str, scans: int) -> None:
        if code_id in self._unwritten or len(self._unwritten) < self._max_waiting_codes:
            self._unwritten[code_id] += scans
