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
from domain.screening.posting_rules import RULES_VERSION
from realtime.background import Leased
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import POSTINGS_PER_BATCH, PostingGate
from storage.clock import Clock
from storage.store import Store

POLL_INTERVAL_SECONDS = 30.0
"""How often it is looked for."""
_LEASE_NAME = "rescreening"
_LEASE_DURATION = timedelta(minutes=1)

_log = structlog.get_logger(__name__)


class Rescreener(Leased):
    """Screens again while there is something to; ``node`` names this process."""

    def __init__(
        self, store: Store, desk: LiveSessionControl, gate: PostingGate, clock: Clock, node: str
    ) -> None:
        super().__init__(
            store, clock, node, work=_LEASE_NAME, held=_LEASE_DURATION, every=POLL_INTERVAL_SECONDS
        )
        self._desk = desk
        self._gate = gate

    async def run(self) -> int:
        """Do what is to be done now, and give how many postings were changed.

        Nothing while another node has the lease.

        :raises StorageError: MongoDB does not answer; what was done stays.
        """
        changed = 0
        while await self._take_lease():
            if await self._continue_due():
                continue
            found = await self._rescreen_overdue()
            if not found:
                await self._unpin_hidden()
                break
            changed += found
        return changed

    async def _continue_due(self) -> bool:
        """One batch of what was asked for; False when nothing is."""
        due = await self._store.rescreens.find_due(at=self._clock(), limit=1)
        for rescreen in due:
            await self._gate.continue_rescreen(rescreen)
        return bool(due)

    async def _rescreen_overdue(self) -> int:
        overdue = await self._store.postings.find_overdue(
            on=day_in_china(self._clock()), rules=RULES_VERSION, limit=POSTINGS_PER_BATCH
        )
        return await self._gate.rescreen_all(overdue)

    async def _unpin_hidden(self) -> None:
        """Tell the rooms whose posting midnight took away."""
        pinned = await self._store.live_sessions.pinned_posting_ids()
        today = day_in_china(self._clock())
        visible = set(await self._store.postings.visible_ids(pinned, today))
        for posting_id in pinned:
            if posting_id not in visible:
                await self._desk.unpin_closed(posting_id)

    async def _run_once(self) -> None:
        changed = await self.run()
        if changed:
            _log.info("postings screened again", changed=changed)
