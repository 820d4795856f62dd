"""Lead capture: leads are stored in batches, then logged and counted.

The viewer is answered when a majority has the lead in its journal. A second transaction appends
the lead log entry for the staff, adds to the tally and queues the webhook messages. It also marks
the lead, so that all three happen once. A sweep finds leads that a crash left unmarked.
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
from realtime.background import Periodic, Schedule
from realtime.commit import GroupCommit
from realtime.histogram import DURATION_BUCKETS_SECONDS, Histogram
from storage.mongo.client import StorageError, StorageUnavailable, Transaction
from storage.store import Store

_SWEEP_SCHEDULE = Schedule(interval_seconds=10.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptureLimits:
    """Bounds and intervals of lead capture."""

    leads_per_insert: int = 500
    """Leads in one insert."""
    max_waiting_leads: int = 10_000
    """Leads that may wait; more are refused with ``Busy``. A room of 100,000 sends about as many
    at once."""
    leads_logged_per_transaction: int = 200
    """Leads that one transaction logs and counts."""
    sweep: Schedule = _SWEEP_SCHEDULE
    """How often leads are looked for that a crash kept out of the log."""


DEFAULT_LIMITS = CaptureLimits()

_log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _WaitingLead:
    lead: Lead
    answer: asyncio.Future[tuple[Lead, bool]]


class LeadCapture:
    """Stores leads; those that wait at the same moment go into one unordered insert."""

    def __init__(
        self, store: Store, lead_log: LeadLogWriter, limits: CaptureLimits = DEFAULT_LIMITS
    ) -> None:
        self._leads = store.leads
        self._lead_log = lead_log
        self._limits = limits
        self._queue: deque[_WaitingLead] = deque()
        self._task: asyncio.Task[None] | None = None
        self.created = 0
        self.repeated = 0
        """Interests of a person who had expressed the same one before."""
        self.failures = 0
        """Inserts that MongoDB did not confirm."""
        self.batch_sizes = Histogram(1, 2, 5, 10, 20, 50, 100, 200, limits.leads_per_insert)
        """Leads in one insert."""
        self.insert_seconds = Histogram(*DURATION_BUCKETS_SECONDS)
        """Duration of one insert."""

    @property
    def waiting(self) -> int:
        """Leads that wait for the next insert."""
        return len(self._queue)

    async def record(self, lead: Lead) -> tuple[Lead, bool]:
        """Store a lead, or find the one that the same person gave before.

        Returns the stored lead, and whether it is this one. A caller that is cancelled does not
        take its lead back.

        :raises Busy: too many leads wait, or MongoDB does not answer; sending it again is safe.
        :raises StorageError: MongoDB refuses this lead; it was not stored.
        """
        if len(self._queue) >= self._limits.max_waiting_leads:
            raise Busy(
                "Very many people are interested just now. Nothing was stored; try again.",
                "当前报名的人太多，您的意向没有保存，请稍后再点一次。",
            )
        waiting = _WaitingLead(lead, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if self._task is None:
            self._task = asyncio.create_task(self._drain())
        return await waiting.answer

    async def close(self) -> None:
        """Wait for the leads that were accepted."""
        while self._task is not None:
            await asyncio.wait({self._task})

    async def _drain(self) -> None:
        while self._queue:
            size = min(self._limits.leads_per_insert, len(self._queue))
            batch = [self._queue.popleft() for _ in range(size)]
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
                Busy(
                    "Your interest could not be confirmed. Send it again: it counts once.",
                    "暂时无法确认您的意向是否保存，请再点一次，不会重复登记。",
                )
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


class LeadLogWriter(Periodic):
    """Appends stored leads to the lead log of their session, and counts them.

    Each run of the background task finds sessions with leads that a crash kept out of the log.
    """

    def __init__(
        self, store: Store, commit: GroupCommit, limits: CaptureLimits = DEFAULT_LIMITS
    ) -> None:
        super().__init__("lead_log", limits.sweep)
        self._store = store
        self._commit = commit
        self._per_transaction = limits.leads_logged_per_transaction
        self._scheduled: dict[str | None, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Stop the sweep, and log the leads of the sessions that are scheduled."""
        await super().close()
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def run_once(self) -> None:
        """Schedule every session with unlogged leads.

        :raises StorageError: they cannot be read now.
        """
        for session_id in await self._store.leads.sessions_with_unlogged():
            self.schedule(session_id)

    def schedule(self, session_id: str | None) -> None:
        """Log the stored leads of a session soon, together; None stands for leads of no session."""
        if session_id in self._scheduled:
            self._scheduled[session_id] = True
            return
        self._scheduled[session_id] = False
        task = asyncio.create_task(self._log_all(session_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _log_all(self, session_id: str | None) -> None:
        try:
            has_more = True
            while has_more:
                self._scheduled[session_id] = False
                taken = await self._log_batch(session_id)
                has_more = taken == self._per_transaction or self._scheduled[session_id]
        except (Refusal, StorageError) as error:
            _log.warning("leads wait for the log", session=session_id, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - counted, and tried again by the next sweep
            self.failures += 1
            _log.error("leads not logged", session=session_id, error=type(error).__name__)
        finally:
            del self._scheduled[session_id]

    async def _log_batch(self, session_id: str | None) -> int:
        async def change(transaction: Transaction) -> tuple[int, Sequence[LoggedEvent]]:
            taken = await self._store.leads.take_unlogged(
                session_id, limit=self._per_transaction, transaction=transaction
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

        return await self._commit.append(lead_topic(session_id or "board"), change)

    async def _queue_notices(self, ids: Sequence[str], transaction: Transaction) -> None:
        """Queue webhook messages; the leads are read only if a webhook subscribes to them."""
        event = WebhookEvent.LEAD_RECORDED
        if not ids or not await self._store.webhooks.has_subscriber(event, transaction=transaction):
            return
        leads = await self._store.leads.by_ids(ids, transaction=transaction)
        notices = [build_lead_recorded_notice(leads[lead_id]) for lead_id in ids]
        await self._store.deliveries.enqueue(notices, transaction=transaction)
