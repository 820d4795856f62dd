"""The day that counts: China has one time zone, UTC+8, without summer time."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone

CHINA_TIMEZONE = timezone(timedelta(hours=8))


def day_in_china(at: datetime) -> date:
    """The date in China at a moment; validity and minimum wages change at midnight there."""
    return at.astimezone(CHINA_TIMEZONE).date()


def add_months(day: date, months: int) -> date:
    """The same day some months later; the last of that month when it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
