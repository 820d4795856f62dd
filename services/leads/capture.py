"""Leads on their way in: captured in batches, then logged and counted.

Capture is the promise: the giver is answered when a majority has the lead in its journal. The log
entry for the staff, the tally and what webhooks are told follow in a transaction of their own,
which also marks the lead, so that they happen once; what a crash left undone the sweep finds.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from domain.errors import Busy, Refusal
from domain.leads.leads import Lead
from domain.live.events import LeadRecorded, LoggedEvent, lead_topic
from domain.webhooks.messages import WebhookEvent, build_lead_recorded_notice
from realtime.commit import GroupCommit
from realtime.histogram import DURATION_BUCKETS_SECONDS, Histogram
from storage.mongo.client import StorageError, StorageUnavailable, Transaction
from storage.store import Store

LEADS_PER_INSERT = 500
"""Leads in one insert."""
MAX_WAITING_LEADS = 10_000
"""Leads that may wait; more are refused with Busy. About what a room of 100,000 sends at once."""
LEADS_LOGGED_PER_TRANSACTION = 200
"""Leads that one transaction logs and counts."""
SWEEP_INTERVAL_SECONDS = 10.0
"""How often leads are looked for that a crash kept from the log."""

_log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _WaitingLead:
    lead: Lead
    answer: asyncio.Future[tuple[Lead, bool]]


class LeadCapture:
    """Stores leads; those that wait at the same moment go as one unordered batch."""

    def __init__(self, store: Store, lead_log: LeadLogWriter) -> None:
        self._leads = store.leads
        self._lead_log = lead_log
        self._queue: deque[_WaitingLead] = deque()
        self._task: asyncio.Task[None] | None = None
        self.created = 0
        self.repeated = 0
        """Interests that were given before."""
        self.failures = 0
        """Batches that were not confirmed."""
        self.batch_sizes = Histogram(1, 2, 5, 10, 20, 50, 100, 200, LEADS_PER_INSERT)
        """Leads in one insert."""
        self.insert_seconds = Histogram(*DURATION_BUCKETS_SECONDS)
        """Of one insert."""

    @property
    def waiting(self) -> int:
        """Leads that wait for the next insert."""
        return len(self._queue)

    async def record(self, lead: Lead) -> tuple[Lead, bool]:
        """Store the lead, or find the one that the same person gave before.

        Returns the lead that is stored and whether it is this one. A caller that is cancelled
        does not take its lead back.

        :raises Busy: too many wait, or the database does not answer; sending it again is safe.
        :raises StorageError: MongoDB refuses this lead; it was not stored.
        """
        if len(self._queue) >= MAX_WAITING_LEADS:
            raise Busy("Very many people are interested just now. Nothing was stored; try again.")
        waiting = _WaitingLead(lead, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if self._task is None:
            self._task = asyncio.create_task(self._drain())
        return await waiting.answer

    async def close(self) -> None:
        """Wait for what was taken."""
        while self._task is not None:
            await asyncio.wait({self._task})

    async def _drain(self) -> None:
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(LEADS_PER_INSERT, len(self._queue)))]
            await self._record(batch)
        self._task = None

    async def _record(self, batch: Sequence[_WaitingLead]) -> None:
        outcomes: Sequence[tuple[Lead, bool] | Exception]
        try:
            outcomes = await self._insert([waiting.lead for waiting in batch])
        except StorageUnavailable as error:
            self.failures += 1
            _log.warning("leads not confirmed", leads=len(batch), error=type(error).__name__)
            outcomes = [
                Busy("Your interest could not be confirmed. Send it again: it counts once.")
                for _ in batch
            ]
        except Exception as error:  # noqa: BLE001 - one broken lead must not spoil its neighbours
            if len(batch) > 1:
                for waiting in batch:
                    await self._record([waiting])
                return
            _log.error("lead not recorded", error=type(error).__name__)
            outcomes = [error]
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if waiting.answer.done():
                continue
            if isinstance(outcome, Exception):
                waiting.answer.set_exception(outcome)
            else:
                waiting.answer.set_result(outcome)
        for session_id in {waiting.lead.session_id for waiting in batch}:
            self._lead_log.schedule(session_id)

    async def _insert(self, leads: list[Lead]) -> list[tuple[Lead, bool]]:
        began = time.perf_counter()
        stored = await self._leads.record(leads)
        self.insert_seconds.observe(time.perf_counter() - began)
        self.batch_sizes.observe(len(leads))
        created = sum(is_new for _, is_new in stored)
        self.created += created
        self.repeated += len(stored) - created
        return stored


class LeadLogWriter:
    """Gives stored leads their place in the session's lead log."""

    def __init__(self, store: Store, commit: GroupCommit) -> None:
        self._store = store
        self._commit = commit
        self._scheduled: dict[str | None, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep, now and every ``SWEEP_SECONDS``."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """Stop the sweep and finish what was noticed."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait({self._sweeper})
        while self._tasks:
            await asyncio.wait(self._tasks)

    def schedule(self, session_id: str | None) -> None:
        """Leads of that session (of none) were stored; they are logged soon, in one go."""
        if session_id in self._scheduled:
            self._scheduled[session_id] = True
            return
        self._scheduled[session_id] = False
        task = asyncio.create_task(self._log_all(session_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _log_all(self, session_id: str | None) -> None:
        try:
            again = True
            while again:
                self._scheduled[session_id] = False
                taken = await self._log_batch(session_id)
                again = taken == LEADS_LOGGED_PER_TRANSACTION or self._scheduled[session_id]
        except (Refusal, StorageError) as error:
            _log.warning("leads wait for the log", session=session_id, error=type(error).__name__)
        finally:
            del self._scheduled[session_id]

    async def _log_batch(self, session_id: str | None) -> int:
        async def change(transaction: Transaction) -> tuple[int, Sequence[LoggedEvent]]:
            taken = await self._store.leads.take_unlogged(
                session_id, limit=LEADS_LOGGED_PER_TRANSACTION, transaction=transaction
            )
            ids = [lead_id for lead_id, _ in taken]
            await self._queue_notices(ids, transaction)
            if session_id is None:
                return len(taken), []
            if taken:
                postings = [posting_id for _, posting_id in taken]
                await self._store.interest_counts.add(session_id, postings, transaction=transaction)
            recorded = [LeadRecorded(session_id=session_id, lead_id=lead_id) for lead_id in ids]
            return len(taken), recorded

        return await self._commit(lead_topic(session_id or "board"), change)

    async def _queue_notices(self, ids: Sequence[str], transaction: Transaction) -> None:
        """Have the webhooks told, if there is any for whom the leads must be read."""
        event = WebhookEvent.LEAD_RECORDED
        if not ids or not await self._store.webhooks.has_subscriber(event, transaction=transaction):
            return
        leads = await self._store.leads.by_ids(ids, transaction=transaction)
        notices = [build_lead_recorded_notice(leads[lead_id]) for lead_id in ids]
        await self._store.deliveries.enqueue(notices, transaction=transaction)

    async def _sweep(self) -> None:
        while True:
            try:
                for session_id in await self._store.leads.sessions_with_unlogged():
                    self.schedule(session_id)
            except StorageError as error:
                _log.warning("sweep put off", error=type(error).__name__)
            await asyncio.sleep(SWEEP_INTERVAL_SECONDS)
