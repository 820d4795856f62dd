"""Differences between the terms of a lead and those of its posting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.postings.media_links import MediaKind, MediaLink
from domain.postings.pay import Pay, PayPeriod
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    PostingTerms,
    Shift,
)
from domain.postings.requirements import Requirements
from domain.postings.term_changes import TermChange, diff_terms, fingerprint_terms
from domain.postings.work_schedule import (
    RestDays,
    ShiftTimes,
    WorkMode,
    Workplace,
    WorkSchedule,
)
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.reference.weekdays import Weekday
from domain.seekers.seeker_groups import SeekerGroup
from tests.domain.posting_terms_samples import hourly_pay, monthly_pay, posting_terms

FINGERPRINT = "7778630e534fdb2603b0e3c8312de10ee3d5450e244dc924b4ac66d86ae8b7af"
BEFORE = posting_terms(benefits=(Benefit.MEALS, Benefit.DORMITORY))
CHANGES: list[tuple[dict[str, Any], TermChange]] = [
    ({"title": "焊工"}, TermChange(field="title", then="电工", now="焊工")),
    (
        {"occupation": Occupation.WELDER},
        TermChange(field="occupation", then="电工", now="焊工"),
    ),
    ({"headcount": 2}, TermChange(field="headcount", then="3", now="2")),
    ({"duties": "巡检"}, TermChange(field="duties", then=BEFORE.duties, now="巡检")),
    ({"conditions": "无"}, TermChange(field="conditions", then=BEFORE.conditions, now="无")),
    ({"place_code": "310000"}, TermChange(field="placeCode", then="310115", now="310000")),
    ({"address": "工业路1号"}, TermChange(field="address", then="", now="工业路1号")),
    ({"pay": monthly_pay(5000)}, TermChange(field="pay", then="6000元/月", now="5000元/月")),
    ({"pay": hourly_pay(6000)}, TermChange(field="pay", then="6000元/月", now="6000元/小时")),
    ({"probation_fen": 480_000}, TermChange(field="probationPay", then="", now="4800元/月")),
    (
        {"employment_type": EmploymentType.DISPATCH},
        TermChange(field="employmentType", then="全职", now="劳务派遣"),
    ),
    ({"shift": Shift.TWO_SHIFT}, TermChange(field="shift", then="白班", now="两班倒")),
    ({"intensity": Intensity.HEAVY}, TermChange(field="intensity", then="中", now="重")),
    ({"hours_per_day": Decimal("7.50")}, TermChange(field="hoursPerDay", then="8", now="7.5")),
    ({"hours_per_week": Decimal(44)}, TermChange(field="hoursPerWeek", then="40", now="44")),
    (
        {"insurance": (InsuranceKind.WORK_INJURY, InsuranceKind.PENSION)},
        TermChange(field="insurance", then="养老、医疗、失业、工伤", now="养老、工伤"),
    ),
    ({"benefits": ()}, TermChange(field="benefits", then="包吃、包住", now="")),
    (
        {"valid_until": date(2027, 1, 1)},
        TermChange(field="validUntil", then="2026-12-31", now="2027-01-01"),
    ),
    ({"is_repost": True}, TermChange(field="isRepost", then="否", now="是")),
    ({"repost_source": "报纸"}, TermChange(field="repostSource", then="", now="报纸")),
    ({"starts_at": time(8, 30)}, TermChange(field="startsAt", then="", now="08:30")),
    ({"ends_at": time(17)}, TermChange(field="endsAt", then="", now="17:00")),
    ({"min_age": 18}, TermChange(field="minAge", then="", now="18")),
    (
        {"friendly_to": (SeekerGroup.GIG_WORKER,)},
        TermChange(field="friendlyTo", then="", now="零工"),
    ),
    (
        {"point": Point(latitude=30.5, longitude=120)},
        TermChange(field="point", then="", now="30.5,120"),
    ),
    (
        {"further_places": (Workplace(place_code="310104", address="漕溪路1号"),)},
        TermChange(field="places", then="", now="310104 漕溪路1号"),
    ),
    ({"work_mode": WorkMode.HYBRID}, TermChange(field="workMode", then="", now="部分远程")),
    (
        {"schedule": WorkSchedule(rest=RestDays.TWO_A_WEEK)},
        TermChange(field="restDays", then="", now="双休"),
    ),
    (
        {"requirements": Requirements(experience_months=12)},
        TermChange(field="experienceMonths", then="", now="12个月"),
    ),
    (
        {"occupation_text": "宠物殡葬师"},
        TermChange(field="occupationText", then="", now="宠物殡葬师"),
    ),
    ({"is_public_welfare": True}, TermChange(field="publicWelfare", then="", now="是")),
    (
        {"media": (MediaLink(kind=MediaKind.VR, url="https://vr.example.cn/1", title="车间"),)},
        TermChange(field="media", then="", now="VR全景 车间 https://vr.example.cn/1"),
    ),
]


@pytest.mark.parametrize(("changed", "change"), CHANGES)
def test_a_changed_term_has_its_old_and_new_value(
    changed: dict[str, Any], change: TermChange
) -> None:
    assert diff_terms(BEFORE, replace(BEFORE, **changed)) == (change,)


def test_every_term_is_compared() -> None:
    fields = set(PostingTerms.__dataclass_fields__) - {"version"}
    assert {name for changed, _ in CHANGES for name in changed} == fields


def test_terms_of_version_1_differ_only_in_what_they_say() -> None:
    assert diff_terms(replace(BEFORE, version=1), BEFORE) == ()
    more = replace(BEFORE, pay=Pay(from_fen=600_000, to_fen=800_000, period=PayPeriod.MONTH))
    assert diff_terms(replace(BEFORE, version=1), more) == (
        TermChange(field="pay", then="6000元/月", now="6000-8000元/月"),
    )


def test_the_fingerprint_of_plain_terms_never_changes() -> None:
    # The value that earlier versions computed: imports recognise rows without a number by it.
    assert fingerprint_terms(posting_terms()) == FINGERPRINT
    assert fingerprint_terms(replace(BEFORE, work_mode=WorkMode.REMOTE)) != FINGERPRINT


def test_shifts_are_compared_with_days_and_breaks() -> None:
    night = ShiftTimes(
        starts_at=time(20),
        ends_at=time(8),
        days=(Weekday.MONDAY, Weekday.TUESDAY),
        break_minutes=60,
        name="夜班",
    )
    schedule = WorkSchedule(shifts=(night,))
    change = TermChange(
        field="shiftTimes", then="", now="夜班 20:00–次日08:00（周一、周二），休息60分钟"
    )
    assert diff_terms(BEFORE, replace(BEFORE, schedule=schedule)) == (change,)


def test_the_order_of_kinds_makes_no_difference() -> None:
    again = replace(BEFORE, insurance=BEFORE.insurance[::-1], benefits=BEFORE.benefits[::-1])
    assert diff_terms(BEFORE, replace(again, hours_per_day=Decimal("8.0"))) == ()


@given(st.sets(st.sampled_from(range(len(CHANGES)))))
def test_changes_are_in_the_order_of_the_form(places: set[int]) -> None:
    changed: dict[str, Any] = {}
    for place in sorted(places):
        changed |= CHANGES[place][0]
    fields = [change.field for change in diff_terms(BEFORE, replace(BEFORE, **changed))]
    order = list(dict.fromkeys(change.field for _, change in CHANGES))
    assert fields == sorted(fields, key=order.index)
    assert {CHANGES[place][1].field for place in places} == set(fields)
