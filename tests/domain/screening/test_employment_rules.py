"""What a posting is by law, whatever form of employment it states."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from domain.postings.pay import Pay, PayPeriod, PayRate, PaySettlement, fixed_pay
from domain.postings.postings import EmploymentType, InsuranceKind, PostingTerms, Shift
from domain.screening.employment_rules import find_legal_type
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.posting_rules import screen_terms
from tests.domain.posting_terms_samples import (
    FIXED_TODAY,
    FULL_COVER,
    hourly_pay,
    monthly_pay,
    part_time_terms,
    posting_terms,
)

INJURY = (InsuranceKind.WORK_INJURY,)


def codes(terms: PostingTerms) -> list[str]:
    return [finding.code for finding in screen_terms(terms, KNOWN_WAGES, FIXED_TODAY)]


def part_time(per_day: str, per_week: str, **changes: Any) -> PostingTerms:
    return part_time_terms(
        hours_per_day=Decimal(per_day), hours_per_week=Decimal(per_week), **changes
    )


def gig(pay: Pay, per_week: str = "40", **changes: Any) -> PostingTerms:
    given: dict[str, Any] = {
        "employment_type": EmploymentType.GIG,
        "pay": pay,
        "hours_per_week": Decimal(per_week),
        "insurance": INJURY,
    }
    return posting_terms(**(given | changes))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (part_time("4", "24"), []),
        (part_time("4.5", "20", insurance=FULL_COVER), ["PART_TIME_DAILY_HOURS_LONG"]),
        (
            part_time("4", "24.5", insurance=FULL_COVER, pay=hourly_pay(35)),
            ["PART_TIME_WEEKLY_HOURS_LONG", "NO_REST_DAY"],
        ),
        (
            part_time("6", "30"),
            [
                "SOCIAL_INSURANCE_MISSING",
                "PART_TIME_DAILY_HOURS_LONG",
                "PART_TIME_WEEKLY_HOURS_LONG",
            ],
        ),
        # The monthly minimum wage and the limits of full time apply to it.
        (
            part_time("8", "40", insurance=FULL_COVER, pay=hourly_pay(15)),
            [
                "PAY_BELOW_MINIMUM_WAGE",
                "PART_TIME_DAILY_HOURS_LONG",
                "PART_TIME_WEEKLY_HOURS_LONG",
            ],
        ),
        (
            part_time("12", "60", insurance=FULL_COVER),
            [
                "PART_TIME_DAILY_HOURS_LONG",
                "PART_TIME_WEEKLY_HOURS_LONG",
                "DAILY_HOURS_EXCESSIVE",
                "WEEKLY_HOURS_EXCESSIVE",
            ],
        ),
    ],
)
def test_part_time_beyond_its_hours_is_full_time(terms: PostingTerms, expected: list[str]) -> None:
    assert codes(terms) == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (gig(fixed_pay(200, PayPeriod.DAY)), []),
        (gig(hourly_pay(30)), []),
        (gig(monthly_pay(6000), shift=Shift.FLEXIBLE), []),
        (gig(monthly_pay(6000), "24"), []),
        (gig(monthly_pay(6000)), ["SOCIAL_INSURANCE_MISSING", "GIG_IS_EMPLOYMENT"]),
        (gig(monthly_pay(6000), insurance=FULL_COVER), ["GIG_IS_EMPLOYMENT"]),
        (
            gig(
                Pay(
                    from_fen=20_000,
                    to_fen=20_000,
                    period=PayPeriod.DAY,
                    settlement=PaySettlement.MONTHLY,
                )
            ),
            ["SOCIAL_INSURANCE_MISSING", "GIG_IS_EMPLOYMENT"],
        ),
        # A guaranteed pay a month beside the piece rate, and clock times of a flexible shift
        (
            gig(
                Pay(
                    from_fen=200,
                    to_fen=200,
                    period=PayPeriod.PIECE,
                    guaranteed=PayRate(fen=600_000, period=PayPeriod.MONTH),
                )
            ),
            ["SOCIAL_INSURANCE_MISSING", "GIG_IS_EMPLOYMENT"],
        ),
        (
            gig(monthly_pay(6000), shift=Shift.FLEXIBLE, starts_at=time(9), ends_at=time(18)),
            ["SOCIAL_INSURANCE_MISSING", "GIG_IS_EMPLOYMENT"],
        ),
        # A text alone sends it to a person.
        (gig(hourly_pay(30), conditions="长期稳定，周一至周五上班"), ["GIG_IS_EMPLOYMENT"]),
        (gig(hourly_pay(30), duties="负责包裹分拣，需长期在岗。"), ["GIG_IS_EMPLOYMENT"]),
        (gig(hourly_pay(30), conditions="长期有效，长期招聘"), []),
        (gig(hourly_pay(30), "24", conditions="长期稳定"), []),
    ],
)
def test_gig_work_with_a_fixed_lasting_schedule_is_employment(
    terms: PostingTerms, expected: list[str]
) -> None:
    assert codes(terms) == expected


def test_students_in_placements_go_to_a_person() -> None:
    placement = part_time_terms(employment_type=EmploymentType.INTERNSHIP)
    assert codes(placement) == ["PLACEMENT_TO_CHECK"]
    # They have insurance and pay of their own, which that person checks.
    assert codes(
        posting_terms(
            employment_type=EmploymentType.INTERNSHIP, pay=monthly_pay(1800), insurance=()
        )
    ) == ["PLACEMENT_TO_CHECK"]
    long = posting_terms(employment_type=EmploymentType.INTERNSHIP, hours_per_day=Decimal(12))
    assert codes(long) == ["PLACEMENT_TO_CHECK", "DAILY_HOURS_EXCESSIVE"]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "退休医生（返聘）"},
        {"title": "钳工学徒"},
        {"conditions": "退休人员可来，签劳务协议，公司买工伤和意外险"},
        {"conditions": "接受退休返聘"},
        {"conditions": "招收学徒，三个月出师"},
        {"conditions": "已办理退休手续的教师可应聘"},
        {"duties": "招聘退休医生一名，负责门诊。"},
        # Their pension is paid already; injuries at work need cover.
        {"title": "门卫（返聘）", "insurance": INJURY},
    ],
)
def test_retired_people_and_apprentices_go_to_a_person(changes: dict[str, Any]) -> None:
    assert codes(posting_terms(**changes)) == ["RETIRED_OR_APPRENTICE_TO_CHECK"]


@pytest.mark.parametrize(
    "changes",
    [
        {"duties": "带教学徒，协助管理班组。"},
        {"conditions": "有带学徒经验"},
        {"duties": "为退休职工提供服务。"},
        {"duties": "办理职工退休手续。"},
        {"duties": "负责招聘学徒工，组织培训。"},
        {"conditions": "不超过法定退休年龄即可"},
        {"title": "实习生管理专员"},
        {"title": "实习指导教师"},
        {"duties": "负责实习生管理和培训。"},
        {"conditions": "有顶岗实习经历者优先"},
    ],
)
def test_work_for_or_with_them_is_harmless(changes: dict[str, str]) -> None:
    assert codes(posting_terms(**changes)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "文员（实习）"},
        {"title": "前台实习生"},
        {"title": "顶岗实习操作工"},
        {"conditions": "接受在校实习生"},
        {"conditions": "大三、大四实习生可"},
    ],
)
def test_placements_that_only_a_text_names_go_to_a_person(changes: dict[str, str]) -> None:
    assert codes(posting_terms(**changes)) == ["PLACEMENT_TO_CHECK"]


def test_no_insurance_is_waived_without_the_word_in_the_title() -> None:
    terms = posting_terms(conditions="接受退休返聘", insurance=INJURY)
    assert codes(terms) == ["SOCIAL_INSURANCE_MISSING", "RETIRED_OR_APPRENTICE_TO_CHECK"]


def test_other_postings_are_what_they_say() -> None:
    for kind in EmploymentType:
        terms = part_time_terms(employment_type=kind)
        assert find_legal_type(terms) is kind
