"""Constraints: a job satisfies or violates each, with a reason in two languages."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from hypothesis import given

from domain.matching.constraints import (
    CONSTRAINTS,
    active_constraints,
    explain_satisfied,
    find_violations,
)
from domain.matching.jobs import Job
from domain.matching.match_reasons import MatchCode
from domain.postings.pay import PayPeriod, PaySettlement
from domain.postings.postings import Benefit, EmploymentType, Intensity, Shift
from domain.postings.work_schedule import RestDays
from domain.reference.geo import Point
from domain.seekers.profile import LowestPay, Near, PickUp, Wants
from tests.domain.matching_samples import HOME, job, jobs, wants

FIVE = time(17)
NEARBY = Point(latitude=45.86, longitude=126.65)
BY_FIVE = {"pick_up": PickUp(by=FIVE)}
DAY = {"shift": Shift.DAY, "starts_at": time(8), "ends_at": FIVE}

FUND_AND_ACCESS = {"benefits": (Benefit.HOUSING_FUND, Benefit.BARRIER_FREE)}

CASES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"heaviest": Intensity.LIGHT}, {"intensity": Intensity.LIGHT}, True),
    ({"heaviest": Intensity.LIGHT}, {"intensity": Intensity.MEDIUM}, False),
    ({"heaviest": Intensity.MEDIUM}, {"intensity": Intensity.HEAVY}, False),
    (BY_FIVE, DAY, True),
    (BY_FIVE, DAY | {"ends_at": time(17, 1)}, False),
    (BY_FIVE, {"ends_at": None}, False),
    (BY_FIVE, {"shift": Shift.FLEXIBLE}, True),
    (BY_FIVE, {"shift": Shift.FLEXIBLE, "starts_at": time(8)}, False),
    (BY_FIVE, {"shift": Shift.FLEXIBLE, "ends_at": time(2)}, False),
    (BY_FIVE, {"shift": Shift.DAY, "ends_at": FIVE}, True),
    (BY_FIVE, DAY | {"shift": Shift.TWO_SHIFT}, False),
    (BY_FIVE, DAY | {"starts_at": time(20), "ends_at": time(4)}, False),
    ({"ends_by": FIVE}, DAY, True),
    ({"ends_by": FIVE}, DAY | {"ends_at": time(18)}, False),
    ({"starts_from": time(8)}, DAY, True),
    ({"starts_from": time(9)}, DAY, False),
    ({"starts_from": time(9)}, {"starts_at": None}, False),
    ({"starts_from": time(9)}, {"shift": Shift.FLEXIBLE}, True),
    ({"starts_from": time(8)}, DAY | {"shift": Shift.THREE_SHIFT}, False),
    ({"no_nights": True}, DAY, True),
    ({"no_nights": True}, {"shift": Shift.DAY}, True),
    ({"no_nights": True}, {"shift": Shift.FLEXIBLE}, True),
    ({"no_nights": True}, {"shift": Shift.TWO_SHIFT}, False),
    ({"no_nights": True}, DAY | {"ends_at": time(22, 30)}, False),
    ({"no_nights": True}, DAY | {"starts_at": time(5)}, False),
    ({"no_nights": True}, DAY | {"starts_at": None}, False),
    ({"shifts": (Shift.DAY,)}, {"shift": Shift.DAY}, True),
    ({"shifts": (Shift.DAY,)}, {"shift": Shift.FLEXIBLE}, False),
    ({"employment_types": (EmploymentType.FULL_TIME,)}, {}, True),
    ({"employment_types": (EmploymentType.PART_TIME,)}, {}, False),
    ({"lowest_pay": LowestPay(amount=6000, period=PayPeriod.MONTH)}, {"monthly_pay": 6000}, True),
    ({"lowest_pay": LowestPay(amount=6001, period=PayPeriod.MONTH)}, {"monthly_pay": 6000}, False),
    ({"lowest_pay": LowestPay(amount=30, period=PayPeriod.HOUR)}, {"hourly_pay": 30}, True),
    ({"lowest_pay": LowestPay(amount=31, period=PayPeriod.HOUR)}, {"hourly_pay": 30}, False),
    ({"places": ("310000", "230100")}, {"place_code": "230102"}, True),
    ({"places": ("230100",)}, {"place_code": "230202"}, False),
    ({"near": Near(point=HOME, kilometres=13)}, {"point": NEARBY}, True),
    ({"near": Near(point=HOME, kilometres=12)}, {"point": NEARBY}, False),
    ({"near": Near(point=HOME, kilometres=12)}, {"point": None}, False),
    ({"dormitory": True}, {"benefits": frozenset({Benefit.DORMITORY})}, True),
    ({"dormitory": True}, {"benefits": frozenset({Benefit.MEALS})}, False),
    ({"meals": True}, {"benefits": frozenset({Benefit.MEALS})}, True),
    ({"meals": True}, {"benefits": frozenset()}, False),
    (FUND_AND_ACCESS, {"benefits": frozenset(Benefit)}, True),
    (FUND_AND_ACCESS, {"benefits": frozenset({Benefit.HOUSING_FUND})}, False),
    (
        {"rest_days": (RestDays.TWO_A_WEEK, RestDays.ALTERNATING)},
        {"rest": RestDays.ALTERNATING},
        True,
    ),
    ({"rest_days": (RestDays.TWO_A_WEEK,)}, {"rest": RestDays.ONE_A_WEEK}, False),
    ({"rest_days": (RestDays.TWO_A_WEEK,)}, {"rest": None}, False),
    ({"settlements": (PaySettlement.DAILY,)}, {"settlement": PaySettlement.DAILY}, True),
    ({"settlements": (PaySettlement.DAILY,)}, {"settlement": PaySettlement.MONTHLY}, False),
    ({"settlements": (PaySettlement.DAILY,)}, {"settlement": None}, False),
]


@pytest.mark.parametrize(("wanted", "offered", "keeps"), CASES)
def test_a_job_satisfies_or_violates_a_constraint(
    wanted: dict[str, Any], offered: dict[str, Any], keeps: bool
) -> None:
    person, work = Wants(**wanted), job(**offered)
    (limit,) = active_constraints(person)
    assert limit.is_satisfied(person, work) is keeps
    assert bool(find_violations(person, work)) is not keeps


def test_every_constraint_has_a_satisfied_and_a_violated_case() -> None:
    shown = {(active_constraints(Wants(**wanted))[0].code, keeps) for wanted, _, keeps in CASES}
    assert shown == {(limit.code, keeps) for limit in CONSTRAINTS for keeps in (True, False)}


def test_empty_wants_have_no_constraints() -> None:
    assert active_constraints(Wants()) == ()
    assert find_violations(Wants(), job()) == ()


@given(wants, jobs)
def test_every_reason_has_an_english_and_a_chinese_text(person: Wants, work: Job) -> None:
    broken = find_violations(person, work)
    codes = {reason.code for reason in broken}
    assert codes <= {limit.code for limit in active_constraints(person)}
    for reason in (*broken, *explain_satisfied(person, work)):
        assert reason.text
        assert any("\u4e00" <= char <= "\u9fff" for char in reason.text_zh)


def reasons(wanted: dict[str, Any], offered: dict[str, Any]) -> list[tuple[MatchCode, str, str]]:
    person, work = Wants(**wanted), job(**offered)
    reasons = find_violations(person, work) or explain_satisfied(person, work)
    return [(reason.code, reason.text, reason.text_zh) for reason in reasons]


def test_a_pick_up_reason_says_when_work_ends() -> None:
    assert reasons(BY_FIVE, DAY) == [
        (
            MatchCode.PICK_UP,
            "ends at 17:00: you can pick up your child",
            "17:00下班，可以接孩子",
        )
    ]


def test_flexible_hours_can_be_agreed_on() -> None:
    ((_, text, _),) = reasons({"ends_by": FIVE}, {"shift": Shift.FLEXIBLE})
    assert text == "flexible hours that you can agree with the employer"


@pytest.mark.parametrize(
    ("offered", "text"),
    [
        (DAY | {"ends_at": time(18)}, "ends at 18:00; you asked for 17:00"),
        (DAY | {"ends_at": None}, "ends at an unstated time; you asked for 17:00"),
        (DAY | {"starts_at": time(20), "ends_at": time(4)}, "works past midnight until 04:00"),
        ({"shift": Shift.TWO_SHIFT}, "TWO_SHIFT work has changing hours"),
    ],
)
def test_a_late_end_is_explained(offered: dict[str, Any], text: str) -> None:
    ((_, found, _),) = reasons({"ends_by": FIVE}, offered)
    assert found == text


def test_intensity_and_distance_are_described() -> None:
    wanted = {"heaviest": Intensity.LIGHT, "near": Near(point=HOME, kilometres=13)}
    assert reasons(wanted, {"intensity": Intensity.LIGHT, "point": NEARBY}) == [
        (MatchCode.INTENSITY, "LIGHT work only", "劳动强度：轻"),
        (MatchCode.DISTANCE, "12 km", "12公里"),
    ]


def test_reasons_name_what_is_missing_and_what_is_not_stated() -> None:
    fund_only = {"benefits": frozenset({Benefit.HOUSING_FUND})}
    assert reasons(FUND_AND_ACCESS, fund_only) == [
        (MatchCode.BENEFITS, "does not offer BARRIER_FREE", "不提供无障碍设施")
    ]
    assert reasons({"rest_days": (RestDays.TWO_A_WEEK,)}, {"rest": RestDays.TWO_A_WEEK}) == [
        (MatchCode.REST_DAYS, "rest days: TWO_A_WEEK", "休息方式：双休")
    ]
    assert reasons({"settlements": (PaySettlement.DAILY,)}, {"settlement": None}) == [
        (MatchCode.SETTLEMENT, "settlement not stated", "未注明结算方式")
    ]
