"""Where and when the work of a posting is done: places, shifts with clock times, rest days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from domain.labels import Labelled
from domain.reference.geo import Point
from domain.reference.weekdays import Weekday


class WorkMode(Labelled):
    """Whether the work is done at the workplace or from elsewhere (办公方式)."""

    ON_SITE = "ON_SITE", "现场办公", "On site"
    HYBRID = "HYBRID", "部分远程", "Partly remote"
    REMOTE = "REMOTE", "远程办公"


class RestDays(Labelled):
    """How many days of rest a week has (休息方式)."""

    TWO_A_WEEK = "TWO_A_WEEK", "双休", "Two days a week"
    ONE_A_WEEK = "ONE_A_WEEK", "单休", "One day a week"
    ALTERNATING = "ALTERNATING", "大小周", "One and two days in turn"
    BY_ROSTER = "BY_ROSTER", "排班轮休"


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """One of the places of work: a GB/T 2260 code, and address and point if they are known."""

    place_code: str
    address: str = ""
    point: Point | None = None


@dataclass(frozen=True, kw_only=True)
class ShiftTimes:
    """The clock times of one shift, in China time. An end before the start is on the next day.

    Equal times are 24 hours. No ``days`` means every working day. ``name`` is the employer's word
    for the shift.
    """

    starts_at: time
    ends_at: time
    days: tuple[Weekday, ...] = ()
    break_minutes: int | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class WorkSchedule:
    """When the work is done beyond the pattern, the hours and the times of a normal day.

    ``shifts`` are all shifts, if there are several or one needs days or a break; the first one is
    that of a normal day. ``days_per_week`` may be 5.5. ``rest_days_per_month`` is 月休N天.
    """

    shifts: tuple[ShiftTimes, ...] = ()
    days_per_week: Decimal | None = None
    rest: RestDays | None = None
    rest_days_per_month: int | None = None


NO_SCHEDULE = WorkSchedule()
