"""Retention: contacts are erased and records are deleted when their time is over.

One process does so once a day. The next run continues where an interrupted one stopped.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from domain.identity.audit import SERVICE_ACTOR, AuditAction, AuditEntry
from domain.leads.personal_data import RetentionPeriods
from realtime.background import Periodic, Schedule
from services.leads.erasure import LEADS_PER_TRANSACTION, erase_leads
from services.seekers.profile_erasure import erase_seekers
from storage.clock import Clock
from storage.mongo.client import StorageError, Transaction, new_id
from storage.store import Store

RUN_INTERVAL = timedelta(days=1)
LEASE_DURATION = timedelta(minutes=10)
"""After this another process takes over from one that died."""
SCHEDULE = Schedule(interval_seconds=600.0, first_retry_seconds=60.0, max_retry_seconds=600.0)
"""How often a process checks whether a run is due."""
RECORDS_DELETED_PER_TRANSACTION = 500

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class RetentionResult:
    """Numbers of erased leads, profiles and people on call lists, and of deleted records."""

    erased: int
    deleted: int


class RetentionWorker(Periodic):
    """Erases and deletes once a day, in one process of all."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        periods: RetentionPeriods,
        *,
        schedule: Schedule = SCHEDULE,
        erased_per_transaction: int = LEADS_PER_TRANSACTION,
        deleted_per_transaction: int = RECORDS_DELETED_PER_TRANSACTION,
    ) -> None:
        super().__init__("retention", schedule)
        self._store = store
        self._clock = clock
        self._periods = periods
        self._erased_per_transaction = erased_per_transaction
        self._deleted_per_transaction = deleted_per_transaction

    async def run_once(self) -> None:
        """Run if a run is due, and log what was erased and deleted."""
        result = await self.run_if_due()
        if result is not None:
            _log.info("retention done", erased=result.erased, deleted=result.deleted)

    async def run_if_due(self) -> RetentionResult | None:
        """Erase and delete, unless a process has done so within a day; then None.

        Raises what ``run`` raises; another process may then try at once.
        """
        leases, at = self._store.leases, self._clock()
        # A new holder each time: this process, too, finds the lease taken until a run is due.
        holder = new_id()
        if not await leases.acquire(self.name, holder, at=at, until=at + LEASE_DURATION):
            return None
        try:
            result = await self.run()
        except Exception:
            with suppress(StorageError):
                await leases.release(self.name, holder)
            raise
        at = self._clock()
        await leases.acquire(self.name, holder, at=at, until=at + RUN_INTERVAL)
        return result

    async def run(self) -> RetentionResult:
        """Erase and delete everything that is due; two concurrent runs do the same work once.

        A record that cannot be read stops its own kind only: the other kinds are done, then the
        first exception is raised.
        """
        counts: list[int] = []
        faults: list[Exception] = []
        for work in (
            self._erase_leads,
            self._erase_profiles,
            self._erase_call_entries,
            self._delete_records,
        ):
            done = 0
            try:
                while some := await self._store.mongo.run_transaction(work):
                    done += some
            except Exception as error:  # noqa: BLE001 - raised below, after the other kinds
                faults.append(error)
            counts.append(done)
        if faults:
            raise faults[0]
        *erased, deleted = counts
        return RetentionResult(erased=sum(erased), deleted=deleted)

    async def _erase_leads(self, transaction: Transaction) -> int:
        at = self._clock()
        late = await self._store.sealed_contacts.find_due_for_erasure(
            closed_before=at - self._periods.contacts,
            any_before=at - self._periods.records,
            limit=self._erased_per_transaction,
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
        """Erase profiles that nobody has touched for as long as contacts are kept."""
        at = self._clock()
        late = await self._store.seekers.find_idle(
            before=at - self._periods.contacts,
            limit=self._erased_per_transaction,
            transaction=transaction,
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
        """Erase people on call lists that nobody has called for as long as contacts are kept."""
        at = self._clock()
        late = await self._store.call_entries.find_idle(
            before=at - self._periods.contacts,
            limit=self._erased_per_transaction,
            transaction=transaction,
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
            ids = [each.id for each in late]
            await self._store.audit_log.redact(
                "CallEntry", ids, SERVICE_ACTOR, at=at, transaction=transaction
            )
        return len(late)

    async def _delete_records(self, transaction: Transaction) -> int:
        at = self._clock()
        deleted = await self._store.sealed_contacts.delete_retained(
            completed_before=at - self._periods.records,
            limit=self._deleted_per_transaction,
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
