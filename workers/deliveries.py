"""Sending what webhooks are to be told: at least once, in the order of each thing, by one node.

A few endpoints are served side by side, each a few messages at a time, in turns: one that is slow
or has much to catch up with holds up nobody else. What this process was sending when it died is
sent by another once its claim has run out.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
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
from storage.clock import Clock
from storage.mongo.client import StorageError
from storage.mongo.crypto import WebhookSecretDamaged
from storage.store import Store

CONCURRENT_WEBHOOKS = 16
"""Webhooks that one process serves at once."""
CONCURRENT_MESSAGES_PER_WEBHOOK = 4
"""Messages that one of them is sent at once by one process."""
POLL_INTERVAL_SECONDS = 1.0
"""How often it is looked for what is due."""
CLAIM_DURATION = timedelta(minutes=1)
"""Much longer than a try may take."""
BACKLOG_COUNT_INTERVAL = timedelta(seconds=15)
"""How often what waits is counted, for those who watch."""
MAX_COUNTED_BACKLOG = 10_000

_log = structlog.get_logger(__name__)


class MessageSender(Protocol):
    """Sends a message; whatever goes wrong is an answer, not an error."""

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:
        """What came of it, within seconds."""


class WebhookDispatcher:
    """Sends what is due. ``share`` draws from 0 to 1, to spread what failed together.

    ``outcomes`` counts its tries by what became of the message. ``waiting`` is how many messages of
    the database are for webhooks that are switched on, up to ``MOST_COUNTED``, ``COUNT_EVERY``.
    """

    def __init__(
        self,
        store: Store,
        post: MessageSender,
        clock: Clock,
        *,
        share: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._post = post
        self._clock = clock
        self._jitter = share
        self.outcomes: Counter[DeliveryState] = Counter()
        self.backlog = 0
        self._count_at = clock()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._last_webhook_id = ""
        self._slot_freed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look for what is due, now and every ``LOOK_SECONDS``."""
        self._task = asyncio.create_task(self._run_forever())

    async def close(self) -> None:
        """Stop. What is being sent just now will be sent again."""
        tasks = {*self._tasks.values()} | ({self._task} if self._task else set())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def run(self) -> None:
        """Send until nothing is due any more.

        :raises StorageError: it cannot be looked for.
        """
        while await self._start_due() or self._tasks:
            # One that was begun may have ended while the next was looked for.
            if self._tasks:
                await asyncio.wait(set(self._tasks.values()))

    async def _start_due(self) -> bool:
        """Serve the next webhooks with something due, as far as there is room; whether any."""
        off = await self._store.webhooks.disabled_ids()
        begun = False
        while len(self._tasks) < CONCURRENT_WEBHOOKS:
            webhook_id = await self._next_webhook_id([*off, *self._tasks])
            if webhook_id is None:
                break
            self._last_webhook_id = webhook_id
            task = asyncio.create_task(self._serve(webhook_id))
            self._tasks[webhook_id] = task
            begun = True
        return begun

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
                # Made by a transaction that still saw it.
                await self._store.deliveries.delete_by_webhook(webhook_id)
            elif webhook.state is WebhookState.ENABLED:
                await self._send_batch(webhook)
        except StorageError as error:
            _log.warning("deliveries put off", webhook=webhook_id, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - ending here would leave it served for ever
            _log.error("deliveries failed", webhook=webhook_id, error=type(error).__name__)
        finally:
            del self._tasks[webhook_id]
            self._slot_freed.set()

    async def _send_batch(self, webhook: Webhook) -> None:
        at = self._clock()
        try:
            secrets = await self._store.open_signing_secrets(webhook, at)
        except WebhookSecretDamaged:
            # Trying again would mend nothing; what waits is sent once there is a new one.
            await self._note_failure(webhook.id, DeliveryResult(failure=FailureKind.SECRET_DAMAGED))
            return
        claimed = await self._store.deliveries.claim(
            webhook.id, at=at, until=at + CLAIM_DURATION, limit=CONCURRENT_MESSAGES_PER_WEBHOOK
        )
        answers = await asyncio.gather(*(self._send(webhook, each, secrets) for each in claimed))
        if any(answer.is_accepted for answer in answers):
            await self._store.webhooks.record_recovery(webhook.id)
        elif answers:
            await self._note_failure(webhook.id, answers[-1])

    async def _send(
        self, webhook: Webhook, delivery: Delivery, secrets: list[bytes]
    ) -> DeliveryResult:
        at = self._clock()
        body = orjson.dumps(delivery.notice.to_message())
        answer = await self._post(webhook.url, _signed_headers(delivery, secrets, at, body), body)
        at = self._clock()
        after = delivery.record_attempt(answer, at=at, jitter=self._jitter())
        await self._store.deliveries.record_attempt(delivery, after, at=at)
        self.outcomes[after.state] += 1
        if not answer.is_accepted:
            _log.warning(
                "message not accepted",
                webhook=webhook.id,
                delivery=delivery.id,
                attempts=delivery.attempts,
                status=answer.status,
                failure=answer.failure,
                given_up=after.state is DeliveryState.DEAD,
            )
        return answer

    async def _note_failure(self, webhook_id: str, answer: DeliveryResult) -> None:
        before = await self._store.webhooks.by_id(webhook_id)
        if before is None:
            return
        after = before.record_failure(answer, at=self._clock())
        noted = await self._store.webhooks.record_failure(before, after)
        if noted and after.state is not before.state:
            _log.error("webhook switched off", webhook=webhook_id, since=after.failing_since)

    async def _count_backlog(self) -> None:
        at = self._clock()
        if at >= self._count_at:
            self._count_at = at + BACKLOG_COUNT_INTERVAL
            off = await self._store.webhooks.disabled_ids()
            self.backlog = await self._store.deliveries.count_pending(
                leaving_out=off, most=MAX_COUNTED_BACKLOG
            )

    async def _run_forever(self) -> None:
        while True:
            self._slot_freed.clear()
            try:
                await self._count_backlog()
                await self._start_due()
            except StorageError as error:
                _log.warning("deliveries put off", error=type(error).__name__)
            # Who is done makes room for what is due already; for the rest it is looked again soon,
            # however long those take that are served.
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_INTERVAL_SECONDS):
                    await self._slot_freed.wait()


def _signed_headers(
    delivery: Delivery, secrets: list[bytes], at: datetime, body: bytes
) -> dict[str, str]:
    timestamp = int(at.timestamp())
    return {
        "content-type": "application/json",
        "user-agent": "Songgang-Webhooks",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign_message(secrets, delivery.message_id, timestamp, body),
    }
