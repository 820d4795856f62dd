"""Screening rules for the terms of a posting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.postings.lifecycle import create_posting
from domain.postings.postings import (
    EmploymentType,
    Finding,
    InsuranceKind,
    PostingStatus,
    PostingTerms,
    Severity,
)
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.posting_rules import screen_terms
from domain.screening.text_screening import MAX_MARKS_PER_FINDING
from tests.domain.posting_terms_samples import (
    FIXED_TODAY,
    FULL_COVER,
    any_terms,
    hourly_pay,
    monthly_pay,
    part_time_terms,
    posting_terms,
)
from tests.support import records


def found(offer: PostingTerms, on: date = FIXED_TODAY) -> dict[str, Finding]:
    return {finding.code: finding for finding in screen_terms(offer, KNOWN_WAGES, on)}


def status(offer: PostingTerms) -> PostingStatus:
    return create_posting(
        "p1",
        employer=records.employer(),
        union_path=("root",),
        terms=offer,
        table=KNOWN_WAGES,
        by="officer",
        at=records.FIXED_NOW,
    ).status


def test_terms_without_findings_open_the_posting() -> None:
    for offer in (posting_terms(), part_time_terms()):
        assert screen_terms(offer, KNOWN_WAGES, FIXED_TODAY) == ()
        assert status(offer) is PostingStatus.OPEN


@pytest.mark.parametrize("blank", ["", "   ", "\n\t", "\u3000", "\u200b\u200d"])
@pytest.mark.parametrize("name", ["title", "duties", "conditions"])
def test_a_blank_text_is_missing(name: str, blank: str) -> None:
    findings = found(posting_terms(**{name: blank}))
    assert list(findings) == [f"{name.upper()}_MISSING"]
    assert findings[f"{name.upper()}_MISSING"].field == name


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"headcount": 0}, "HEADCOUNT_MISSING", "headcount"),
        ({"headcount": -2}, "HEADCOUNT_MISSING", "headcount"),
        ({"place_code": ""}, "PLACE_MISSING", "placeCode"),
        ({"place_code": "999999"}, "PLACE_MISSING", "placeCode"),
        ({"pay": monthly_pay(0)}, "PAY_MISSING", "pay.amount"),
        ({"hours_per_day": Decimal(0)}, "HOURS_PER_DAY_MISSING", "hoursPerDay"),
        ({"hours_per_day": Decimal("NaN")}, "HOURS_PER_DAY_MISSING", "hoursPerDay"),
        ({"hours_per_week": Decimal(169)}, "HOURS_PER_WEEK_MISSING", "hoursPerWeek"),
        ({"valid_until": FIXED_TODAY - timedelta(days=1)}, "VALID_UNTIL_PAST", "validUntil"),
        ({"is_repost": True}, "REPOST_SOURCE_MISSING", "repostSource"),
        ({"is_repost": True, "repost_source": " "}, "REPOST_SOURCE_MISSING", "repostSource"),
    ],
)
def test_a_missing_value_is_refused_with_its_field(
    changes: dict[str, Any], code: str, field: str
) -> None:
    findings = found(posting_terms(**changes))
    assert list(findings) == [code]
    assert findings[code].field == field
    assert findings[code].severity is Severity.REFUSE
    assert status(posting_terms(**changes)) is PostingStatus.REFUSED


def test_the_last_day_is_still_valid() -> None:
    assert found(posting_terms(valid_until=FIXED_TODAY)) == {}


def test_a_repost_with_its_source_passes() -> None:
    assert found(posting_terms(is_repost=True, repost_source="嘉兴市总工会公众号")) == {}


@pytest.mark.parametrize("kind", FULL_COVER)
@pytest.mark.parametrize("employment", [EmploymentType.FULL_TIME, EmploymentType.DISPATCH])
def test_an_employee_without_one_of_the_four_kinds_is_refused(
    employment: EmploymentType, kind: InsuranceKind
) -> None:
    cover = tuple(other for other in FULL_COVER if other is not kind)
    findings = found(posting_terms(employment_type=employment, insurance=cover))
    assert list(findings) == ["SOCIAL_INSURANCE_MISSING"]
    assert kind.value in findings["SOCIAL_INSURANCE_MISSING"].message
    assert kind.zh in findings["SOCIAL_INSURANCE_MISSING"].message_zh
    assert findings["SOCIAL_INSURANCE_MISSING"].field == "insurance"


@pytest.mark.parametrize("employment", [EmploymentType.PART_TIME, EmploymentType.GIG])
def test_other_workers_need_work_injury_insurance(employment: EmploymentType) -> None:
    assert found(part_time_terms(employment_type=employment)) == {}
    uncovered = part_time_terms(employment_type=employment, insurance=(InsuranceKind.PENSION,))
    assert list(found(uncovered)) == ["SOCIAL_INSURANCE_MISSING"]


@pytest.mark.parametrize(
    ("changes", "code", "expected"),
    [
        ({"pay": monthly_pay(2739)}, "PAY_BELOW_MINIMUM_WAGE", PostingStatus.REFUSED),
        ({"pay": hourly_pay(15)}, "PAY_BELOW_MINIMUM_WAGE", PostingStatus.REFUSED),
        (
            {"place_code": "330402", "pay": monthly_pay(2500)},
            "MINIMUM_WAGE_TO_CHECK",
            PostingStatus.IN_REVIEW,
        ),
        (
            {"pay": monthly_pay(3000), "probation_fen": 273_900},
            "PROBATION_PAY_BELOW_MINIMUM_WAGE",
            PostingStatus.REFUSED,
        ),
        ({"probation_fen": 479_900}, "PROBATION_PAY_TOO_LOW", PostingStatus.REFUSED),
        (
            {"place_code": "520100", "pay": monthly_pay(2200), "probation_fen": 195_000},
            "PROBATION_MINIMUM_WAGE_TO_CHECK",
            PostingStatus.IN_REVIEW,
        ),
    ],
)
def test_pay_and_probation_pay_are_compared_with_the_minimum_wage(
    changes: dict[str, Any], code: str, expected: Any
) -> None:
    assert list(found(posting_terms(**changes))) == [code]
    assert status(posting_terms(**changes)) is expected


def test_full_time_hourly_pay_is_compared_per_month() -> None:
    assert found(posting_terms(pay=hourly_pay(16))) == {}


def test_probation_at_80_percent_passes() -> None:
    assert found(posting_terms(probation_fen=480_000)) == {}


def test_part_time_is_paid_by_the_hour_and_has_no_probation() -> None:
    findings = found(part_time_terms(pay=monthly_pay(3000), probation_fen=290_000))
    assert list(findings) == ["PART_TIME_PAY_NOT_HOURLY", "PART_TIME_PROBATION"]
    assert list(found(part_time_terms(pay=hourly_pay(24)))) == ["PAY_BELOW_MINIMUM_WAGE"]


def test_long_hours_do_not_raise_hourly_pay_above_the_minimum() -> None:
    long = posting_terms(pay=hourly_pay(15), hours_per_day=Decimal(12), hours_per_week=Decimal(72))
    assert "PAY_BELOW_MINIMUM_WAGE" in found(long)


def test_a_refuse_finding_outweighs_a_review_finding() -> None:
    assert (
        status(posting_terms(place_code="330402", pay=monthly_pay(2500), insurance=()))
        is PostingStatus.REFUSED
    )


@given(any_terms, st.dates())
def test_screening_never_raises_and_is_deterministic(offer: PostingTerms, on: date) -> None:
    findings = screen_terms(offer, KNOWN_WAGES, on)
    assert findings == screen_terms(replace(offer), KNOWN_WAGES, on)
    codes = [finding.code for finding in findings]
    assert len(set(codes)) == len(codes)
    for finding in findings:
        assert finding.code.isascii()
        assert finding.code.isupper()
        assert finding.message.isascii()
        assert finding.message.endswith(".")
        assert finding.message_zh.endswith("。")
        assert finding.basis
        assert not finding.field.startswith("_")


@given(any_terms, st.integers(0, 10_000))
def test_more_pay_never_worsens_the_status(offer: PostingTerms, more: int) -> None:
    offer = replace(offer, probation_fen=None)
    pay = offer.pay
    better_pay = replace(
        pay,
        from_fen=pay.from_fen + more,
        to_fen=None if pay.to_fen is None else pay.to_fen + more,
        guaranteed=pay.guaranteed and replace(pay.guaranteed, fen=pay.guaranteed.fen + more),
    )
    better = replace(offer, pay=better_pay)
    rank = [PostingStatus.REFUSED, PostingStatus.IN_REVIEW, PostingStatus.OPEN]
    assert rank.index(status(offer)) <= rank.index(status(better))


@given(any_terms)
def test_full_time_without_a_pension_is_always_refused(offer: PostingTerms) -> None:
    cover = tuple(kind for kind in offer.insurance if kind is not InsuranceKind.PENSION)
    bare = replace(offer, employment_type=EmploymentType.FULL_TIME, insurance=cover)
    assert status(bare) is PostingStatus.REFUSED


@given(any_terms, st.sampled_from(InsuranceKind))
def test_more_insurance_never_adds_a_finding(offer: PostingTerms, kind: InsuranceKind) -> None:
    better = replace(offer, insurance=(*offer.insurance, kind))
    assert set(found(better)) <= set(found(offer))


@given(any_terms)
def test_an_open_posting_has_all_required_values(offer: PostingTerms) -> None:
    if status(offer) is PostingStatus.OPEN:
        assert offer.title.strip()
        assert offer.headcount >= 1
        assert offer.pay.from_fen >= 1
        assert offer.valid_until >= FIXED_TODAY
        assert InsuranceKind.WORK_INJURY in offer.insurance


@pytest.mark.parametrize(("age", "found_codes"), [(None, []), (16, []), (15, ["UNDER_SIXTEEN"])])
def test_nobody_under_sixteen(age: int | None, found_codes: list[str]) -> None:
    findings = found(posting_terms(min_age=age))
    assert list(findings) == found_codes
    assert all(finding.field == "minAge" for finding in findings.values())


@pytest.mark.parametrize(
    ("begins", "ends", "hours", "differ"),
    [
        ("08:00", "17:00", 8, False),
        ("08:00", "19:30", 8, False),
        ("08:00", "20:00", 8, True),
        ("08:00", "20:30", 8, True),
        ("08:00", "15:30", 8, True),
        ("22:00", "06:00", 8, False),
        ("08:00", "08:00", 24, False),
        ("08:00", "08:00", 8, True),
    ],
)
def test_start_and_end_must_match_the_hours_per_day(
    begins: str, ends: str, hours: int, differ: bool
) -> None:
    offer = posting_terms(
        starts_at=time.fromisoformat(begins),
        ends_at=time.fromisoformat(ends),
        hours_per_day=Decimal(hours),
    )
    assert ("CLOCK_HOURS_DIFFER" in found(offer)) is differ


def test_a_text_finding_has_its_field_and_marks() -> None:
    findings = found(
        posting_terms(title="限男性焊工", duties="入职交押金，宿舍押金另交", address="外地勿投")
    )
    assert {code: finding.field for code, finding in findings.items()} == {
        "SEX_DISCRIMINATION": "title",
        "DEPOSIT_OR_FEE": "duties",
        "ORIGIN_DISCRIMINATION": "address",
    }
    marks = findings["DEPOSIT_OR_FEE"].marks
    assert [(mark.text, mark.start) for mark in marks] == [("入职交押金", 0), ("押金", 8)]
    many = found(posting_terms(duties="押金，" * 50))["DEPOSIT_OR_FEE"]
    assert len(many.marks) == MAX_MARKS_PER_FINDING
