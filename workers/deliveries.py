"""Webhook deliveries: every message is sent at least once, in the order of each subject.

A process serves up to 16 webhooks at the same time, each with up to 4 messages, in turns: a slow
webhook, or one with a long backlog, holds up no other. A claim reserves messages for one process.
When a process dies, another one sends its messages after the claim has run out.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import orjson
import structlog

from domain.webhooks.deliveries import Delivery, DeliveryState
from domain.webhooks.webhooks import (
    DeliveryResult,
    FailureKind,
    Webhook,
    WebhookState,
    sign_message,
)
from realtime.background import Periodic, Schedule
from storage.clock import Clock
from storage.mongo.client import StorageError
from storage.mongo.crypto import WebhookSecretDamaged
from storage.store import Store
from workers.webhook_pace import WebhookPace

CONCURRENT_WEBHOOKS = 16
"""Webhooks that one process serves at the same time."""
CONCURRENT_MESSAGES_PER_WEBHOOK = 4
"""Messages that one process sends to one webhook at the same time."""
SCHEDULE = Schedule(interval_seconds=1.0)
"""How often a process looks for due messages."""
CLAIM_DURATION = timedelta(minutes=1)
"""How long messages are reserved: much longer than one attempt may take."""
BACKLOG_COUNT_INTERVAL = timedelta(seconds=15)
"""How often the backlog is counted for ``/metrics``."""
MAX_COUNTED_BACKLOG = 10_000
"""Messages at which counting the backlog stops."""

_log = structlog.get_logger(__name__)


class MessageSender(Protocol):
    """Sends one message; a failed attempt is a result, not an exception."""

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:
        """The result of one attempt, within seconds."""


class WebhookDispatcher(Periodic):
    """Sends due messages. ``share`` draws from 0 to 1 and spreads retries that fall together.

    ``outcomes`` counts attempts by the state of the message afterwards. ``backlog`` is how many
    messages of the database wait for enabled webhooks, up to ``MAX_COUNTED_BACKLOG``.
    """

    def __init__(
        self,
        store: Store,
        post: MessageSender,
        clock: Clock,
        *,
        share: Callable[[], float] = random.random,
        schedule: Schedule = SCHEDULE,
    ) -> None:
        super().__init__("deliveries", schedule)
        self._store = store
        self._post = post
        self._clock = clock
        self._jitter = share
        self.outcomes: Counter[DeliveryState] = Counter()
        self.backlog = 0
        self._count_at = clock()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._last_webhook_id = ""
        self._pace = WebhookPace()

    async def close(self) -> None:
        """Stop. Messages whose attempt is cut off are sent again later."""
        await super().close()
        tasks = {*self._tasks.values()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def run_once(self) -> None:
        """Start sending to webhooks with due messages.

        The end of an attempt wakes the next run: there is room for another webhook. The interval
        ensures that slow attempts do not delay the search for due messages.
        """
        await self._count_backlog()
        await self._start_due()

    async def run(self) -> None:
        """Send until no message is due.

        :raises StorageError: due messages cannot be read.
        """
        while await self._start_due() or self._tasks:
            # A task may have ended while the next webhook was looked for.
            if self._tasks:
                await asyncio.wait(set(self._tasks.values()))

    async def _start_due(self) -> bool:
        """Start serving webhooks with due messages, within the bound; whether any was started."""
        left_alone = await self._store.webhooks.disabled_ids()
        left_alone += self._pace.list_paused(self._clock())
        has_started = False
        while len(self._tasks) < CONCURRENT_WEBHOOKS:
            webhook_id = await self._next_webhook_id([*left_alone, *self._tasks])
            if webhook_id is None:
                break
            self._last_webhook_id = webhook_id
            self._tasks[webhook_id] = asyncio.create_task(self._serve(webhook_id))
            has_started = True
        return has_started

    async def _next_webhook_id(self, leaving_out: list[str]) -> str | None:
        at = self._clock()
        for after in (self._last_webhook_id, ""):
            found = await self._store.deliveries.next_due_webhook_id(
                after=after, at=at, leaving_out=leaving_out
            )
            if found is not None:
                return found
        return None

    async def _serve(self, webhook_id: str) -> None:
        try:
            webhook = await self._store.webhooks.by_id(webhook_id)
            if webhook is None:
                # A transaction that still saw the webhook stored messages for it.
                await self._store.deliveries.delete_by_webhook(webhook_id)
            elif webhook.state is WebhookState.ENABLED:
                await self._send_batch(webhook)
        except StorageError as error:
            _log.warning("deliveries put off", webhook=webhook_id, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one broken webhook must not stop the others
            self.failures += 1
            _log.error("deliveries failed", webhook=webhook_id, error=type(error).__name__)
        else:
            # After a fault the interval is waited for: the webhook is still due, and would fail
            # again at once.
            self.wake()
        finally:
            del self._tasks[webhook_id]

    async def _send_batch(self, webhook: Webhook) -> None:
        at = self._clock()
        try:
            secrets = await self._store.open_signing_secrets(webhook, at)
        except WebhookSecretDamaged:
            # A retry cannot help; the messages wait for a new secret.
            await self._record_failure(
                webhook.id, DeliveryResult(failure=FailureKind.SECRET_DAMAGED)
            )
            return
        claimed = await self._store.deliveries.claim(
            webhook.id,
            at=at,
            until=at + CLAIM_DURATION,
            limit=self._pace.limit_messages(webhook.id, CONCURRENT_MESSAGES_PER_WEBHOOK),
        )
        results = await asyncio.gather(*(self._send(webhook, each, secrets) for each in claimed))
        if any(result.is_accepted for result in results):
            await self._store.webhooks.record_recovery(webhook.id)
        elif results:
            await self._record_failure(webhook.id, results[-1])

    async def _send(
        self, webhook: Webhook, delivery: Delivery, secrets: list[bytes]
    ) -> DeliveryResult:
        at = self._clock()
        body = orjson.dumps(delivery.notice.to_message())
        result = await self._post(webhook.url, _signed_headers(delivery, secrets, at, body), body)
        at = self._clock()
        self._pace.record(webhook.id, result, at=at)
        after = delivery.record_attempt(result, at=at, jitter=self._jitter())
        await self._store.deliveries.record_attempt(delivery, after, at=at)
        self.outcomes[after.state] += 1
        if not result.is_accepted:
            _log.warning(
                "message not accepted",
                webhook=webhook.id,
                delivery=delivery.id,
                attempts=delivery.attempts,
                status=result.status,
                failure=result.failure,
                given_up=after.state is DeliveryState.DEAD,
            )
        return result

    async def _record_failure(self, webhook_id: str, result: DeliveryResult) -> None:
        before = await self._store.webhooks.by_id(webhook_id)
        if before is None:
            return
        after = before.record_failure(result, at=self._clock())
        was_written = await self._store.webhooks.record_failure(before, after)
        if was_written and after.state is not before.state:
            _log.error("webhook switched off", webhook=webhook_id, since=after.failing_since)

    async def _count_backlog(self) -> None:
        at = self._clock()
        if at >= self._count_at:
            self._count_at = at + BACKLOG_COUNT_INTERVAL
            disabled = await self._store.webhooks.disabled_ids()
            self.backlog = await self._store.deliveries.count_pending(
                leaving_out=disabled, most=MAX_COUNTED_BACKLOG
            )


def _signed_headers(
    delivery: Delivery, secrets: list[bytes], at: datetime, body: bytes
) -> dict[str, str]:
    """Headers of Standard Webhooks 1.0."""
    timestamp = int(at.timestamp())
    return {
        "content-type": "application/json",
        "user-agent": "Songgang-Webhooks",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign_message(secrets, delivery.message_id, timestamp, body),
    }
