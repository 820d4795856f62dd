"""Escalation: overdue leads go to the union one level above; one node at a time looks for them.

The lease only spares the other nodes the work. Each escalation checks within its own transaction
that the lead is still due, so two nodes that both try escalate it once.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from realtime.background import Leased, Schedule
from services.leads.follow_up import LeadFollowUp
from storage.clock import Clock
from storage.store import Store
from workers.attempts import attempt_all

SCHEDULE = Schedule(interval_seconds=60.0)
"""How often overdue leads are looked for."""
LEADS_PER_BATCH = 200
"""Leads that are escalated at the same time; those of one session share their transactions."""
_LEASE_DURATION = timedelta(minutes=3)

_log = structlog.get_logger(__name__)


class LeadEscalator(Leased):
    """Escalates overdue leads; ``node`` names this process."""

    def __init__(self, store: Store, pipeline: LeadFollowUp, clock: Clock, *, node: str) -> None:
        super().__init__(
            "escalation", SCHEDULE, store, clock, node=node, lease_duration=_LEASE_DURATION
        )
        self._pipeline = pipeline

    async def run_once(self) -> None:
        """Escalate the leads that are due, and log how many."""
        escalated = await self.run()
        if escalated:
            _log.info("leads escalated", leads=escalated)

    async def run(self) -> int:
        """Escalate the leads that are due; returns how many, 0 while another node has the lease.

        :raises StorageError: due leads cannot be read.
        """
        escalated = 0
        while await self._take_lease():
            due = await self._store.lead_timelines.find_due_for_escalation(
                at=self._clock(), limit=LEADS_PER_BATCH
            )
            failures = await attempt_all(self._pipeline.escalate(lead) for lead in due)
            escalated += len(due) - failures
            if failures:
                _log.warning("leads not escalated yet", leads=failures)
            # Failed leads are retried in the next run, not at once and for ever.
            if len(due) < LEADS_PER_BATCH or failures:
                break
        return escalated
