"""Sample terms that pass every rule, and hypothesis strategies for arbitrary terms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from domain.postings.pay import Pay, PayPeriod, fixed_pay
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    PostingTerms,
    Shift,
)
from domain.postings.work_schedule import WorkMode
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.seekers.seeker_groups import SeekerGroup
from tests.domain.term_part_samples import (
    fens,
    further_places,
    media,
    pays,
    requirements,
    schedules,
)

FIXED_TODAY = date(2026, 10, 1)
FULL_COVER = (
    InsuranceKind.PENSION,
    InsuranceKind.MEDICAL,
    InsuranceKind.UNEMPLOYMENT,
    InsuranceKind.WORK_INJURY,
)


def monthly_pay(amount: int) -> Pay:
    return fixed_pay(amount, PayPeriod.MONTH)


def hourly_pay(amount: int) -> Pay:
    return fixed_pay(amount, PayPeriod.HOUR)


def posting_terms(**changes: Any) -> PostingTerms:
    """Build the terms of a full-time job in Shanghai without findings, with changes."""
    values: dict[str, Any] = {
        "title": "电工",
        "occupation": Occupation.ELECTRICIAN,
        "headcount": 3,
        "duties": "负责车间电气设备的安装与检修。",
        "conditions": "持低压电工作业证。",
        "place_code": "310115",
        "pay": monthly_pay(6000),
        "employment_type": EmploymentType.FULL_TIME,
        "shift": Shift.DAY,
        "intensity": Intensity.MEDIUM,
        "hours_per_day": Decimal(8),
        "hours_per_week": Decimal(40),
        "insurance": FULL_COVER,
        "valid_until": date(2026, 12, 31),
    }
    return PostingTerms(**(values | changes))


def part_time_terms(**changes: Any) -> PostingTerms:
    """Build the terms of a part-time job in Shanghai without findings, with changes."""
    values: dict[str, Any] = {
        "employment_type": EmploymentType.PART_TIME,
        "pay": hourly_pay(30),
        "hours_per_day": Decimal(4),
        "hours_per_week": Decimal(20),
        "insurance": (InsuranceKind.WORK_INJURY,),
    }
    return posting_terms(**(values | changes))


places = st.one_of(
    st.sampled_from(
        ["310115", "110101", "440305", "440000", "440106", "320500", "330402", "520100"]
    ),
    st.text(max_size=8),
)
hours = st.one_of(st.decimals(), st.integers(1, 24).map(Decimal))

degrees = st.floats(allow_nan=False)

any_terms = st.builds(
    PostingTerms,
    title=st.text(max_size=8),
    occupation=st.sampled_from(Occupation),
    headcount=st.integers(),
    duties=st.text(max_size=8),
    conditions=st.text(max_size=8),
    place_code=places,
    address=st.text(max_size=8),
    pay=pays,
    probation_fen=st.none() | fens,
    employment_type=st.sampled_from(EmploymentType),
    shift=st.sampled_from(Shift),
    intensity=st.sampled_from(Intensity),
    hours_per_day=hours,
    hours_per_week=hours,
    insurance=st.lists(st.sampled_from(InsuranceKind), max_size=6).map(tuple),
    benefits=st.lists(st.sampled_from(Benefit), max_size=3).map(tuple),
    valid_until=st.dates(),
    is_repost=st.booleans(),
    repost_source=st.none() | st.text(max_size=8),
    starts_at=st.none() | st.times(),
    ends_at=st.none() | st.times(),
    min_age=st.none() | st.integers(-1, 200),
    friendly_to=st.lists(st.sampled_from(SeekerGroup), max_size=3).map(tuple),
    point=st.none() | st.builds(Point, latitude=degrees, longitude=degrees),
    further_places=further_places,
    work_mode=st.sampled_from(WorkMode),
    schedule=schedules,
    requirements=requirements,
    is_public_welfare=st.booleans(),
    media=media,
)
