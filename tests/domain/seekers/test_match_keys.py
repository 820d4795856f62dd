"""Match keys of seekers and of jobs."""

from __future__ import annotations

from dataclasses import replace

from domain.reference.occupations import Occupation
from domain.seekers.match_keys import (
    find_outermost_places,
    list_job_match_keys,
    list_seeker_match_keys,
    list_wanted_match_keys,
)
from domain.seekers.profile import Wants
from domain.seekers.seekers import SavedSearch, check_matchable
from tests.domain.matching_samples import FIXED_NOW, profile, seeker


def test_places_within_other_places_are_left_out() -> None:
    assert find_outermost_places(("230102", "230100", "230100", "310115")) == ("230100", "310115")


def test_wishes_and_jobs_share_keys_of_occupation_and_place() -> None:
    wants = Wants(occupations=(Occupation.CLERK,), places=("230100", "310000"))
    assert list_wanted_match_keys(wants) == ("CLERK/2301", "CLERK/31")
    assert list_wanted_match_keys(Wants()) == ("*/*",)
    assert set(list_job_match_keys(Occupation.CLERK, ["230102"])) == {
        f"{occupation}/{place}"
        for occupation in ("*", "CLERK")
        for place in ("*", "23", "2301", "230102")
    }


def test_a_seeker_has_the_keys_of_profile_and_searches() -> None:
    search = SavedSearch(
        key="1", name="文员", wants=Wants(occupations=(Occupation.CLERK,)), created_at=FIXED_NOW
    )
    person = seeker(profile=profile(places=("230000",)), searches=(search, search))
    check_matchable(person)
    assert list_seeker_match_keys(person) == ("*/23", "CLERK/*")
    assert not replace(person, erased_at=FIXED_NOW).is_matchable
