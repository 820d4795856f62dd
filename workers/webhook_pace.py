"""The pace at which one process sends to each webhook: slower while the receiver asks for it.

A receiver that answers 429 or 503 is left alone for as long as it says, or for a growing pause.
Then it gets one message at a time until it accepts one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.webhooks.webhooks import MAX_RETRY_AFTER, DeliveryResult

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
"""The longest pause for a receiver that names no time."""
MAX_SLOWED = 10_000
"""Webhooks whose pace is kept; beyond that the one that was slowed first is forgotten."""


@dataclass(frozen=True, slots=True)
class _Slowed:
    strikes: int
    until: datetime


class WebhookPace:
    """Which webhooks are left alone now, and how many messages each gets at a time."""

    def __init__(self) -> None:
        self._slowed: dict[str, _Slowed] = {}

    def record(self, webhook_id: str, result: DeliveryResult, *, at: datetime) -> None:
        """Take the result of an attempt into account."""
        if result.is_accepted:
            self._slowed.pop(webhook_id, None)
        elif result.asks_to_slow_down:
            known = self._slowed.pop(webhook_id, None)
            strikes = known.strikes + 1 if known else 1
            pause = min(FIRST_PAUSE * 2 ** min(strikes - 1, 10), LONGEST_PAUSE)
            if result.retry_after is not None:
                pause = min(max(pause, result.retry_after), MAX_RETRY_AFTER)
            until = max(at + pause, known.until) if known else at + pause
            self._slowed[webhook_id] = _Slowed(strikes, until)
            if len(self._slowed) > MAX_SLOWED:
                del self._slowed[next(iter(self._slowed))]

    def list_paused(self, at: datetime) -> list[str]:
        """The ids of webhooks that are left alone at a time."""
        return [webhook_id for webhook_id, each in self._slowed.items() if at < each.until]

    def limit_messages(self, webhook_id: str, usual: int) -> int:
        """How many messages a webhook gets at the same time."""
        return 1 if webhook_id in self._slowed else usual
