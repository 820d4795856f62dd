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
from domain.webhooks.webhooks import Answer, FailureKind, Webhook, WebhookState, signatures
from storage.clock import Clock
from storage.mongo.client import StorageError
from storage.mongo.crypto import SecretDamaged
from storage.store import Store

ENDPOINTS = 16
"""Webhooks that one process serves at once."""
PER_ENDPOINT = 4
"""Messages that one of them is sent at once by one process."""
LOOK_SECONDS = 1.0
"""How often it is looked for what is due."""
CLAIMED_FOR = timedelta(minutes=1)
"""Much longer than a try may take."""
COUNT_EVERY = timedelta(seconds=15)
"""How often what waits is counted, for those who watch."""
MOST_COUNTED = 10_000

_log = structlog.get_logger(__name__)


class Post(Protocol):
    """Sends a message; whatever goes wrong is an answer, not an error."""

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What came of it, within seconds."""


class Dispatcher:
    """Sends what is due. ``share`` draws from 0 to 1, to spread what failed together.

    ``outcomes`` counts its tries by what became of the message. ``waiting`` is how many messages of
    the database are for webhooks that are switched on, up to ``MOST_COUNTED``, ``COUNT_EVERY``.
    """

    def __init__(
        self, store: Store, post: Post, clock: Clock, *, share: Callable[[], float] = random.random
    ) -> None:
        self._store = store
        self._post = post
        self._clock = clock
        self._share = share
        self.outcomes: Counter[DeliveryState] = Counter()
        self.waiting = 0
        self._count_at = clock()
        self._served: dict[str, asyncio.Task[None]] = {}
        self._after = ""
        self._free = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look for what is due, now and every ``LOOK_SECONDS``."""
        self._task = asyncio.create_task(self._keep_on())

    async def close(self) -> None:
        """Stop. What is being sent just now will be sent again."""
        tasks = {*self._served.values()} | ({self._task} if self._task else set())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def run(self) -> None:
        """Send until nothing is due any more.

        :raises StorageError: it cannot be looked for.
        """
        while await self._begin() or self._served:
            # One that was begun may have ended while the next was looked for.
            if self._served:
                await asyncio.wait(set(self._served.values()))

    async def _begin(self) -> bool:
        """Serve the next webhooks with something due, as far as there is room; whether any."""
        off = await self._store.webhooks.off()
        begun = False
        while len(self._served) < ENDPOINTS:
            webhook_id = await self._next([*off, *self._served])
            if webhook_id is None:
                break
            self._after = webhook_id
            task = asyncio.create_task(self._serve(webhook_id))
            self._served[webhook_id] = task
            begun = True
        return begun

    async def _next(self, leaving_out: list[str]) -> str | None:
        at = self._clock()
        for after in (self._after, ""):
            found = await self._store.deliveries.next_webhook(
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
                await self._store.deliveries.delete_of(webhook_id)
            elif webhook.state is WebhookState.ENABLED:
                await self._send_some(webhook)
        except StorageError as error:
            _log.warning("deliveries put off", webhook=webhook_id, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - ending here would leave it served for ever
            _log.error("deliveries failed", webhook=webhook_id, error=type(error).__name__)
        finally:
            del self._served[webhook_id]
            self._free.set()

    async def _send_some(self, webhook: Webhook) -> None:
        at = self._clock()
        try:
            secrets = await self._store.signing_secrets(webhook, at)
        except SecretDamaged:
            # Trying again would mend nothing; what waits is sent once there is a new one.
            await self._note_failure(webhook.id, Answer(failure=FailureKind.SECRET_DAMAGED))
            return
        claimed = await self._store.deliveries.claim(
            webhook.id, at=at, until=at + CLAIMED_FOR, limit=PER_ENDPOINT
        )
        answers = await asyncio.gather(*(self._send(webhook, each, secrets) for each in claimed))
        if any(answer.accepted for answer in answers):
            await self._store.webhooks.recovered(webhook.id)
        elif answers:
            await self._note_failure(webhook.id, answers[-1])

    async def _send(self, webhook: Webhook, delivery: Delivery, secrets: list[bytes]) -> Answer:
        at = self._clock()
        body = orjson.dumps(delivery.notice.message())
        answer = await self._post(webhook.url, _headers(delivery, secrets, at, body), body)
        at = self._clock()
        after = delivery.tried(answer, at=at, share=self._share())
        await self._store.deliveries.settle(delivery, after, at=at)
        self.outcomes[after.state] += 1
        if not answer.accepted:
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

    async def _note_failure(self, webhook_id: str, answer: Answer) -> None:
        before = await self._store.webhooks.by_id(webhook_id)
        if before is None:
            return
        after = before.failed(answer, at=self._clock())
        noted = await self._store.webhooks.note_failure(before, after)
        if noted and after.state is not before.state:
            _log.error("webhook switched off", webhook=webhook_id, since=after.failing_since)

    async def _count_waiting(self) -> None:
        at = self._clock()
        if at >= self._count_at:
            self._count_at = at + COUNT_EVERY
            off = await self._store.webhooks.off()
            self.waiting = await self._store.deliveries.waiting(leaving_out=off, most=MOST_COUNTED)

    async def _keep_on(self) -> None:
        while True:
            self._free.clear()
            try:
                await self._count_waiting()
                await self._begin()
            except StorageError as error:
                _log.warning("deliveries put off", error=type(error).__name__)
            # Who is done makes room for what is due already; for the rest it is looked again soon,
            # however long those take that are served.
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._free.wait()


def _headers(delivery: Delivery, secrets: list[bytes], at: datetime, body: bytes) -> dict[str, str]:
    timestamp = int(at.timestamp())
    return {
        "content-type": "application/json",
        "user-agent": "Songgang-Webhooks",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures(secrets, delivery.message_id, timestamp, body),
    }
