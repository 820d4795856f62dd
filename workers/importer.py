"""The import worker: writes imported tables part by part, on one node at a time, in turns.

The lease only spares the other nodes the work. Postings, outcomes and progress of a part are
written in one transaction, and only if the part is still the next one. So a part is written once,
also when two nodes plan it or a node dies while it writes.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from domain.exchange.imports import Import, ImportKind, ImportStatus
from domain.refusals import Refusal
from domain.screening.wage_table import WageTable
from realtime.background import Leased, Schedule
from services.exchange.employer_import_planner import EmployerImportPlanner
from services.exchange.import_plan import ImportPlan
from services.exchange.import_planner import ImportPlanner
from services.exchange.part_reader import PartReader
from services.exchange.posting_import_planner import PostingImportPlanner
from services.exchange.row_processes import RowProcesses
from services.live.sessions import LiveSessionControl
from services.postings.pay_comparison import PayComparison
from services.postings.posting_gate import PostingGate
from services.reference.occupation_names import OccupationNames
from storage.clock import Clock
from storage.mongo.client import Duplicate, StorageUnavailable, Transaction
from storage.store import Store

SCHEDULE = Schedule(interval_seconds=5.0)
"""How often imports are looked for that another node accepted, or left when it died."""
OVERTAKEN_RETRY_SECONDS = 0.05
PARTS_PER_TURN = 20
"""Some 5,000 rows, two or three seconds' work; then the next import has its turn."""
MAX_ROWS_SEARCHABLE_AT_ONCE = 1_000
"""Rows of a table whose search entries are written with the rows, which takes twice as long; those
of a larger table follow later (``workers.search_entries``)."""
_LEASE_NAME = "imports"
_LEASE_DURATION = timedelta(seconds=30)

_log = structlog.get_logger(__name__)


class _Overtaken(Exception):
    """The plan is outdated; nothing of it may be written."""


class Importer(Leased):
    """Writes imports while there are any; ``node`` names this process.

    ``close`` lets a transaction under way finish first. Without ``row_processes`` it reads all rows
    itself.
    """

    def __init__(
        self,
        store: Store,
        desk: LiveSessionControl,
        gate: PostingGate,
        comparison: PayComparison,
        clock: Clock,
        *,
        node: str,
        occupation_names: OccupationNames,
        row_processes: RowProcesses | None = None,
    ) -> None:
        super().__init__(
            _LEASE_NAME, SCHEDULE, store, clock, node=node, lease_duration=_LEASE_DURATION
        )
        self._desk = desk
        self._gate = gate
        self._comparison = comparison
        self._occupation_names = occupation_names
        self._row_processes = row_processes or RowProcesses(0)

    async def run_once(self) -> None:
        """Write the imports that wait, and log how many parts."""
        written = await self.run()
        if written:
            _log.info("imports worked on", parts=written)

    async def run(self) -> int:
        """Work until no import waits or another node has the lease; returns the parts written.

        :raises StorageError: MongoDB does not answer; written parts stay.
        """
        written = 0
        while await self._take_lease():
            waiting = await self._store.imports.next_active()
            if waiting is None:
                break
            written += await self._work_on(waiting)
        return written

    async def _work_on(self, one: Import) -> int:
        """Write up to ``PARTS_PER_TURN`` parts of an import; returns how many were written.

        While one part is written, the next is planned from what was stored before, and the rows of
        those after it are read. Such a plan is made again if it depends on the part being written.
        A conflict with other writers shows when the part is written.
        """
        written = 0
        if await self._is_disabled(one.account_id):
            await self._store.imports.end_early(one.id, ImportStatus.CANCELLED, at=self._clock())
            return written
        try:
            table = await self._gate.current_wages()
            places = range(one.next_chunk, min(one.next_chunk + PARTS_PER_TURN, one.chunks))
            async with PartReader(
                self._store, one.id, places, lambda: self._planner_for(one, table)
            ) as parts:
                part = await parts.take()
                plan = await part.plan() if part is not None else None
                if plan is None:
                    # Another node has just written the part; or it is lost, and must not be
                    # retried.
                    await self._mark_broken(one)
                while plan is not None:
                    writing = asyncio.create_task(self._write_part(one, plan))
                    try:
                        part = await parts.take()
                        ahead = await part.plan() if part is not None else None
                    except BaseException:
                        # The outcome of the write must not replace this exception, which may be
                        # the cancellation by close.
                        await asyncio.gather(writing, return_exceptions=True)
                        raise
                    one = await writing
                    written += 1
                    if not one.dry_run:
                        await self._settle_postings(plan, table)
                    if part is not None and ahead is not None and ahead.depends_on(plan):
                        ahead = await part.plan_again()
                    plan = ahead
        except (_Overtaken, Duplicate):
            await asyncio.sleep(OVERTAKEN_RETRY_SECONDS)
        except (Refusal, StorageUnavailable):
            raise
        except Exception as error:  # noqa: BLE001 - one broken part must not stop every other import
            _log.error("import broken", error=type(error).__name__)
            await self._mark_broken(one)
        return written

    async def _is_disabled(self, account_id: str) -> bool:
        """Whether the account that imports was disabled since. What it has stored stays."""
        account = await self._store.accounts.by_id(account_id)
        return account is not None and account.disabled_at is not None

    async def _settle_postings(self, plan: ImportPlan, table: WageTable) -> None:
        changed = [after for _, after in plan.changed_postings.values()]
        await self._gate.rescreen_stale([*plan.new_postings.values(), *changed], table)
        for posting in changed:
            await self._desk.refresh_posting(posting.id)

    async def _mark_broken(self, one: Import) -> None:
        await self._store.imports.end_early(
            one.id, ImportStatus.BROKEN, at=self._clock(), place=one.next_chunk
        )

    def _planner_for(self, one: Import, table: WageTable) -> ImportPlanner:
        if one.kind is ImportKind.EMPLOYERS:
            return EmployerImportPlanner(self._store, self._clock, one)
        return PostingImportPlanner(
            self._store,
            self._clock,
            table,
            one,
            self._comparison,
            book=self._occupation_names.book,
            processes=self._row_processes,
        )

    async def _write_part(self, one: Import, plan: ImportPlan) -> Import:
        """Write a plan in one transaction; returns the import with its new progress."""

        async def body(transaction: Transaction) -> Import:
            if not one.dry_run and not await plan.write(
                self._store,
                transaction,
                at=self._clock(),
                findable=one.total <= MAX_ROWS_SEARCHABLE_AT_ONCE,
            ):
                raise _Overtaken
            after = await self._store.imports.finish_chunk(
                one, plan.rows, at=self._clock(), transaction=transaction
            )
            if after is None:
                raise _Overtaken
            return after

        return await self._store.mongo.run_transaction(body)
