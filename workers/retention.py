"""Retention: contacts that nobody needs any more are erased, records past their time deleted.

Once a day, by one of all processes; interrupted, the next run goes on where it was.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from domain.identity.audit import SERVICE_ACTOR, AuditAction, AuditEntry
from domain.leads.personal_data import RetentionPeriods
from services.leads.contacts import LEADS_PER_TRANSACTION, erase_leads
from services.seekers.seekers import erase_seekers
from storage.clock import Clock
from storage.mongo.client import StorageError, Transaction, new_id
from storage.store import Store

RUN_INTERVAL = timedelta(days=1)
LEASE_DURATION = timedelta(minutes=10)
"""After this another process takes over from one that went away."""
POLL_INTERVAL_SECONDS = 600.0
"""How often it is looked whether it is due."""
RECORDS_DELETED_PER_TRANSACTION = 500
_LEASE_NAME = "retention"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class RetentionResult:
    """Leads, profiles and people on call lists that were erased, and records that were deleted."""

    erased: int
    deleted: int


class RetentionWorker:
    def __init__(self, store: Store, clock: Clock, periods: RetentionPeriods) -> None:
        self._store = store
        self._clock = clock
        self._periods = periods
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look whether it is due, now and every ``LOOK_SECONDS``."""
        self._task = asyncio.create_task(self._run_forever())

    async def close(self) -> None:
        """Stop; what a transaction has done stays done."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def run_if_due(self) -> RetentionResult | None:
        """Erase and delete what is late, unless some process has done so within a day."""
        leases, at = self._store.leases, self._clock()
        # Another holder each time: this process, too, finds it taken until it is due again.
        holder = new_id()
        if not await leases.acquire(_LEASE_NAME, holder, at=at, until=at + LEASE_DURATION):
            return None
        done = await self.run()
        at = self._clock()
        await leases.acquire(_LEASE_NAME, holder, at=at, until=at + RUN_INTERVAL)
        return done

    async def run(self) -> RetentionResult:
        """Erase and delete what is late; two at once do the same work once."""
        erased = deleted = 0
        for work in (self._erase_leads, self._erase_profiles, self._erase_call_entries):
            while some := await self._store.mongo.run_transaction(work):
                erased += some
        while some := await self._store.mongo.run_transaction(self._delete_records):
            deleted += some
        return RetentionResult(erased=erased, deleted=deleted)

    async def _erase_leads(self, transaction: Transaction) -> int:
        at = self._clock()
        late = await self._store.sealed_contacts.find_due_for_erasure(
            closed_before=at - self._periods.contacts,
            any_before=at - self._periods.records,
            limit=LEADS_PER_TRANSACTION,
            transaction=transaction,
        )
        await erase_leads(
            self._store,
            late,
            SERVICE_ACTOR,
            at=at,
            transaction=transaction,
            stored_after=at - self._periods.records,
        )
        return len(late)

    async def _erase_profiles(self, transaction: Transaction) -> int:
        """Profiles that nobody has touched for as long as contacts are kept."""
        at = self._clock()
        late = await self._store.seekers.find_idle(
            before=at - self._periods.contacts, limit=LEADS_PER_TRANSACTION, transaction=transaction
        )
        if late:
            await erase_seekers(
                self._store,
                late,
                SERVICE_ACTOR,
                at=at,
                ended=lambda seeker: seeker.updated_at,
                transaction=transaction,
                stored_after=at - self._periods.records,
            )
        return len(late)

    async def _erase_call_entries(self, transaction: Transaction) -> int:
        """People on call lists whom nobody has called for as long as contacts are kept."""
        at = self._clock()
        late = await self._store.call_entries.find_idle(
            before=at - self._periods.contacts, limit=LEADS_PER_TRANSACTION, transaction=transaction
        )
        if late:
            await self._store.call_entries.erase(late, at=at, transaction=transaction)
            entries = [
                AuditEntry(
                    actor=SERVICE_ACTOR,
                    action=AuditAction.ERASE,
                    subject_type="CallEntry",
                    subject_id=each.id,
                )
                for each in late
            ]
            await self._store.audit_log.append(entries, at=at, transaction=transaction)
        return len(late)

    async def _delete_records(self, transaction: Transaction) -> int:
        at = self._clock()
        deleted = await self._store.sealed_contacts.delete_retained(
            completed_before=at - self._periods.records,
            limit=RECORDS_DELETED_PER_TRANSACTION,
            transaction=transaction,
        )
        if deleted:
            entry = AuditEntry(
                actor=SERVICE_ACTOR,
                action=AuditAction.DELETE_RECORDS,
                subject_type="Retained",
                detail=f"{deleted} records",
            )
            await self._store.audit_log.append([entry], at=at, transaction=transaction)
        return deleted

    async def _run_forever(self) -> None:
        while True:
            try:
                done = await self.run_if_due()
            except StorageError as error:
                _log.warning("retention put off", error=type(error).__name__)
            else:
                if done is not None:
                    _log.info("retention done", erased=done.erased, deleted=done.deleted)
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
