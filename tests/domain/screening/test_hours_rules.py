"""The rules on working hours, rest days and clock times."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.postings.postings import PostingTerms, Severity
from domain.postings.work_schedule import RestDays, ShiftTimes, WorkSchedule
from domain.screening.hours_rules import check_clock_hours, check_hours
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.posting_rules import screen_terms
from tests.domain.posting_terms_samples import FIXED_TODAY, posting_terms

DAY_REFUSED, WEEK_REFUSED = "DAILY_HOURS_EXCESSIVE", "WEEKLY_HOURS_EXCESSIVE"
DAY_LONG, WEEK_LONG, NO_REST = "DAILY_HOURS_LONG", "WEEKLY_HOURS_LONG", "NO_REST_DAY"
SPECIAL, CLOCK = "SPECIAL_HOURS_TO_CHECK", "CLOCK_HOURS_DIFFER"


def hours(per_day: str, per_week: str, **changes: Any) -> PostingTerms:
    schedule = WorkSchedule(
        days_per_week=changes.pop("days", None),
        rest=changes.pop("rest", None),
        rest_days_per_month=changes.pop("rest_days", None),
    )
    return posting_terms(
        hours_per_day=Decimal(per_day),
        hours_per_week=Decimal(per_week),
        schedule=schedule,
        **changes,
    )


def codes(terms: PostingTerms) -> list[str]:
    return [finding.code for finding in screen_terms(terms, KNOWN_WAGES, FIXED_TODAY)]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (hours("8", "44"), []),
        (hours("8", "44.5"), [WEEK_LONG]),
        (hours("8.5", "42.5"), [DAY_LONG]),
        (hours("10", "50"), [DAY_LONG, WEEK_LONG]),
        (hours("11", "52"), [DAY_LONG, WEEK_LONG]),
        (hours("11.1", "44"), [DAY_REFUSED]),
        (hours("9", "52.5"), [WEEK_REFUSED]),
        (hours("12", "72"), [DAY_REFUSED, WEEK_REFUSED]),
        (hours("6", "42"), [NO_REST]),
        # What the days of work say counts, if the hours a week contradict it.
        (hours("8", "40", days=Decimal(5)), []),
        (hours("8", "44", days=Decimal("5.5")), []),
        (hours("8", "44", days=Decimal(6)), []),
        (hours("8", "40", days=Decimal(6)), [WEEK_LONG]),
        (hours("10", "40", days=Decimal(6)), [WEEK_REFUSED]),
        (hours("8", "44", rest=RestDays.ONE_A_WEEK), []),
        (hours("8", "40", rest=RestDays.TWO_A_WEEK), []),
        (hours("8", "40", rest=RestDays.ALTERNATING), []),
        (hours("9", "40", rest=RestDays.ONE_A_WEEK), [WEEK_REFUSED]),
        (hours("8", "40", days=Decimal(7)), [WEEK_REFUSED, NO_REST]),
        (hours("6", "40", days=Decimal(7)), [NO_REST]),
        (hours("8", "44", rest_days=4), []),
        (hours("8", "44", rest_days=1), [NO_REST]),
    ],
)
def test_hours_are_refused_or_sent_to_a_person(terms: PostingTerms, expected: list[str]) -> None:
    assert codes(terms) == expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("实行综合计算工时制，批准文号：沪人社特〔2026〕12号", [SPECIAL]),
        ("不定时工作制，已获浦东新区人社局批准", [SPECIAL]),
        ("经审批实行特殊工时制", [SPECIAL]),
        ("综合计算工时制", [DAY_REFUSED, WEEK_REFUSED]),
        ("不定时工作制，批准手续申请中，尚未批准", [DAY_REFUSED, WEEK_REFUSED]),
        ("工作认真负责", [DAY_REFUSED, WEEK_REFUSED]),
        ("不实行综合计算工时制，文件编号12", [DAY_REFUSED, WEEK_REFUSED]),
    ],
)
def test_a_special_system_with_its_approval_goes_to_a_person(
    conditions: str, expected: list[str]
) -> None:
    assert codes(hours("12", "60", conditions=conditions)) == expected


def test_long_hours_without_excess_need_no_special_system() -> None:
    assert codes(hours("9", "45", conditions="综合工时制，已备案")) == [DAY_LONG, WEEK_LONG]


def shift(start: int, end: int, pause: int | None = None) -> ShiftTimes:
    return ShiftTimes(starts_at=time(start % 24), ends_at=time(end % 24), break_minutes=pause)


@pytest.mark.parametrize(
    ("shifts", "expected"),
    [
        ((shift(9, 18),), []),
        ((shift(8, 17, 60),), []),
        ((shift(8, 19),), []),
        ((shift(22, 6),), []),
        ((shift(8, 16), shift(16, 24), shift(0, 8)), []),
        ((shift(9, 18), shift(9, 12)), []),
        # Shorter than the hours, or longer than the break explains
        ((shift(9, 16),), [CLOCK]),
        ((shift(9, 21),), [DAY_LONG, CLOCK]),
        ((shift(8, 20, 60),), [DAY_LONG, CLOCK]),
        ((shift(8, 20, 30),), [DAY_REFUSED, CLOCK]),
        ((shift(8, 23),), [DAY_REFUSED, CLOCK]),
        ((shift(8, 8),), [DAY_REFUSED, CLOCK]),
    ],
)
def test_a_shift_fits_its_clock_times(shifts: tuple[ShiftTimes, ...], expected: list[str]) -> None:
    assert codes(posting_terms(schedule=WorkSchedule(shifts=shifts))) == expected


@pytest.mark.parametrize("code", [DAY_LONG, WEEK_LONG, NO_REST, CLOCK, SPECIAL])
def test_doubts_go_to_a_person_and_tell_nobody_to_wait(code: str) -> None:
    found = {
        finding.code: finding
        for terms in (
            hours("9", "45", days=Decimal(7)),
            hours("6", "42"),
            posting_terms(schedule=WorkSchedule(shifts=(shift(9, 16),))),
            hours("12", "60", conditions="综合工时制，批准文号1号"),
            hours("9", "45"),
        )
        for finding in screen_terms(terms, KNOWN_WAGES, FIXED_TODAY)
    }
    assert found[code].severity is Severity.REVIEW
    assert "等待" not in found[code].message_zh


numbers = st.decimals("0.1", "24", places=1)


@given(numbers, numbers, numbers)
def test_more_hours_are_never_judged_more_mildly(
    week: Decimal, one: Decimal, other: Decimal
) -> None:
    rank = {None: 0, Severity.REVIEW: 1, Severity.REFUSE: 2}

    def worst(per_day: Decimal) -> int:
        terms = replace(posting_terms(), hours_per_day=per_day, hours_per_week=week * 3)
        on_the_day = [each for each in check_hours(terms) if each.field == "hoursPerDay"]
        return max((rank[each.severity] for each in on_the_day), default=0)

    less, more = sorted((one, other))
    assert worst(less) <= worst(more)


def test_terms_without_hours_are_for_other_rules() -> None:
    for nothing in (Decimal(0), Decimal("NaN"), Decimal(25)):
        terms = replace(
            posting_terms(schedule=WorkSchedule(shifts=(shift(9, 16),))), hours_per_day=nothing
        )
        assert [*check_hours(terms), *check_clock_hours(terms)] == []
