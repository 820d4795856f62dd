"""Rescreening: published postings are screened again when what they were screened by has changed.

That is so when minimum wages or screening rules have changed, when an employer's check has run
out, or when a posting's last day has passed. One node at a time works, in bounded batches.

The lease only spares the other nodes the work: each posting is written only over the version that
was read. Readers never see an outdated posting: ``visible`` hides a posting past its last day at
midnight, and this worker then gives it the status that says why.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from domain.reference.calendar import day_in_china
from domain.screening.posting_rules import RULES_VERSION
from realtime.background import Leased, Schedule
from services.live.sessions import LiveSessionControl
from services.postings.posting_gate import PostingGate
from storage.clock import Clock
from storage.store import Store

SCHEDULE = Schedule(interval_seconds=30.0)
"""How often postings to screen again are looked for."""
_LEASE_DURATION = timedelta(minutes=1)

_log = structlog.get_logger(__name__)


class Rescreener(Leased):
    """Screens postings again while there are any to screen; ``node`` names this process."""

    def __init__(
        self, store: Store, desk: LiveSessionControl, gate: PostingGate, clock: Clock, node: str
    ) -> None:
        super().__init__(
            "rescreening", SCHEDULE, store, clock, node=node, lease_duration=_LEASE_DURATION
        )
        self._desk = desk
        self._gate = gate

    async def run_once(self) -> None:
        """Screen again what is due, and log how many postings changed."""
        changed = await self.run()
        if changed:
            _log.info("postings screened again", changed=changed)

    async def run(self) -> int:
        """Screen again what is due; returns how many postings changed.

        It returns 0 while another node has the lease.

        :raises StorageError: MongoDB does not answer; finished batches stay.
        """
        changed = 0
        while await self._take_lease():
            if await self._continue_due():
                continue
            rescreened = await self._rescreen_overdue()
            if not rescreened:
                await self._unpin_hidden()
                break
            changed += rescreened
        return changed

    async def _continue_due(self) -> bool:
        """Do one batch of a due rescreening task; False when none is due."""
        due = await self._store.rescreens.find_due(at=self._clock(), limit=1)
        for rescreen in due:
            await self._gate.continue_rescreen(rescreen)
        return bool(due)

    async def _rescreen_overdue(self) -> int:
        overdue = await self._store.postings.find_overdue(
            on=day_in_china(self._clock()),
            rules=RULES_VERSION,
            limit=self._gate.limits.postings_per_batch,
        )
        return await self._gate.rescreen_all(overdue)

    async def _unpin_hidden(self) -> None:
        """Unpin the postings that are hidden since midnight."""
        pinned = await self._store.live_sessions.pinned_posting_ids()
        today = day_in_china(self._clock())
        visible = set(await self._store.postings.visible_ids(pinned, today))
        for posting_id in pinned:
            if posting_id not in visible:
                await self._desk.unpin_closed(posting_id)
