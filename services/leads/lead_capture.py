"""Lead capture: leads that wait at the same moment are stored with one insert.

The viewer is answered when a majority has the lead in its journal. The lead log writer then logs
and counts it.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from domain.leads.leads import Lead
from domain.refusals import Busy
from realtime.histogram import DURATION_BUCKETS_SECONDS, Histogram
from services.leads.capture_limits import DEFAULT_LIMITS, CaptureLimits
from services.leads.lead_log_writer import LeadLogWriter
from storage.mongo.client import StorageUnavailable
from storage.store import Store

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
