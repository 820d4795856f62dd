"""The day that counts: China has one time zone, UTC+8, without summer time."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def day_in_china(at: datetime) -> date:
    """The date in China at a moment; validity and minimum wages change at midnight there."""
    return at.astimezone(CHINA).date()
