"""Screening again what was let through before: when wages or rules have changed, when the check of
an employer or the last day of a posting has passed. By one node at a time, in bounded batches.

The lease only spares the other nodes the work: each posting is written over the version that was
read. People see none of it late: what is past its day is hidden by ``visible`` at midnight, and
here gets the status that says why.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from domain.reference.calendar import day_in_china
from domain.screening.screening import RULES
from realtime.background import Leased
from services.live.sessions import Desk
from services.postings.posting_gate import AT_ONCE, PostingGate
from storage.clock import Clock
from storage.store import Store

EVERY_SECONDS = 30.0
"""How often it is looked for."""
_LEASE = "rescreening"
_HELD = timedelta(minutes=1)

_log = structlog.get_logger(__name__)


class Rescreening(Leased):
    """Screens again while there is something to; ``node`` names this process."""

    def __init__(
        self, store: Store, desk: Desk, gate: PostingGate, clock: Clock, node: str
    ) -> None:
        super().__init__(store, clock, node, work=_LEASE, held=_HELD, every=EVERY_SECONDS)
        self._desk = desk
        self._gate = gate

    async def run(self) -> int:
        """Do what is to be done now, and give how many postings were changed.

        Nothing while another node has the lease.

        :raises StorageError: MongoDB does not answer; what was done stays.
        """
        changed = 0
        while await self._take_lease():
            if await self._go_on():
                continue
            found = await self._overdue()
            if not found:
                await self._clear_rooms()
                break
            changed += found
        return changed

    async def _go_on(self) -> bool:
        """One batch of what was asked for; False when nothing is."""
        due = await self._store.rescreens.due(at=self._clock(), limit=1)
        for rescreen in due:
            await self._gate.carry_on(rescreen)
        return bool(due)

    async def _overdue(self) -> int:
        overdue = await self._store.postings.overdue(
            on=day_in_china(self._clock()), rules=RULES, limit=AT_ONCE
        )
        return await self._gate.look_through(overdue)

    async def _clear_rooms(self) -> None:
        """Tell the rooms whose posting midnight took away."""
        pinned = await self._store.sessions.pinned()
        today = day_in_china(self._clock())
        visible = set(await self._store.postings.visible_ids(pinned, today))
        for posting_id in pinned:
            if posting_id not in visible:
                await self._desk.take_away(posting_id)

    async def _look(self) -> None:
        changed = await self.run()
        if changed:
            _log.info("postings screened again", changed=changed)
