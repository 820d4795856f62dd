"""The minimum wages as this process knows them: read at the start, and when rows were added."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, time

import structlog

from domain.errors import InvalidInput
from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, AuditEntry, staff_actor
from domain.reference.calendar import CHINA_TIMEZONE
from domain.screening.minimum_wages import MinimumWage, WageTable
from domain.screening.rescreening import RescreenScope
from services.screening.rescreening_tasks import build_rescreening_tasks
from storage.mongo.client import StorageError, Transaction
from storage.store import Store

POLL_INTERVAL_SECONDS = 2.0
"""How often it is seen whether another process has added rows."""

MAX_WAGE_ROWS = 10_000
"""Of all regions and years, held in memory by every process: about fifty come a year."""

_log = structlog.get_logger(__name__)


class MinimumWages:
    """``table`` is at most ``EVERY_SECONDS`` old; what this process adds is in it at once.

    Whoever stores a verdict made with an older table finds out by ``is_current`` afterwards.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[], None]] = []
        self.table = WageTable(rows=())

    async def start(self) -> None:
        """Read the rows, and keep up with them."""
        await self.refresh()
        self._task = asyncio.create_task(self._run_forever())

    def add_listener(self, on_rows: Callable[[], None]) -> None:
        """Have ``on_rows`` called whenever there are other rows, whichever process added them."""
        self._listeners.append(on_rows)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def refresh(self) -> WageTable:
        """Read all rows again."""
        before, self.table = self.table, await self._store.minimum_wages.table()
        if len(before.rows) != len(self.table.rows):
            for on_rows in self._listeners:
                on_rows()
        return self.table

    async def is_current(self, table: WageTable) -> bool:
        """Whether no row was added since ``table`` was read."""
        return await self._store.minimum_wages.count() == len(table.rows)

    async def add(self, row: MinimumWage, caller: Principal, action: AuditAction) -> None:
        """Add a row; what it bears on is screened again, now and on the day it comes into force.

        Now as well for one to come: a region that gets its first row is not judged by its
        province any more.

        :raises InvalidInput: there are ``MOST_ROWS`` already.
        """
        assert row.added_at is not None  # only what is known from the start has none
        if len(self.table.rows) >= MAX_WAGE_ROWS:
            raise InvalidInput("There are too many rows of minimum wages; ask the operator.")
        now = row.added_at
        begins = _midnight(row.effective_from) if row.effective_from else now
        entry = AuditEntry(
            actor=staff_actor(caller),
            action=action,
            subject_type="MinimumWage",
            subject_id=row.id,
            detail=f"{row.region} tier {row.tier}",
        )

        tasks = build_rescreening_tasks(
            row.id,
            RescreenScope.REGION,
            row.region,
            requested_at=now,
            due=[now, max(now, begins)],
        )

        async def body(transaction: Transaction) -> None:
            await self._store.minimum_wages.add(row, transaction=transaction)
            for task in tasks:
                await self._store.rescreens.add(task, transaction=transaction)
            await self._store.audit_log.append([entry], at=now, transaction=transaction)

        await self._store.mongo.run_transaction(body)
        await self.refresh()

    async def _run_forever(self) -> None:
        while True:
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
            try:
                if not await self.is_current(self.table):
                    await self.refresh()
            except StorageError as error:
                _log.warning("minimum wages not read again", error=type(error).__name__)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA_TIMEZONE)
