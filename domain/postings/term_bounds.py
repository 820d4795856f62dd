"""Bounds of a posting's terms: values beyond them are input errors and are never screened."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.free_text import check_text
from domain.postings.postings import PostingTerms
from domain.reference.regions import check_place_code, check_point
from domain.refusals import InvalidInput

MAX_HOURS_PER_DAY = 24
MAX_HOURS_PER_WEEK = 168
MAX_HEADCOUNT = 100_000
MAX_PAY_YUAN = 1_000_000
MAX_AGE_YEARS = 100
MAX_DAYS_AHEAD = 366


def check_terms(terms: PostingTerms, on: date, *, path: tuple[str, ...] = ("input",)) -> None:
    """Check that every value is possible; missing values are for ``screen_terms`` to find.

    Lengths are in characters: title 120, duties and conditions 4,000, address and repost source
    200. Headcount is at most 100,000, pay at most 1,000,000 yuan, hours are above 0 and at most 24
    a day and 168 a week. The last day is at most 366 days after ``on``. Start and end of work are
    given together, to the minute and without a time zone. A point lies within China.

    :raises InvalidInput: the first value out of bounds; ``field`` is ``path`` and its name.
    """
    for name, text, max_length in (
        ("title", terms.title, 120),
        ("duties", terms.duties, 4_000),
        ("conditions", terms.conditions, 4_000),
        ("address", terms.address, 200),
        ("repostSource", terms.repost_source or "", 200),
    ):
        check_text(text, max_length, (*path, name))
    _check_numbers(terms, path)
    if terms.place_code:
        check_place_code(terms.place_code, (*path, "placeCode"))
    for name, kinds in (
        ("insurance", terms.insurance),
        ("benefits", terms.benefits),
        ("friendlyTo", terms.friendly_to),
    ):
        if len(set(kinds)) != len(kinds):
            raise InvalidInput(
                "List each value only once.", "同一选项请勿重复填写。", field=(*path, name)
            )
    _check_clock_times(terms, path)
    if terms.point is not None:
        check_point(terms.point, (*path, "point"))
    if (terms.valid_until - on).days > MAX_DAYS_AHEAD:
        raise InvalidInput(
            "Give a last day at most one year ahead; a posting can be renewed.",
            "招聘有效期最长一年，到期后可以续期。",
            field=(*path, "validUntil"),
        )


def are_valid_hours(hours: Decimal, limit: int) -> bool:
    """Whether a number of hours is finite, above 0 and at most ``limit``."""
    return hours.is_finite() and 0 < hours <= limit


def _check_clock_times(terms: PostingTerms, path: tuple[str, ...]) -> None:
    for name, at in (("startsAt", terms.starts_at), ("endsAt", terms.ends_at)):
        if at is not None and (at.tzinfo is not None or at != at.replace(second=0, microsecond=0)):
            raise InvalidInput(
                "Give hours and minutes in China time, such as 08:30.",
                "请按北京时间填写时和分，例如08:30。",
                field=(*path, name),
            )
    if (terms.starts_at is None) != (terms.ends_at is None):
        missing = "endsAt" if terms.ends_at is None else "startsAt"
        raise InvalidInput(
            "Give both the start and the end of work, or neither.",
            "上班时间和下班时间请同时填写。",
            field=(*path, missing),
        )


def _check_numbers(terms: PostingTerms, path: tuple[str, ...]) -> None:
    for name, amount, limit in (
        (("headcount",), terms.headcount, MAX_HEADCOUNT),
        (("pay", "amount"), terms.pay.amount, MAX_PAY_YUAN),
        (("probationPay",), terms.probation_pay or 0, MAX_PAY_YUAN),
        (("minAge",), terms.min_age or 0, MAX_AGE_YEARS),
    ):
        if amount > limit:
            raise InvalidInput(
                f"Give at most {limit:,}.", f"请填写不超过{limit}的数值。", field=(*path, *name)
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
