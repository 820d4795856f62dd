"""Dates and times in China, which has one time zone, UTC+8, and no daylight saving time."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone

from domain.refusals import InvalidInput

CHINA_TIMEZONE = timezone(timedelta(hours=8))


def day_in_china(at: datetime) -> date:
    """Return the date in China at a moment; validity and minimum wages change at its midnight."""
    return at.astimezone(CHINA_TIMEZONE).date()


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last day of that month if it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def check_has_zone(at: datetime, field: tuple[str, ...]) -> None:
    """Check that a time was given with its time zone.

    :raises InvalidInput: it has none.
    """
    if at.tzinfo is None:
        raise InvalidInput(
            "Give the time with its zone, such as 2026-11-23T19:00:00+08:00.",
            "请填写带时区的时间，如2026-11-23T19:00:00+08:00。",
            field=field,
        )


def check_time(at: datetime, field: tuple[str, ...]) -> None:
    """Check that a time was given with its time zone and lies in this century.

    :raises InvalidInput: it has no zone, or its year is not from 2000 to 2099.
    """
    check_has_zone(at, field)
    if not 2000 <= at.year < 2100:
        raise InvalidInput(
            "Give a time from 2000 to 2099.", "请填写2000年至2099年之间的时间。", field=field
        )
