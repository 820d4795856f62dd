"""Profiles and wishes: what can be right, and who is found by what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, time
from typing import Any

import pytest

from domain.errors import InvalidInput, StatusConflict
from domain.postings.pay import Pay, PayPeriod
from domain.postings.postings import EmploymentType, Occupation, Shift
from domain.reference.geo import Point
from domain.seekers.match_keys import (
    find_outermost_places,
    list_job_match_keys,
    list_seeker_match_keys,
    list_wanted_match_keys,
)
from domain.seekers.profile import Near, PickUp, Wants, Weekday, check_profile
from domain.seekers.seekers import SavedSearch, SeekerStatus, check_matchable, check_search_name
from tests.domain.matching_samples import FIXED_NOW, HOME, profile, seeker

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
    ({"lowest_pay": Pay(amount=0, period=PayPeriod.HOUR)}, ("wants", "lowestPay", "amount")),
    ({"starts_from": NOON_UTC}, ("wants", "startsFrom")),
    ({"ends_by": NOON_UTC}, ("wants", "endsBy")),
    ({"pick_up": PickUp(by=NOON_UTC)}, ("wants", "pickUp", "by")),
    (
        {"pick_up": PickUp(by=time(17), days=(Weekday.MONDAY,) * 2)},
        ("wants", "pickUp", "days"),
    ),
    ({"skills": SIX}, ("skills",)),
    ({"skills": (Occupation.CLERK,) * 2}, ("skills",)),
    ({"home_place": "1"}, ("homePlace",)),
    ({"home": TOKYO}, ("home",)),
    ({"experience_years": -1}, ("experienceYears",)),
    ({"experience_years": 61}, ("experienceYears",)),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_what_cannot_be_is_refused_where_it_was_given(
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
            lowest_pay=Pay(amount=100_000, period=PayPeriod.MONTH),
            skills=SIX[:5],
            home_place="230102",
            home=HOME,
            experience_years=60,
        ),
        ("input",),
    )


def test_a_search_has_a_name() -> None:
    assert check_search_name(" 开发区的文员 ") == "开发区的文员"
    with pytest.raises(InvalidInput) as refused:
        check_search_name(" ")
    assert refused.value.field == ("input", "name")


def test_places_within_others_are_left_out() -> None:
    assert find_outermost_places(("230102", "230100", "230100", "310115")) == ("230100", "310115")


def test_a_wish_is_found_by_occupation_and_place() -> None:
    wants = Wants(occupations=(Occupation.CLERK,), places=("230100", "310000"))
    assert list_wanted_match_keys(wants) == ("CLERK/2301", "CLERK/31")
    assert list_wanted_match_keys(Wants()) == ("*/*",)
    assert set(list_job_match_keys(Occupation.CLERK, "230102")) == {
        f"{occupation}/{place}"
        for occupation in ("*", "CLERK")
        for place in ("*", "23", "2301", "230102")
    }


NOT_MATCHED: list[dict[str, Any]] = [
    {"status": SeekerStatus.NOT_SEEKING},
    {"status": SeekerStatus.EMPLOYED},
    {"status": SeekerStatus.PAUSED},
    {"matching": False},
    {"withdrawn_at": FIXED_NOW},
]


@pytest.mark.parametrize("changes", NOT_MATCHED)
def test_who_does_not_seek_or_refused_it_is_not_matched(changes: dict[str, Any]) -> None:
    person = seeker(**changes)
    assert not person.is_matchable
    assert list_seeker_match_keys(person) == ()
    with pytest.raises(StatusConflict):
        check_matchable(person)


def test_who_seeks_is_found_by_profile_and_searches() -> None:
    search = SavedSearch(
        key="1", name="文员", wants=Wants(occupations=(Occupation.CLERK,)), created_at=FIXED_NOW
    )
    person = seeker(profile=profile(places=("230000",)), searches=(search, search))
    check_matchable(person)
    assert list_seeker_match_keys(person) == ("*/23", "CLERK/*")
    assert not replace(person, erased_at=FIXED_NOW).is_matchable
