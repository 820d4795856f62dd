"""Deliveries: one message to one webhook, with retries until it is accepted or given up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.labels import Labelled
from domain.webhooks.messages import WebhookNotice
from domain.webhooks.webhooks import MAX_RETRY_AFTER, DeliveryResult, FailureKind

RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)
"""The delays between attempts: twelve attempts in three days, so a receiver may be down over a
weekend."""
DELIVERY_RETENTION = timedelta(days=30)
"""How long a delivery is kept for viewing and replay."""


class DeliveryState(Labelled):
    """The state of a delivery. DEAD means given up."""

    PENDING = "PENDING", "待投递"
    DELIVERED = "DELIVERED", "已送达"
    DEAD = "DEAD", "已放弃"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A notice to be sent to a webhook.

    ``claim`` names the worker that sends it now; the claim expires at ``next_at``. ``attempts``
    counts the attempts since creation or replay, including one that a crash interrupted.
    """

    id: str
    webhook_id: str
    notice: WebhookNotice
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    next_at: datetime
    claim: str | None = None
    created_at: datetime
    tried_at: datetime | None = None
    last_status: int | None = None
    last_failure: FailureKind | None = None

    @property
    def message_id(self) -> str:
        """The ``webhook-id`` header, the same for every attempt, so receivers can drop repeats."""
        return f"msg_{self.id}"

    def record_attempt(self, result: DeliveryResult, *, at: datetime, jitter: float) -> Delivery:
        """Return the delivery after an attempt.

        ``jitter`` (0 to 1) spreads the next attempts of deliveries that failed together. A receiver
        that names a time for the next attempt is left alone until then, for a day at most.
        """
        after = replace(
            self,
            claim=None,
            tried_at=at,
            last_status=result.status,
            last_failure=None if result.is_accepted else result.failure or FailureKind.STATUS,
        )
        if result.is_accepted:
            return replace(after, state=DeliveryState.DELIVERED)
        if self.attempts > len(RETRY_DELAYS):
            return replace(after, state=DeliveryState.DEAD)
        wait = RETRY_DELAYS[max(self.attempts, 1) - 1] * (0.8 + 0.4 * jitter)
        if result.retry_after is not None:
            # Never earlier than the receiver asks, and spread over the time after it.
            asked = min(result.retry_after, MAX_RETRY_AFTER)
            wait = max(wait, asked * (1 + 0.2 * jitter))
        return replace(after, next_at=at + wait)
