"""Lead capture: leads that wait at the same moment are stored with one insert.

The viewer is answered when a majority has the lead in its journal. The lead log writer then logs
and counts it.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from domain.identity.devices import PhonePair
from domain.leads.confirmation import ConfirmationMethod, LeadConfirmation
from domain.leads.follow_up import start_follow_up
from domain.leads.leads import Lead
from domain.refusals import Busy
from realtime.histogram import DURATION_BUCKETS_SECONDS, Histogram
from services.leads.capture_limits import DEFAULT_LIMITS, CaptureLimits
from services.leads.lead_log_writer import LeadLogWriter
from storage.clock import Clock
from storage.leads.leads import RECORD_TIMEOUT_SECONDS
from storage.mongo.client import StorageUnavailable, deadline
from storage.store import Store

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class CapturedLead:
    """The stored lead of an interest, and whether this interest created it.

    ``is_proven`` tells that the giver's device has confirmed the phone.
    """

    lead: Lead
    created: bool
    is_proven: bool


@dataclass(eq=False)
class _WaitingLead:
    lead: Lead
    answer: asyncio.Future[CapturedLead]


class LeadCapture:
    """Stores leads; those that wait at the same moment go into one unordered insert."""

    def __init__(
        self,
        store: Store,
        lead_log: LeadLogWriter,
        clock: Clock,
        limits: CaptureLimits = DEFAULT_LIMITS,
    ) -> None:
        self._leads = store.leads
        self._proofs = store.phone_proofs
        self._clock = clock
        self._lead_log = lead_log
        self._limits = limits
        self._queue: deque[_WaitingLead] = deque()
        self._task: asyncio.Task[None] | None = None
        self.created = 0
        self.repeated = 0
        """Interests that their giver had expressed before."""
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

    async def record(self, lead: Lead) -> CapturedLead:
        """Store a new lead, or find the one that the same giver gave with this phone before.

        The lead is UNCONFIRMED, or CONFIRMED if its giver's device has confirmed the phone. A
        caller that is cancelled does not take its lead back.

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
        outcomes: Sequence[CapturedLead | Exception]
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

    async def _insert(self, leads: list[Lead]) -> list[CapturedLead]:
        began = time.perf_counter()
        at = self._clock()
        pairs = [_pair_of(lead) for lead in leads]
        with deadline(RECORD_TIMEOUT_SECONDS):
            # One read for the batch. A phone confirmed meanwhile is seen by the log writer.
            proven = await self._proofs.find_proven(pairs, at=at)
            stored = await self._leads.record(
                [
                    _confirm(lead, at) if pair in proven else lead
                    for lead, pair in zip(leads, pairs, strict=True)
                ]
            )
        self.insert_seconds.observe(time.perf_counter() - began)
        self.batch_sizes.observe(len(leads))
        created = sum(is_new for _, is_new in stored)
        self.created += created
        self.repeated += len(stored) - created
        return [
            CapturedLead(lead=lead, created=is_new, is_proven=pair in proven)
            for (lead, is_new), pair in zip(stored, pairs, strict=True)
        ]


def _pair_of(lead: Lead) -> PhonePair:
    assert lead.giver is not None  # every new lead has one
    return PhonePair(device_id=lead.giver, person=lead.person)


def _confirm(lead: Lead, at: datetime) -> Lead:
    confirmed = replace(
        lead,
        confirmation=LeadConfirmation.CONFIRMED,
        made_way=None,
        confirmed_at=at,
        confirmed_by=ConfirmationMethod.CODE,
        crowded=False,
    )
    # Whatever crowd the device is in, its person is called like all others.
    return start_follow_up(confirmed) if lead.crowded else confirmed
