"""What this process knows of its gateway for one-time codes: its channels, and whether it works."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.identity.phone_codes import CodeChannel, SendOutcome, SendResult, seconds_until

OUTAGE_FAILURES = 3
"""Failed attempts in a row from which on the gateway counts as failing."""
OUTAGE_PAUSE = timedelta(seconds=60)
"""How long nobody may ask for a code after that; then one request tries the gateway again."""


@dataclass(kw_only=True)
class CodeGateway:
    """The gateway of this process; ``channels`` is empty when none is configured.

    ``shows_codes``: the answer to a request holds the code. Only the demo does that.
    """

    name: str
    channels: tuple[CodeChannel, ...] = ()
    shows_codes: bool = False
    failures_in_a_row: int = 0
    failed_at: datetime | None = None
    outcomes: dict[SendOutcome, int] = field(default_factory=lambda: dict.fromkeys(SendOutcome, 0))

    def record(self, result: SendResult, *, at: datetime) -> None:
        """Count the result of an attempt. A refused phone says nothing about the gateway."""
        self.outcomes[result.outcome] += 1
        if result.outcome is SendOutcome.ACCEPTED:
            self.failures_in_a_row, self.failed_at = 0, None
        elif result.outcome is not SendOutcome.PHONE_REFUSED:
            self.failures_in_a_row += 1
            self.failed_at = at

    def seconds_of_outage(self, at: datetime) -> int:
        """How many seconds nobody may ask for a code yet; 0 while the gateway works."""
        if self.failed_at is None or self.failures_in_a_row < OUTAGE_FAILURES:
            return 0
        return seconds_until(self.failed_at + OUTAGE_PAUSE, at)
