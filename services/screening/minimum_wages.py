"""Minimum wages in memory: read at the start, and again when any process adds rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time

from domain.identity.accounts import Principal
from domain.identity.audit import AuditAction, AuditEntry, staff_actor
from domain.reference.calendar import CHINA_TIMEZONE, day_in_china
from domain.reference.regions import PROVINCES
from domain.refusals import InvalidInput
from domain.screening.minimum_wages import MinimumWage
from domain.screening.rescreening import RescreeningTask, RescreenScope
from domain.screening.wage_table import WageTable
from realtime.background import Periodic, Schedule
from services.screening.rescreening_tasks import build_rescreening_tasks
from storage.mongo.client import Transaction
from storage.store import Store

SCHEDULE = Schedule(interval_seconds=2.0, runs_at_start=False)
"""How often rows of other processes are looked for."""
MAX_WAGE_ROWS = 10_000
"""Rows of all regions and years in the memory of every process; about fifty are added a year."""


class MinimumWages(Periodic):
    """The minimum wages that this process screens by.

    ``table`` is at most as old as the interval of its schedule; a row that this process adds is in
    it at once. A caller that stores a verdict checks afterwards, with ``is_current``, whether its
    table was outdated.
    """

    def __init__(
        self, store: Store, *, schedule: Schedule = SCHEDULE, max_rows: int = MAX_WAGE_ROWS
    ) -> None:
        super().__init__("minimum_wages", schedule)
        self._store = store
        self._max_rows = max_rows
        self._listeners: list[Callable[[], None]] = []
        self.table = WageTable(rows=())

    async def open(self) -> None:
        """Read the rows, and start to read those that other processes add.

        :raises StorageError: they cannot be read.
        """
        await self.refresh()
        self.start()

    def add_listener(self, on_rows: Callable[[], None]) -> None:
        """Call ``on_rows`` whenever rows were added, by any process."""
        self._listeners.append(on_rows)

    async def run_once(self) -> None:
        """Read the rows again if any were added."""
        if not await self.is_current(self.table):
            await self.refresh()

    async def refresh(self) -> WageTable:
        """Read all rows again, and call the listeners if their number changed."""
        before, self.table = self.table, await self._store.minimum_wages.table()
        if len(before.rows) != len(self.table.rows):
            for on_rows in self._listeners:
                on_rows()
        return self.table

    async def is_current(self, table: WageTable) -> bool:
        """Whether no process has added a row since ``table`` was read."""
        return await self._store.minimum_wages.count() == len(table.rows)

    async def add(self, row: MinimumWage, caller: Principal, action: AuditAction) -> None:
        """Add one row, as ``add_all`` does."""
        await self.add_all([row], caller, action)

    async def add_all(
        self,
        rows: Sequence[MinimumWage],
        caller: Principal,
        action: AuditAction,
        *,
        also: Callable[[Transaction], Awaitable[None]] | None = None,
    ) -> None:
        """Add rows, all or none; postings of their regions are screened again.

        ``also`` writes more in the same transaction, which may run more than once.

        That is done now and when each comes into force. A row that comes into force later is
        screened by now as well: a region with a first row of its own is no longer judged by its
        province. Rows that change the pay that passes everywhere concern all provinces.

        :raises InvalidInput: the table is full.
        """
        if len(self.table.rows) + len(rows) > self._max_rows:
            raise InvalidInput(
                "There are too many rows of minimum wages; ask the operator.",
                "最低工资标准的记录已达上限，请联系系统管理员。",
            )
        entries = [
            AuditEntry(
                actor=staff_actor(caller),
                action=action,
                subject_type="MinimumWage",
                subject_id=row.id,
                detail=f"{row.region} tier {row.tier}",
            )
            for row in rows
        ]
        now = max(_added_at(row) for row in rows)
        tasks = build_wage_tasks(rows, self.table, requested_at=now)

        async def body(transaction: Transaction) -> None:
            for row in rows:
                await self._store.minimum_wages.add(row, transaction=transaction)
            for task in tasks:
                await self._store.rescreens.add(task, transaction=transaction)
            await self._store.audit_log.append(entries, at=now, transaction=transaction)
            if also is not None:
                await also(transaction)

        await self._store.mongo.run_transaction(body)
        await self.refresh()


def build_wage_tasks(
    rows: Sequence[MinimumWage], before: WageTable, *, requested_at: datetime
) -> list[RescreeningTask]:
    """Return the tasks to screen the postings that new rows concern.

    Those of a region are due now and on the first day of each of its rows. Where rows change the
    pay that passes everywhere, all other provinces are due on the day of that change.
    """
    today = day_in_china(requested_at)
    due: dict[str, set[date]] = {}
    for row in rows:
        due.setdefault(row.region, set()).update({today, max(today, row.first_day)})
    for day in before.national_changes(rows, today):
        for province in PROVINCES:
            due.setdefault(province, set()).add(day)
    return [
        task
        for region, days in due.items()
        for task in build_rescreening_tasks(
            f"{rows[0].id}-{region}",
            RescreenScope.REGION,
            region,
            requested_at=requested_at,
            due=[max(requested_at, _midnight(day)) for day in sorted(days)],
        )
    ]


def _added_at(row: MinimumWage) -> datetime:
    assert row.added_at is not None  # only built-in rows have none
    return row.added_at


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA_TIMEZONE)
