"""The rules on working hours: hours a day and a week, rest days, and clock times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from domain.postings.postings import Finding, PostingTerms
from domain.postings.term_bounds import has_valid_daily_hours, has_valid_weekly_hours
from domain.postings.work_schedule import RestDays, ShiftTimes, WorkSchedule
from domain.screening.hours_findings import (
    CLOCK_HOURS_DIFFER,
    DAILY_HOURS_EXCESSIVE,
    DAILY_HOURS_LONG,
    NO_REST_DAY,
    SPECIAL_HOURS_TO_CHECK,
    WEEKLY_HOURS_EXCESSIVE,
    WEEKLY_HOURS_LONG,
)

NORMAL_HOURS_PER_DAY, NORMAL_HOURS_PER_WEEK = 8, 44
"""劳动法 art. 36."""
LONGEST_DAY = 11
"""Eight hours and three of overtime (劳动法 art. 41)."""
LONGEST_WEEK = 52
"""44 hours and what 36 hours of overtime a month are a week (劳动法 art. 36 and 41)."""
MAX_WORKING_DAYS_PER_WEEK = 6
"""劳动法 art. 38: one day of rest a week."""
MIN_REST_DAYS_PER_MONTH = 4
MAX_REST_HOURS_PER_DAY = 3
"""Breaks between the start and the end of work that need no explanation."""
HALF_AN_HOUR = Decimal("0.5")
_WORKING_DAYS = {
    RestDays.TWO_A_WEEK: Decimal(5),
    RestDays.ALTERNATING: Decimal("5.5"),
    RestDays.ONE_A_WEEK: Decimal(6),
}
_SPECIAL_SYSTEM = re.compile(r"综合计算?工时|综合工时|不定时(?:工作|工时)|特殊工时|特殊工作时间")
_APPROVAL = re.compile(
    r"批准|批复|审批|获批|许可|备案|核准|批文|(?:文|编|批)号|人社[^，。；]{0,8}〔"
)
_NOT_APPROVED = re.compile(
    r"(?:未|没有?|无|尚未|正在|待|申请)[^，。；]{0,6}(?:批准|批复|审批|获批|许可|备案|核准|批文)|"
    r"不(?:实行|执行|适用|采用|属于)[^，。；]{0,4}(?:综合|不定时|特殊)"
)


def check_hours(terms: PostingTerms) -> Iterator[Finding]:
    """Yield what is wrong with the hours of work, of part time those beyond full time.

    Beyond 11 hours a day or 52 a week is refused, unless a special system of hours with its
    approval is named: then a person looks at it. Between 8 or 44 hours and that a person looks at
    the overtime. The hours that count are the highest of those stated, those that follow from the
    days of work, and those between the clock times.
    """
    if not (has_valid_daily_hours(terms) and has_valid_weekly_hours(terms)):
        return
    per_day, per_week = _longest_day(terms), _longest_week(terms)
    if per_day > LONGEST_DAY or per_week > LONGEST_WEEK:
        if names_special_system(terms):
            yield SPECIAL_HOURS_TO_CHECK
        else:
            if per_day > LONGEST_DAY:
                yield DAILY_HOURS_EXCESSIVE
            if per_week > LONGEST_WEEK:
                yield WEEKLY_HOURS_EXCESSIVE
    else:
        if per_day > NORMAL_HOURS_PER_DAY:
            yield DAILY_HOURS_LONG
        if per_week > NORMAL_HOURS_PER_WEEK:
            yield WEEKLY_HOURS_LONG
    if _lacks_rest_day(terms):
        yield NO_REST_DAY


def check_clock_hours(terms: PostingTerms) -> Iterator[Finding]:
    """Yield a finding if the clock times contradict the hours per day.

    Every shift without its break is at most as long as the hours per day, give or take half an
    hour, and one shift is long enough for them. Where no break is stated, at most three hours need
    no explanation.
    """
    hours, shifts = terms.hours_per_day, terms.shift_times
    if not shifts or not has_valid_daily_hours(terms):
        return
    is_long_enough = any(_span_hours(shift) >= hours for shift in shifts)
    fits = all(_worked_hours(shift) <= hours + HALF_AN_HOUR for shift in shifts)
    if not (is_long_enough and fits):
        yield CLOCK_HOURS_DIFFER


def names_special_system(terms: PostingTerms) -> bool:
    """Whether the text names a special system of hours that an authority has approved.

    That is 综合计算工时 or 不定时 (劳动法 art. 39), with the approval or its number beside it.
    """
    return any(
        _SPECIAL_SYSTEM.search(text) and _APPROVAL.search(text) and not _NOT_APPROVED.search(text)
        for text in (terms.title, terms.duties, terms.conditions)
    )


def count_working_days(schedule: WorkSchedule) -> Decimal | None:
    """Return the days of work a week that a schedule states; None if it states none."""
    if schedule.days_per_week is not None:
        return schedule.days_per_week
    return _WORKING_DAYS.get(schedule.rest) if schedule.rest is not None else None


def _longest_day(terms: PostingTerms) -> Decimal:
    return max([terms.hours_per_day, *(_worked_hours(shift) for shift in terms.shift_times)])


def _longest_week(terms: PostingTerms) -> Decimal:
    """Return the hours a week; if the days contradict them by more than half a day, by the days."""
    days = count_working_days(terms.schedule)
    if days is not None and terms.hours_per_week < terms.hours_per_day * (days - Decimal("0.5")):
        return terms.hours_per_day * days
    return terms.hours_per_week


def _lacks_rest_day(terms: PostingTerms) -> bool:
    schedule = terms.schedule
    days, rest_days = schedule.days_per_week, schedule.rest_days_per_month
    return (
        terms.hours_per_week > terms.hours_per_day * MAX_WORKING_DAYS_PER_WEEK
        or (days is not None and days > MAX_WORKING_DAYS_PER_WEEK)
        or (rest_days is not None and rest_days < MIN_REST_DAYS_PER_MONTH)
    )


def _span_hours(shift: ShiftTimes) -> Decimal:
    start, end = (at.hour * 60 + at.minute for at in (shift.starts_at, shift.ends_at))
    # Equal start and end times mean 24 hours.
    return Decimal((end - start) % 1_440 or 1_440) / 60


def _worked_hours(shift: ShiftTimes) -> Decimal:
    """Return the hours between start and end without the break, or without the longest usual."""
    pause = (
        Decimal(MAX_REST_HOURS_PER_DAY)
        if shift.break_minutes is None
        else Decimal(shift.break_minutes) / 60
    )
    return max(_span_hours(shift) - pause, Decimal(0))
