"""Imports at work: part by part, on one node at a time, each import in its turn.

The lease only spares the other nodes the work. A part's postings, outcomes and progress are one
transaction that holds only if the part is still the next one, so a part that two nodes decide, or
one that died over it, is written once.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from domain.errors import Refusal
from domain.exchange.imports import Import, ImportKind, ImportStatus
from domain.screening.minimum_wages import WageTable
from realtime.background import Leased
from services.exchange.employer_import_planner import EmployerImportPlanner
from services.exchange.import_plan import ImportPlan
from services.exchange.import_planner import ImportPlanner
from services.exchange.posting_import_planner import PostingImportPlanner
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import PostingGate
from storage.clock import Clock
from storage.mongo.client import Duplicate, StorageUnavailable, Transaction
from storage.store import Store

POLL_INTERVAL_SECONDS = 5.0
"""How often imports are looked for that came to another node, or were left by one that died."""
OVERTAKEN_RETRY_SECONDS = 0.05
PARTS_PER_TURN = 8
"""Some 2,000 rows, a second's work: then it is the turn of the next import."""
MAX_ROWS_SEARCHABLE_AT_ONCE = 1_000
"""Rows of a table that can be searched for as soon as they are written, which takes twice as long;
those of a larger one follow (``workers.search_entries``)."""
_LEASE_NAME = "imports"
_LEASE_DURATION = timedelta(seconds=30)

_log = structlog.get_logger(__name__)


class _Overtaken(Exception):
    """What was decided does not hold any more; nothing of it may stay."""


class Importer(Leased):
    """Works on imports while there are any; ``node`` names this process.

    Closed, it stops after the write at hand at the latest.
    """

    def __init__(
        self, store: Store, desk: LiveSessionControl, gate: PostingGate, clock: Clock, *, node: str
    ) -> None:
        super().__init__(
            store, clock, node, work=_LEASE_NAME, held=_LEASE_DURATION, every=POLL_INTERVAL_SECONDS
        )
        self._desk = desk
        self._gate = gate

    async def run(self) -> int:
        """Work until no import waits or another node has the lease; gives the parts written.

        :raises StorageError: MongoDB does not answer; what was written stays.
        """
        done = 0
        while await self._take_lease():
            waiting = await self._store.imports.next_active()
            if waiting is None:
                break
            done += await self._work_on(waiting)
        return done

    async def _work_on(self, one: Import) -> int:
        """Work on an import for up to ``PARTS_A_TURN`` parts; gives how many were written.

        While one is written, the next is decided already, from what was stored before. That holds
        unless both are about the same things; what others store meanwhile, the write finds out.
        """
        written = 0
        try:
            table = await self._gate.current_wages()
            decided = await self._plan_part(one, table)
            if decided is None:
                # Another node has written it just now; or it is gone, and must not come up again.
                await self._mark_broken(one)
            while decided is not None:
                writing = asyncio.create_task(self._write_part(one, decided))
                try:
                    goes_on = written + 1 < PARTS_PER_TURN
                    ahead = await self._plan_part(one, table, beyond=1) if goes_on else None
                except BaseException:
                    # However the write ends: its error must not stand for this one, which may be
                    # that this node is to stop.
                    await asyncio.gather(writing, return_exceptions=True)
                    raise
                one = await writing
                written += 1
                if not one.dry_run:
                    await self._settle_postings(decided, table)
                if ahead is not None and ahead.depends_on(decided):
                    ahead = await self._plan_part(one, table)
                decided = ahead
        except (_Overtaken, Duplicate):
            await asyncio.sleep(OVERTAKEN_RETRY_SECONDS)
        except (Refusal, StorageUnavailable):
            raise
        except Exception as error:  # noqa: BLE001 - one broken part must not stop every other import
            _log.error("import broken", error=type(error).__name__)
            await self._mark_broken(one)
        return written

    async def _plan_part(
        self, one: Import, table: WageTable, *, beyond: int = 0
    ) -> ImportPlan | None:
        """What becomes of the part that is next, or of one beyond it; None when there is none."""
        rows = await self._store.imports.read_chunk(one.id, one.next_chunk + beyond)
        return None if rows is None else await self._planner_for(one, table).plan(rows)

    async def _settle_postings(self, decided: ImportPlan, table: WageTable) -> None:
        changed = [after for _, after in decided.changed_postings.values()]
        await self._gate.rescreen_stale([*decided.new_postings.values(), *changed], table)
        for posting in changed:
            await self._desk.refresh_pinned(posting.id)

    async def _mark_broken(self, one: Import) -> None:
        await self._store.imports.end_early(
            one.id, ImportStatus.BROKEN, at=self._clock(), place=one.next_chunk
        )

    def _planner_for(self, one: Import, table: WageTable) -> ImportPlanner:
        if one.kind is ImportKind.EMPLOYERS:
            return EmployerImportPlanner(self._store, self._clock, one)
        return PostingImportPlanner(self._store, self._clock, table, one)

    async def _write_part(self, one: Import, decided: ImportPlan) -> Import:
        """Write what was decided, and give the import as it is then."""

        async def body(transaction: Transaction) -> Import:
            if not one.dry_run and not await decided.write(
                self._store,
                transaction,
                at=self._clock(),
                findable=one.total <= MAX_ROWS_SEARCHABLE_AT_ONCE,
            ):
                raise _Overtaken
            after = await self._store.imports.finish_chunk(
                one, decided.rows, at=self._clock(), transaction=transaction
            )
            if after is None:
                raise _Overtaken
            return after

        return await self._store.mongo.run_transaction(body)

    async def _run_once(self) -> None:
        done = await self.run()
        if done:
            _log.info("imports worked on", parts=done)
