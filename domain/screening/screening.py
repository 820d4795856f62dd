"""The gate: what a posting must pass before anybody can see, pin or stream it.

:func:`check_terms` refuses values that cannot be right. :func:`screen` then says what the law and
the board's own rules make of terms that can; it is total, deterministic and the same for a new
posting and for one that is screened again when a minimum wage changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain

from domain.errors import InvalidInput, TextRefused
from domain.free_text import check_text
from domain.postings.pay import Pay, PayPeriod
from domain.postings.postings import (
    EmploymentType,
    Finding,
    InsuranceKind,
    Mark,
    PostingTerms,
)
from domain.reference.geo import is_plausible_in_china
from domain.reference.regions import check_place_code, is_place_code
from domain.screening import rulebook
from domain.screening.minimum_wages import (
    WageTable,
    WageComparison,
    compare_with_minimum,
    convert_to_monthly,
)
from domain.screening.phrasebook import UNDER_SIXTEEN
from domain.screening.phrases import find_phrases

RULES_VERSION = 2
"""The version of the rules: raise it with each change of what they find, and everything that is
shown is screened again."""
MAX_MARKS_PER_FINDING = 20
"""Places that one finding names in a text."""

_EMPLOYED_TYPES = frozenset({EmploymentType.FULL_TIME, EmploymentType.DISPATCH})
# Maternity is no kind of its own here: medical insurance covers it since 国办发〔2019〕10号.
_MAX_REST_HOURS = 4
_FULL_INSURANCE = (
    InsuranceKind.PENSION,
    InsuranceKind.MEDICAL,
    InsuranceKind.UNEMPLOYMENT,
    InsuranceKind.WORK_INJURY,
)


def screen_terms(terms: PostingTerms, table: WageTable, on: date) -> tuple[Finding, ...]:
    """Everything the rules find in the terms on a day, in the order of the form.

    Never raises, whatever the terms hold.
    """
    return tuple(
        chain(
            _required_findings(terms, on),
            _repost_findings(terms),
            _insurance_findings(terms),
            _pay_findings(terms, table, on),
            _probation_findings(terms, table, on),
            _hours_findings(terms),
            _clock_hours_findings(terms),
            _age_findings(terms),
            _text_findings(terms),
        )
    )


def screen_text(text: str, field: str) -> tuple[Finding, ...]:
    """What the phrases of a text are, one finding a rule, with their places in it.

    For whatever people in a room read: announcements, titles, questions and their answers too.
    Never raises, whatever the text holds.
    """
    marks: dict[str, tuple[Finding, list[Mark]]] = {}
    for rule, mark in find_phrases(text):
        marks.setdefault(rule.code, (rule, []))[1].append(mark)
    return tuple(
        replace(rule, field=field, marks=tuple(found[:MAX_MARKS_PER_FINDING]))
        for rule, found in marks.values()
    )


def check_public_text(text: str, field: tuple[str, ...]) -> None:
    """Pass for a text that staff may say before everybody.

    What would send a posting to a person is refused here as well: nobody can look at a sentence
    before it is read, and it is reworded in seconds.

    :raises TextRefused: it has a phrase of some rule.
    """
    findings = screen_text(text, field[-1])
    if findings:
        raise TextRefused(findings, field=field)


def screen_employer(verified_until: date | None, on: date) -> tuple[Finding, ...]:
    """Whether the check of the employer counts on that day (暂行条例 art. 26)."""
    if verified_until is not None and verified_until >= on:
        return ()
    return (rulebook.EMPLOYER_NOT_VERIFIED,)


def _is_blank(text: str | None) -> bool:
    """Whether nobody could read anything in it: invisible characters are no text."""
    return text is None or not any(char.isprintable() and not char.isspace() for char in text)


def _are_valid_hours(hours: Decimal, most: int) -> bool:
    return hours.is_finite() and 0 < hours <= most


def _required_findings(terms: PostingTerms, on: date) -> Iterator[Finding]:
    """What every posting states (人力资源市场暂行条例 art. 24; Order 44)."""
    present = (
        (not _is_blank(terms.title), rulebook.TITLE_MISSING),
        (terms.headcount >= 1, rulebook.HEADCOUNT_MISSING),
        (not _is_blank(terms.duties), rulebook.DUTIES_MISSING),
        (not _is_blank(terms.conditions), rulebook.CONDITIONS_MISSING),
        (is_place_code(terms.place_code), rulebook.PLACE_MISSING),
        (terms.pay.amount >= 1, rulebook.PAY_MISSING),
        (_are_valid_hours(terms.hours_per_day, 24), rulebook.HOURS_PER_DAY_MISSING),
        (_are_valid_hours(terms.hours_per_week, 168), rulebook.HOURS_PER_WEEK_MISSING),
        (terms.valid_until >= on, rulebook.VALID_UNTIL_PAST),
    )
    return (finding for given, finding in present if not given)


def _repost_findings(terms: PostingTerms) -> Iterator[Finding]:
    if terms.is_repost and _is_blank(terms.repost_source):
        yield rulebook.REPOST_SOURCE_MISSING


def _insurance_findings(terms: PostingTerms) -> Iterator[Finding]:
    """Full cover for employees, at least work injury for everybody else (劳动法 art. 72)."""
    is_employed = terms.employment_type in _EMPLOYED_TYPES
    wanted = _FULL_INSURANCE if is_employed else (InsuranceKind.WORK_INJURY,)
    missing = [kind for kind in wanted if kind not in terms.insurance]
    if missing:
        yield rulebook.social_insurance_missing(missing, is_employed=is_employed)


def _pay_findings(terms: PostingTerms, table: WageTable, on: date) -> Iterator[Finding]:
    """Part time is paid by the hour, and nobody below the minimum wage."""
    if _is_part_time(terms) and terms.pay.period is not PayPeriod.HOUR:
        yield rulebook.PART_TIME_PAY_NOT_HOURLY
    else:
        yield from _minimum_wage_findings(terms, table, on, terms.pay, rulebook.PAY_FINDINGS)


def _probation_findings(terms: PostingTerms, table: WageTable, on: date) -> Iterator[Finding]:
    """At least 80 % of the pay and not below the minimum wage (劳动合同法 art. 20)."""
    amount = terms.probation_pay
    if amount is None:
        return
    if _is_part_time(terms):
        yield rulebook.PART_TIME_PROBATION
        return
    if amount * 5 < terms.pay.amount * 4:
        yield rulebook.PROBATION_PAY_TOO_LOW
    pay = Pay(amount=amount, period=terms.pay.period)
    yield from _minimum_wage_findings(terms, table, on, pay, rulebook.PROBATION_FINDINGS)


def _minimum_wage_findings(
    terms: PostingTerms,
    table: WageTable,
    on: date,
    pay: Pay,
    findings: dict[WageComparison, Finding],
) -> Iterator[Finding]:
    """One finding unless the pay passes; none when its base is missing, which is refused anyway."""
    if pay.amount < 1 or not is_place_code(terms.place_code):
        return
    if not _are_valid_hours(terms.hours_per_day, 24):
        return
    if terms.employment_type in _EMPLOYED_TYPES:
        pay = convert_to_monthly(pay, terms.hours_per_day)
    said = compare_with_minimum(table, terms.place_code, pay, on)
    if said in findings:
        detail = table.describe_figures(terms.place_code, pay.period, on)
        yield replace(findings[said], detail=detail)


def _hours_findings(terms: PostingTerms) -> Iterator[Finding]:
    """劳动法 art. 36 and 38; part time 劳动合同法 art. 68. Flags, because overtime has rules."""
    day, week = terms.hours_per_day, terms.hours_per_week
    if not _are_valid_hours(day, 24) or not _are_valid_hours(week, 168):
        return
    part_time = _is_part_time(terms)
    if day > (4 if part_time else 8):
        yield rulebook.PART_TIME_DAILY_HOURS_LONG if part_time else rulebook.DAILY_HOURS_LONG
    if week > (24 if part_time else 44):
        yield rulebook.PART_TIME_WEEKLY_HOURS_LONG if part_time else rulebook.WEEKLY_HOURS_LONG
    if week > day * 6:
        yield rulebook.NO_REST_DAY


def _clock_hours_findings(terms: PostingTerms) -> Iterator[Finding]:
    """The day from begin to end holds the hours of work, and at most four of rest beside them."""
    if (
        terms.starts_at is None
        or terms.ends_at is None
        or not _are_valid_hours(terms.hours_per_day, 24)
    ):
        return
    begins, ends = (at.hour * 60 + at.minute for at in (terms.starts_at, terms.ends_at))
    # One that begins and ends at the same time goes once round the clock.
    hours = Decimal((ends - begins) % 1_440 or 1_440) / 60
    if not hours - _MAX_REST_HOURS <= terms.hours_per_day <= hours:
        yield rulebook.CLOCK_HOURS_DIFFER


def _age_findings(terms: PostingTerms) -> Iterator[Finding]:
    """劳动法 art. 15."""
    if terms.min_age is not None and terms.min_age < 16:
        yield replace(UNDER_SIXTEEN, field="minAge")


def _text_findings(terms: PostingTerms) -> Iterator[Finding]:
    for field, text in (
        ("title", terms.title),
        ("duties", terms.duties),
        ("conditions", terms.conditions),
        ("address", terms.address),
    ):
        yield from screen_text(text, field)


def _is_part_time(terms: PostingTerms) -> bool:
    return terms.employment_type is EmploymentType.PART_TIME


def check_terms(terms: PostingTerms, on: date, *, path: tuple[str, ...] = ("input",)) -> None:
    """Pass when every value can be right at all; what is missing is for :func:`screen` to find.

    Lengths are in characters: title 120, duties and conditions 4,000, address and repost source
    200. Headcount up to 100,000, pay up to 1,000,000 yuan, hours above 0 and up to 24 a day and
    168 a week, the last day at most 366 days ahead. A day's work has both a begin and an end, to
    the minute; a point lies within China.

    :raises InvalidInput: the first value that cannot; ``field`` is ``path`` and its name.
    """
    for name, text, most in (
        ("title", terms.title, 120),
        ("duties", terms.duties, 4_000),
        ("conditions", terms.conditions, 4_000),
        ("address", terms.address, 200),
        ("repostSource", terms.repost_source or "", 200),
    ):
        check_text(text, most, (*path, name))
    _check_numbers(terms, path)
    if terms.place_code:
        check_place_code(terms.place_code, (*path, "placeCode"))
    for name, kinds in (
        ("insurance", terms.insurance),
        ("benefits", terms.benefits),
        ("friendlyTo", terms.friendly_to),
    ):
        if len(set(kinds)) != len(kinds):
            raise InvalidInput("Name each kind once.", field=(*path, name))
    _check_clock_times(terms, path)
    if terms.point is not None and not is_plausible_in_china(terms.point):
        raise InvalidInput(
            "Give degrees north from 3 to 54 and degrees east from 73 to 136: within China.",
            field=(*path, "point"),
        )
    if (terms.valid_until - on).days > 366:
        raise InvalidInput(
            "Give a last day at most one year ahead; a posting can be renewed.",
            field=(*path, "validUntil"),
        )


def _check_clock_times(terms: PostingTerms, path: tuple[str, ...]) -> None:
    for name, at in (("startsAt", terms.starts_at), ("endsAt", terms.ends_at)):
        if at is not None and (at.tzinfo is not None or at != at.replace(second=0, microsecond=0)):
            raise InvalidInput("Give hours and minutes, in China, as 08:30.", field=(*path, name))
    if (terms.starts_at is None) != (terms.ends_at is None):
        missing = "endsAt" if terms.ends_at is None else "startsAt"
        raise InvalidInput("Say when the work begins and when it ends.", field=(*path, missing))


def _check_numbers(terms: PostingTerms, path: tuple[str, ...]) -> None:
    for name, amount, most in (
        (("headcount",), terms.headcount, 100_000),
        (("pay", "amount"), terms.pay.amount, 1_000_000),
        (("probationPay",), terms.probation_pay or 0, 1_000_000),
        (("minAge",), terms.min_age or 0, 100),
    ):
        if amount > most:
            raise InvalidInput(f"Give at most {most:,}.", field=(*path, *name))
    for hours_name, hours, most in (
        ("hoursPerDay", terms.hours_per_day, 24),
        ("hoursPerWeek", terms.hours_per_week, 168),
    ):
        if not _are_valid_hours(hours, most):
            raise InvalidInput(
                f"Give the hours as a number above 0 and at most {most}.",
                field=(*path, hours_name),
            )
