"""The rules that a posting must pass before anybody can see, pin or stream it.

``screen_terms`` and ``screen_employer`` return findings. They are pure and never raise, so a new
posting and one that is screened again after a change of the minimum wages get the same result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import chain

from domain.postings.postings import (
    FULL_INSURANCE,
    EmploymentType,
    Finding,
    InsuranceKind,
    PostingTerms,
    Severity,
)
from domain.postings.public_texts import list_public_texts
from domain.postings.term_bounds import has_valid_daily_hours, has_valid_weekly_hours
from domain.reference.regions import is_place_code
from domain.screening import posting_findings
from domain.screening.employment_rules import (
    EMPLOYEE_TYPES,
    check_employment_type,
    find_legal_type,
)
from domain.screening.hours_rules import check_clock_hours, check_hours
from domain.screening.phrase_findings import UNDER_SIXTEEN
from domain.screening.text_screening import screen_text
from domain.screening.wage_rules import check_pay, check_probation_pay
from domain.screening.wage_table import WageTable

RULES_VERSION = 7
"""The version of the rules.

Raise it with every change of what the rules find: all visible postings are then screened again.
"""
MIN_WORKING_AGE = 16
"""劳动法 art. 15."""
_MAX_REMEMBERED_LENGTH = 500
"""Characters of a text whose findings are kept: an employer's postings repeat titles, addresses
and conditions."""
_screen_remembered = lru_cache(maxsize=2_048)(screen_text)


def screen_terms(terms: PostingTerms, table: WageTable, on: date) -> tuple[Finding, ...]:
    """Return every finding on the terms at the date ``on``, in the order of the form.

    Accepts any terms; never raises.
    """
    return tuple(
        chain(
            _find_missing_fields(terms, on),
            _check_repost(terms),
            _check_insurance(terms),
            check_pay(terms, table, on),
            check_probation_pay(terms, table, on),
            check_employment_type(terms),
            check_hours(terms),
            check_clock_hours(terms),
            _check_min_age(terms),
            _check_texts(terms),
        )
    )


def screen_employer(verified_until: date | None, on: date) -> tuple[Finding, ...]:
    """Return a finding unless the employer's verification is valid on a date.

    Basis: 人力资源市场暂行条例 art. 26. ``verified_until`` is the last valid day.
    """
    if verified_until is not None and verified_until >= on:
        return ()
    return (posting_findings.EMPLOYER_NOT_VERIFIED,)


def _is_blank(text: str | None) -> bool:
    """Whether a text has no visible character; invisible Unicode characters do not count."""
    return text is None or not any(char.isprintable() and not char.isspace() for char in text)


def _find_missing_fields(terms: PostingTerms, on: date) -> Iterator[Finding]:
    """Required content (人力资源市场暂行条例 art. 24; Order 44)."""
    requirements = (
        (not _is_blank(terms.title), posting_findings.TITLE_MISSING),
        (terms.headcount >= 1, posting_findings.HEADCOUNT_MISSING),
        (not _is_blank(terms.duties), posting_findings.DUTIES_MISSING),
        (not _is_blank(terms.conditions), posting_findings.CONDITIONS_MISSING),
        (is_place_code(terms.place_code), posting_findings.PLACE_MISSING),
        (terms.pay.from_fen >= 1, posting_findings.PAY_MISSING),
        (has_valid_daily_hours(terms), posting_findings.HOURS_PER_DAY_MISSING),
        (has_valid_weekly_hours(terms), posting_findings.HOURS_PER_WEEK_MISSING),
        (terms.valid_until >= on, posting_findings.VALID_UNTIL_PAST),
    )
    return (finding for is_met, finding in requirements if not is_met)


def _check_repost(terms: PostingTerms) -> Iterator[Finding]:
    if terms.is_repost and _is_blank(terms.repost_source):
        yield posting_findings.REPOST_SOURCE_MISSING


def _check_insurance(terms: PostingTerms) -> Iterator[Finding]:
    """Full cover for employees, work injury cover for all others (劳动法 art. 72).

    Students in placements have an insurance of their own, which a person checks.
    """
    if terms.employment_type is EmploymentType.INTERNSHIP:
        return
    is_employed = find_legal_type(terms) in EMPLOYEE_TYPES
    required = FULL_INSURANCE if is_employed else (InsuranceKind.WORK_INJURY,)
    missing = [kind for kind in required if kind not in terms.insurance]
    if missing:
        yield posting_findings.build_insurance_finding(missing, is_employed=is_employed)


def _check_min_age(terms: PostingTerms) -> Iterator[Finding]:
    if terms.min_age is not None and terms.min_age < MIN_WORKING_AGE:
        yield replace(UNDER_SIXTEEN, severity=Severity.REFUSE, field="minAge")


def _check_texts(terms: PostingTerms) -> Iterator[Finding]:
    for field, text in list_public_texts(terms):
        is_short = len(text) <= _MAX_REMEMBERED_LENGTH
        yield from _screen_remembered(text, field) if is_short else screen_text(text, field)
