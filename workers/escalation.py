"""Escalation: overdue leads go to the next union above, by one node at a time.

The lease only spares the other nodes the work: whether a lead is due is looked at again within
its own transaction, so that two nodes that both try escalate it once.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from domain.errors import Refusal
from realtime.background import Leased
from services.leads.follow_up import LeadFollowUp
from storage.clock import Clock
from storage.mongo.client import StorageError
from storage.store import Store

POLL_INTERVAL_SECONDS = 60.0
"""How often overdue leads are looked for."""
LEADS_PER_BATCH = 200
"""Leads that are escalated side by side; those of one session share their transactions."""
_LEASE_NAME = "escalation"
_LEASE_DURATION = timedelta(minutes=3)

_log = structlog.get_logger(__name__)


class LeadEscalator(Leased):
    """Looks for overdue leads now and every ``EVERY_SECONDS``; ``node`` names this process."""

    def __init__(self, store: Store, pipeline: LeadFollowUp, clock: Clock, *, node: str) -> None:
        super().__init__(
            store, clock, node, work=_LEASE_NAME, held=_LEASE_DURATION, every=POLL_INTERVAL_SECONDS
        )
        self._pipeline = pipeline

    async def run(self) -> int:
        """Escalate what is due, and give how many leads; none while another node has the lease.

        :raises StorageError: the leads cannot be looked for.
        """
        done = 0
        while await self._take_lease():
            due = await self._store.lead_timelines.find_due_for_escalation(
                at=self._clock(), limit=LEADS_PER_BATCH
            )
            outcomes = await asyncio.gather(
                *(self._pipeline.escalate(lead) for lead in due), return_exceptions=True
            )
            failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
            done += len(due) - len(failures)
            for failure in failures:
                if not isinstance(failure, (Refusal, StorageError)):
                    raise failure
            if failures:
                _log.warning("leads not escalated yet", leads=len(failures))
            # What failed is tried at the next round, not at once and for ever.
            if len(due) < LEADS_PER_BATCH or failures:
                break
        return done

    async def _run_once(self) -> None:
        done = await self.run()
        if done:
            _log.info("leads escalated", leads=done)
