"""Retention: contacts that nobody needs any more are erased, records past their time deleted.

Once a day, by one of all processes; interrupted, the next run goes on where it was.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from domain.identity.audit import SERVICE, AuditAction, AuditEntry
from domain.leads.contacts import Periods
from services.leads.contacts import AT_ONCE, erase
from services.seekers.seekers import erase_seekers
from storage.clock import Clock
from storage.mongo.client import Session, StorageError, new_id
from storage.store import Store

EVERY = timedelta(days=1)
LASTING = timedelta(minutes=10)
"""After this another process takes over from one that went away."""
LOOK_SECONDS = 600.0
"""How often it is looked whether it is due."""
DELETED_AT_ONCE = 500
_WORK = "retention"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Done:
    """Leads, profiles and people on call lists that were erased, and records that were deleted."""

    erased: int
    deleted: int


class Retention:
    def __init__(self, store: Store, clock: Clock, periods: Periods) -> None:
        self._store = store
        self._clock = clock
        self._periods = periods
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look whether it is due, now and every ``LOOK_SECONDS``."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop; what a transaction has done stays done."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def run_if_due(self) -> Done | None:
        """Erase and delete what is late, unless some process has done so within a day."""
        leases, at = self._store.leases, self._clock()
        # Another holder each time: this process, too, finds it taken until it is due again.
        holder = new_id()
        if not await leases.take(_WORK, holder, at=at, until=at + LASTING):
            return None
        done = await self.run()
        at = self._clock()
        await leases.take(_WORK, holder, at=at, until=at + EVERY)
        return done

    async def run(self) -> Done:
        """Erase and delete what is late; two at once do the same work once."""
        erased = deleted = 0
        for work in (self._erase_some, self._erase_profiles, self._erase_calls):
            while some := await self._store.mongo.transaction(work):
                erased += some
        while some := await self._store.mongo.transaction(self._delete_some):
            deleted += some
        return Done(erased=erased, deleted=deleted)

    async def _erase_some(self, session: Session) -> int:
        at = self._clock()
        late = await self._store.contacts.due(
            closed_before=at - self._periods.contacts,
            any_before=at - self._periods.records,
            limit=AT_ONCE,
            session=session,
        )
        await erase(
            self._store,
            late,
            SERVICE,
            at=at,
            session=session,
            stored_after=at - self._periods.records,
        )
        return len(late)

    async def _erase_profiles(self, session: Session) -> int:
        """Profiles that nobody has touched for as long as contacts are kept."""
        at = self._clock()
        late = await self._store.seekers.idle(
            before=at - self._periods.contacts, limit=AT_ONCE, session=session
        )
        if late:
            await erase_seekers(
                self._store,
                late,
                SERVICE,
                at=at,
                ended=lambda seeker: seeker.updated_at,
                session=session,
                stored_after=at - self._periods.records,
            )
        return len(late)

    async def _erase_calls(self, session: Session) -> int:
        """People on call lists whom nobody has called for as long as contacts are kept."""
        at = self._clock()
        late = await self._store.calls.idle(
            before=at - self._periods.contacts, limit=AT_ONCE, session=session
        )
        if late:
            await self._store.calls.erase(late, at=at, session=session)
            entries = [
                AuditEntry(
                    actor=SERVICE,
                    action=AuditAction.ERASE,
                    subject_type="CallEntry",
                    subject_id=each.id,
                )
                for each in late
            ]
            await self._store.audit.append(entries, at=at, session=session)
        return len(late)

    async def _delete_some(self, session: Session) -> int:
        at = self._clock()
        deleted = await self._store.contacts.delete_retained(
            completed_before=at - self._periods.records, limit=DELETED_AT_ONCE, session=session
        )
        if deleted:
            entry = AuditEntry(
                actor=SERVICE,
                action=AuditAction.DELETE_RECORDS,
                subject_type="Retained",
                detail=f"{deleted} records",
            )
            await self._store.audit.append([entry], at=at, session=session)
        return deleted

    async def _run(self) -> None:
        while True:
            try:
                done = await self.run_if_due()
            except StorageError as error:
                _log.warning("retention put off", error=type(error).__name__)
            else:
                if done is not None:
                    _log.info("retention done", erased=done.erased, deleted=done.deleted)
            await asyncio.sleep(LOOK_SECONDS)
