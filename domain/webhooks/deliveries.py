"""One message on its way to one webhook: tried until it is accepted, or given up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.labels import Labelled
from domain.webhooks.messages import WebhookNotice
from domain.webhooks.webhooks import DeliveryResult, FailureKind

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
"""Between the tries: twelve in three days, so that a partner may be away over a weekend."""
DELIVERY_RETENTION = timedelta(days=30)
"""How long a delivery can be seen and replayed."""


class DeliveryState(Labelled):
    PENDING = "PENDING", "待投递"
    DELIVERED = "DELIVERED", "已送达"
    DEAD = "DEAD", "已放弃"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A notice for a webhook. ``claim`` is who tries it now, until ``next_at``.

    ``attempts`` counts the tries since it was made or replayed, one that a crash cut off too.
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
        """The header ``webhook-id``: the same at every try, by which receivers drop repeats."""
        return f"msg_{self.id}"

    def record_attempt(self, answer: DeliveryResult, *, at: datetime, share: float) -> Delivery:
        """The delivery after a try. ``share`` (0 to 1) spreads those that failed together."""
        after = replace(
            self,
            claim=None,
            tried_at=at,
            last_status=answer.status,
            last_failure=None if answer.is_accepted else answer.failure or FailureKind.STATUS,
        )
        if answer.is_accepted:
            return replace(after, state=DeliveryState.DELIVERED)
        if self.attempts > len(RETRY_DELAYS):
            return replace(after, state=DeliveryState.DEAD)
        wait = RETRY_DELAYS[max(self.attempts, 1) - 1]
        return replace(after, next_at=at + wait * (0.8 + 0.4 * share))
