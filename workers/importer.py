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
from services.exchange.import_employers import EmployerRows
from services.exchange.import_postings import PostingRows
from services.exchange.import_rows import Decided, Outcomes
from services.live.sessions import Desk
from services.postings.posting_gate import PostingGate
from storage.clock import Clock
from storage.mongo.client import Duplicate, Session, StorageUnavailable
from storage.store import Store

EVERY_SECONDS = 5.0
"""How often imports are looked for that came to another node, or were left by one that died."""
RETRY_SECONDS = 0.05
PARTS_A_TURN = 8
"""Some 2,000 rows, a second's work: then it is the turn of the next import."""
FINDABLE_AT_ONCE = 1_000
"""Rows of a table that can be searched for as soon as they are written, which takes twice as long;
those of a larger one follow (``workers.search_entries``)."""
_LEASE = "imports"
_HELD = timedelta(seconds=30)

_log = structlog.get_logger(__name__)


class _Overtaken(Exception):
    """What was decided does not hold any more; nothing of it may stay."""


class Importer(Leased):
    """Works on imports while there are any; ``node`` names this process.

    Closed, it stops after the write at hand at the latest.
    """

    def __init__(
        self, store: Store, desk: Desk, gate: PostingGate, clock: Clock, *, node: str
    ) -> None:
        super().__init__(store, clock, node, work=_LEASE, held=_HELD, every=EVERY_SECONDS)
        self._desk = desk
        self._gate = gate

    async def run(self) -> int:
        """Work until no import waits or another node has the lease; gives the parts written.

        :raises StorageError: MongoDB does not answer; what was written stays.
        """
        done = 0
        while await self._take_lease():
            waiting = await self._store.imports.next_waiting()
            if waiting is None:
                break
            done += await self._turn(waiting)
        return done

    async def _turn(self, one: Import) -> int:
        """Work on an import for up to ``PARTS_A_TURN`` parts; gives how many were written.

        While one is written, the next is decided already, from what was stored before. That holds
        unless both are about the same things; what others store meanwhile, the write finds out.
        """
        written = 0
        try:
            table = await self._gate.wages()
            decided = await self._decided(one, table)
            if decided is None:
                # Another node has written it just now; or it is gone, and must not come up again.
                await self._break_off(one)
            while decided is not None:
                writing = asyncio.create_task(self._write(one, decided))
                try:
                    goes_on = written + 1 < PARTS_A_TURN
                    ahead = await self._decided(one, table, beyond=1) if goes_on else None
                except BaseException:
                    # However the write ends: its error must not stand for this one, which may be
                    # that this node is to stop.
                    await asyncio.gather(writing, return_exceptions=True)
                    raise
                one = await writing
                written += 1
                if not one.dry_run:
                    await self._follow_up(decided, table)
                if ahead is not None and ahead.depends_on(decided):
                    ahead = await self._decided(one, table)
                decided = ahead
        except (_Overtaken, Duplicate):
            await asyncio.sleep(RETRY_SECONDS)
        except (Refusal, StorageUnavailable):
            raise
        except Exception as error:  # noqa: BLE001 - one broken part must not stop every other import
            _log.error("import broken", error=type(error).__name__)
            await self._break_off(one)
        return written

    async def _decided(self, one: Import, table: WageTable, *, beyond: int = 0) -> Decided | None:
        """What becomes of the part that is next, or of one beyond it; None when there is none."""
        rows = await self._store.imports.chunk(one.id, one.next_chunk + beyond)
        return None if rows is None else await self._outcomes(one, table).decide(rows)

    async def _follow_up(self, decided: Decided, table: WageTable) -> None:
        changed = [after for _, after in decided.changed.values()]
        await self._gate.settle([*decided.postings.values(), *changed], table)
        for posting in changed:
            await self._desk.show_again(posting.id)

    async def _break_off(self, one: Import) -> None:
        await self._store.imports.end(
            one.id, ImportStatus.BROKEN, at=self._clock(), place=one.next_chunk
        )

    def _outcomes(self, one: Import, table: WageTable) -> Outcomes:
        if one.kind is ImportKind.EMPLOYERS:
            return EmployerRows(self._store, self._clock, one)
        return PostingRows(self._store, self._clock, table, one)

    async def _write(self, one: Import, decided: Decided) -> Import:
        """Write what was decided, and give the import as it is then."""

        async def body(session: Session) -> Import:
            if not one.dry_run and not await decided.write(
                self._store, session, at=self._clock(), findable=one.total <= FINDABLE_AT_ONCE
            ):
                raise _Overtaken
            after = await self._store.imports.finish_chunk(
                one, decided.rows, at=self._clock(), session=session
            )
            if after is None:
                raise _Overtaken
            return after

        return await self._store.mongo.transaction(body)

    async def _look(self) -> None:
        done = await self.run()
        if done:
            _log.info("imports worked on", parts=done)
