"""The lead log writer: logs and counts stored leads, each exactly once.

One transaction appends the lead log entries for the staff, adds to the tally, queues the webhook
messages, ends the leads that give way to a confirmed one, and keeps which leads it has logged. A
sweep finds leads that a crash kept out of the log.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import structlog

from domain.live.events import LeadRecorded, LoggedEvent
from domain.live.log_topics import lead_topic
from domain.refusals import Refusal
from domain.webhooks.messages import WebhookEvent, build_lead_recorded_notice
from realtime.background import Periodic
from realtime.group_commit import GroupCommit
from services.leads.capture_limits import DEFAULT_LIMITS, CaptureLimits
from services.leads.lead_claims import settle_new_leads
from storage.clock import Clock
from storage.mongo.client import StorageError, Transaction
from storage.store import Store

_log = structlog.get_logger(__name__)


class LeadLogWriter(Periodic):
    """Appends stored leads to the lead log of their session, and counts them.

    Each run of the background task finds sessions with leads that a crash kept out of the log.
    """

    def __init__(
        self,
        store: Store,
        commit: GroupCommit,
        clock: Clock,
        limits: CaptureLimits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__("lead_log", limits.sweep)
        self._store = store
        self._clock = clock
        self._commit = commit
        self._limits = limits
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
        await self._store.unlogged_leads.adopt()
        for session_id in await self._store.unlogged_leads.sessions():
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
            size, is_full = self._limits.leads_logged_per_transaction, True
            while is_full or self._scheduled[session_id]:
                self._scheduled[session_id] = False
                began = time.perf_counter()
                is_full = await self._log_batch(session_id, size) == size
                seconds = time.perf_counter() - began
                size = self._next_size(size, seconds=seconds, is_full=is_full)
        except (Refusal, StorageError) as error:
            _log.warning("leads wait for the log", session=session_id, error=type(error).__name__)
            asyncio.get_running_loop().call_later(self._limits.log_retry_seconds, self.wake)
        except Exception as error:  # noqa: BLE001 - counted, and tried again by the next sweep
            self.failures += 1
            _log.error("leads not logged", session=session_id, error=type(error).__name__)
        finally:
            del self._scheduled[session_id]

    def _next_size(self, size: int, *, seconds: float, is_full: bool) -> int:
        """How many leads the next transaction logs: more while leads wait and it is quick."""
        fewest = self._limits.leads_logged_per_transaction
        if seconds > self._limits.max_log_transaction_seconds:
            return max(size // 2, fewest // 4, 1)
        if not is_full:
            return fewest
        return min(size * 2, max(self._limits.max_leads_logged_per_transaction, fewest))

    async def _log_batch(self, session_id: str | None, size: int) -> int:
        async def change(transaction: Transaction) -> tuple[int, Sequence[LoggedEvent]]:
            taken = await self._store.unlogged_leads.take(
                session_id, limit=size, transaction=transaction
            )
            await self._queue_notices([lead.id for lead in taken], transaction)
            settled = await settle_new_leads(
                self._store, session_id, taken, at=self._clock(), transaction=transaction
            )
            if session_id is None:
                return len(taken), []
            # Each giver counts: a number that stays the same would tell that the phone is known.
            postings = [lead.posting_id for lead in taken]
            await self._store.interest_counts.add(session_id, postings, transaction=transaction)
            recorded = [LeadRecorded(session_id=session_id, lead_id=lead.id) for lead in taken]
            return len(taken), [*recorded, *settled]

        logged = await self._commit.append(lead_topic(session_id or "board"), change)
        await self._store.unlogged_leads.unmark(session_id)
        return logged

    async def _queue_notices(self, ids: Sequence[str], transaction: Transaction) -> None:
        """Queue webhook messages; the leads are read only if a webhook subscribes to them."""
        event = WebhookEvent.LEAD_RECORDED
        if not ids or not await self._store.webhooks.has_subscriber(event, transaction=transaction):
            return
        leads = await self._store.leads.by_ids(ids, transaction=transaction)
        notices = [build_lead_recorded_notice(leads[lead_id]) for lead_id in ids]
        await self._store.deliveries.enqueue(notices, transaction=transaction)
