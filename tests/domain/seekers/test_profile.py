"""Checks of a profile: wishes, limits, places and numbers."""

from __future__ import annotations

from datetime import UTC, time
from typing import Any

import pytest

from domain.postings.pay import PayPeriod, PaySettlement
from domain.postings.postings import Benefit, EmploymentType, Shift
from domain.postings.work_schedule import RestDays
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.reference.weekdays import Weekday
from domain.refusals import InvalidInput
from domain.seekers.profile import LowestPay, Near, PickUp, check_profile
from domain.seekers.seeker_groups import SeekerGroup
from tests.domain.matching_samples import HOME, profile

TOKYO = Point(latitude=35.7, longitude=139.7)
NOON_UTC = time(12, tzinfo=UTC)
SIX = tuple(Occupation)[:6]

WRONG: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"occupations": SIX}, ("wants", "occupations")),
    ({"occupations": (Occupation.CLERK, Occupation.CLERK)}, ("wants", "occupations")),
    ({"places": ("990000",)}, ("wants", "places")),
    ({"places": ("230000", "230000")}, ("wants", "places")),
    ({"shifts": (Shift.DAY, Shift.DAY)}, ("wants", "shifts")),
    ({"employment_types": (EmploymentType.GIG,) * 2}, ("wants", "employmentTypes")),
    ({"near": Near(point=TOKYO, kilometres=5)}, ("wants", "near", "point")),
    ({"near": Near(point=HOME, kilometres=0)}, ("wants", "near", "kilometres")),
    ({"near": Near(point=HOME, kilometres=201)}, ("wants", "near", "kilometres")),
    ({"lowest_pay": LowestPay(amount=0, period=PayPeriod.HOUR)}, ("wants", "lowestPay", "amount")),
    ({"starts_from": NOON_UTC}, ("wants", "startsFrom")),
    ({"ends_by": NOON_UTC}, ("wants", "endsBy")),
    ({"pick_up": PickUp(by=NOON_UTC)}, ("wants", "pickUp", "by")),
    (
        {"pick_up": PickUp(by=time(17), days=(Weekday.MONDAY,) * 2)},
        ("wants", "pickUp", "days"),
    ),
    ({"benefits": (Benefit.MEALS,) * 2}, ("wants", "benefits")),
    ({"rest_days": (RestDays.TWO_A_WEEK,) * 2}, ("wants", "restDays")),
    ({"settlements": (PaySettlement.DAILY,) * 2}, ("wants", "settlements")),
    ({"welcoming": (SeekerGroup.VETERAN,) * 2}, ("wants", "welcoming")),
    ({"welcoming": (SeekerGroup.DISABLED,)}, ("wants", "welcoming")),
    ({"group": SeekerGroup.VETERAN}, ("group",)),
    ({"skills": SIX}, ("skills",)),
    ({"skills": (Occupation.CLERK,) * 2}, ("skills",)),
    ({"home_place": "1"}, ("homePlace",)),
    ({"home": TOKYO}, ("home",)),
    ({"experience_years": -1}, ("experienceYears",)),
    ({"experience_years": 61}, ("experienceYears",)),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_an_invalid_profile_is_refused_with_its_field(
    changes: dict[str, Any], field: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_profile(profile(**changes), ("input",))
    assert refused.value.field == ("input", *field)


def test_a_full_profile_passes() -> None:
    check_profile(
        profile(
            occupations=SIX[:5],
            places=("230000",),
            near=Near(point=HOME, kilometres=200),
            pick_up=PickUp(by=time(17), days=(Weekday.MONDAY, Weekday.FRIDAY)),
            lowest_pay=LowestPay(amount=100_000, period=PayPeriod.MONTH),
            skills=SIX[:5],
            home_place="230102",
            home=HOME,
            experience_years=60,
        ),
        ("input",),
    )
