"""The fixed time of test records, and a clock that a test moves by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

FIXED_NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


class ManualClock:
    """A clock that stands still until a test advances it."""

    def __init__(self) -> None:
        self.at = FIXED_NOW

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)
