"""Bounds of a posting's terms: values beyond them are input errors and are never screened."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from domain.free_text import check_text
from domain.postings.list_checks import check_each_once, check_list_length
from domain.postings.media_sites import ANY_SITE, MediaRules, check_media_link
from domain.postings.pay_bounds import check_pay
from domain.postings.postings import PostingTerms
from domain.postings.requirement_bounds import check_requirements
from domain.postings.work_schedule import WorkSchedule
from domain.reference.occupation_additions import MAX_NAME_LENGTH
from domain.reference.regions import check_place_code, check_point
from domain.refusals import InvalidInput

MAX_HOURS_PER_DAY = 24
MAX_HOURS_PER_WEEK = 168
MAX_HEADCOUNT = 100_000
MAX_AGE_YEARS = 100
MAX_DAYS_AHEAD = 366
MAX_PLACES = 20
MAX_SHIFTS = 10
MAX_MEDIA = 5
MAX_BREAK_MINUTES = 600
MAX_SHIFT_NAME_LENGTH = 20


def check_terms(
    terms: PostingTerms,
    on: date,
    *,
    path: tuple[str, ...] = ("input",),
    media_rules: MediaRules = ANY_SITE,
) -> None:
    """Check that every value is possible; missing values are for ``screen_terms`` to find.

    Lengths are in characters: title 120, word for the occupation 20, duties and conditions 4,000,
    addresses and repost source 200. Headcount is at most 100,000, hours are above 0 and at most 24
    a day and 168 a week. The last day is at most 366 days after ``on``. Start and end of work are
    given together, to the minute and without a time zone. Points lie within China. There are at
    most 20 places, 10 shifts and 5 media links. ``pay_bounds`` and ``requirement_bounds`` have the
    other bounds.

    :raises InvalidInput: the first value out of bounds; ``field`` is ``path`` and its name.
    """
    for name, text, max_length in (
        ("title", terms.title, 120),
        ("occupationText", terms.occupation_text, MAX_NAME_LENGTH),
        ("duties", terms.duties, 4_000),
        ("conditions", terms.conditions, 4_000),
        ("address", terms.address, 200),
        ("repostSource", terms.repost_source or "", 200),
    ):
        if text:
            check_text(text, max_length, (*path, name))
    check_pay(terms.pay, terms.probation_fen, path)
    _check_numbers(terms, path)
    _check_places(terms, path)
    for name, kinds in (
        ("insurance", terms.insurance),
        ("benefits", terms.benefits),
        ("friendlyTo", terms.friendly_to),
    ):
        check_each_once(kinds, (*path, name))
    _check_clock_times(terms, path)
    _check_schedule(terms.schedule, path)
    check_requirements(terms.requirements, path)
    check_list_length(terms.media, MAX_MEDIA, (*path, "media"))
    for index, link in enumerate(terms.media):
        check_media_link(link, media_rules, (*path, "media", str(index)))
    if (terms.valid_until - on).days > MAX_DAYS_AHEAD:
        raise InvalidInput(
            "Give a last day at most one year ahead; a posting can be renewed.",
            "招聘有效期最长一年，到期后可以续期。",
            field=(*path, "validUntil"),
        )


def are_valid_hours(hours: Decimal, limit: int) -> bool:
    """Whether a number of hours is finite, above 0 and at most ``limit``."""
    return hours.is_finite() and 0 < hours <= limit


def has_valid_daily_hours(terms: PostingTerms) -> bool:
    """Whether the hours per day are stated, and possible."""
    return are_valid_hours(terms.hours_per_day, MAX_HOURS_PER_DAY)


def has_valid_weekly_hours(terms: PostingTerms) -> bool:
    """Whether the hours per week are stated, and possible."""
    return are_valid_hours(terms.hours_per_week, MAX_HOURS_PER_WEEK)


def _check_places(terms: PostingTerms, path: tuple[str, ...]) -> None:
    if terms.place_code:
        check_place_code(terms.place_code, (*path, "placeCode"))
    if terms.point is not None:
        check_point(terms.point, (*path, "point"))
    if not terms.further_places:
        return
    check_list_length(terms.places, MAX_PLACES, (*path, "places"))
    check_each_once(terms.places, (*path, "places"))
    for index, place in enumerate(terms.further_places, start=1):
        field = (*path, "places", str(index))
        check_place_code(place.place_code, (*field, "placeCode"))
        check_text(place.address, 200, (*field, "address"))
        if place.point is not None:
            check_point(place.point, (*field, "point"))


def _check_clock_times(terms: PostingTerms, path: tuple[str, ...]) -> None:
    for name, at in (("startsAt", terms.starts_at), ("endsAt", terms.ends_at)):
        if at is not None:
            _check_clock_time(at, (*path, name))
    if (terms.starts_at is None) != (terms.ends_at is None):
        missing = "endsAt" if terms.ends_at is None else "startsAt"
        raise InvalidInput(
            "Give both the start and the end of work, or neither.",
            "上班时间和下班时间请同时填写。",
            field=(*path, missing),
        )


def _check_clock_time(at: time, field: tuple[str, ...]) -> None:
    if at.tzinfo is not None or at != at.replace(second=0, microsecond=0):
        raise InvalidInput(
            "Give hours and minutes in China time, such as 08:30.",
            "请按北京时间填写时和分，例如08:30。",
            field=field,
        )


def _check_schedule(schedule: WorkSchedule, path: tuple[str, ...]) -> None:
    check_list_length(schedule.shifts, MAX_SHIFTS, (*path, "shiftTimes"))
    check_each_once(schedule.shifts, (*path, "shiftTimes"))
    for index, shift in enumerate(schedule.shifts):
        field = (*path, "shiftTimes", str(index))
        _check_clock_time(shift.starts_at, (*field, "startsAt"))
        _check_clock_time(shift.ends_at, (*field, "endsAt"))
        check_text(shift.name, MAX_SHIFT_NAME_LENGTH, (*field, "name"))
        check_each_once(shift.days, (*field, "days"))
        if shift.break_minutes is not None and not 0 <= shift.break_minutes <= MAX_BREAK_MINUTES:
            raise InvalidInput(
                f"Give the break in whole minutes, 0 to {MAX_BREAK_MINUTES}.",
                f"休息时间请填写0至{MAX_BREAK_MINUTES}的整数分钟。",
                field=(*field, "breakMinutes"),
            )
    days = schedule.days_per_week
    if days is not None and not (days.is_finite() and 0 < days <= 7 and days * 2 % 1 == 0):
        raise InvalidInput(
            "Give the days a week from 0.5 to 7 in steps of a half.",
            "每周工作天数请填写0.5至7，可以填写半天。",
            field=(*path, "daysPerWeek"),
        )
    if schedule.rest_days_per_month is not None and not 0 <= schedule.rest_days_per_month <= 31:
        raise InvalidInput(
            "Give the days of rest a month, 0 to 31.",
            "每月休息天数请填写0至31。",
            field=(*path, "restDaysPerMonth"),
        )


def _check_numbers(terms: PostingTerms, path: tuple[str, ...]) -> None:
    for name, number, limit in (
        ("headcount", terms.headcount, MAX_HEADCOUNT),
        ("minAge", terms.min_age or 0, MAX_AGE_YEARS),
    ):
        if number > limit:
            raise InvalidInput(
                f"Give at most {limit:,}.", f"请填写不超过{limit}的数值。", field=(*path, name)
            )
    for hours_name, hours, limit in (
        ("hoursPerDay", terms.hours_per_day, MAX_HOURS_PER_DAY),
        ("hoursPerWeek", terms.hours_per_week, MAX_HOURS_PER_WEEK),
    ):
        if not are_valid_hours(hours, limit):
            raise InvalidInput(
                f"Give the hours as a number above 0 and at most {limit}.",
                f"工作小时数应大于0且不超过{limit}。",
                field=(*path, hours_name),
            )
