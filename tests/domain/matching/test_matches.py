"""Matches: their reasons for and against, and their score."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from domain.matching.constraints import find_violations
from domain.matching.jobs import Job, build_job
from domain.matching.match_reasons import MatchCode
from domain.matching.matches import Match, assess_job, is_wanted_job
from domain.matching.scoring import needs_training, score_job
from domain.postings.postings import Benefit, EmploymentType, Intensity, Shift
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.seekers.match_keys import list_job_match_keys, list_wanted_match_keys
from domain.seekers.profile import Profile
from domain.seekers.seeker_groups import SeekerGroup
from tests.domain.matching_samples import HOME, job, jobs, profile, profiles
from tests.domain.posting_terms_samples import posting_terms
from tests.support.records import posting

boards = st.lists(jobs, max_size=30, unique_by=lambda one: one.id)
WELDER, CLERK = Occupation.WELDER, Occupation.CLERK


def codes(match: Match | None) -> tuple[set[MatchCode], set[MatchCode]]:
    assert match is not None
    return (
        {reason.code for reason in match.reasons_for},
        {reason.code for reason in match.reasons_against},
    )


@given(profiles, jobs)
def test_a_wanted_job_shares_a_match_key_with_the_seeker(person: Profile, work: Job) -> None:
    if is_wanted_job(person, work):
        assert set(list_wanted_match_keys(person.wants)) & set(
            list_job_match_keys(work.occupation, work.place_codes)
        )


@given(profiles, jobs)
def test_a_match_has_at_most_one_reason_per_code(person: Profile, work: Job) -> None:
    match = assess_job(person, work)
    assert (match is None) is bool(find_violations(person.wants, work))
    if match is not None:
        speaks_for, against = codes(match)
        assert match.score == score_job(person, work)
        assert len(speaks_for) == len(match.reasons_for)
        assert len(against) == len(match.reasons_against)


def test_a_seeker_who_wants_training_is_matched_after_training() -> None:
    person = profile(occupations=(WELDER,), skills=(CLERK,), wants_training=True)
    work = job(occupation=WELDER)
    match = assess_job(person, work)
    assert match is not None
    assert match.after_training
    assert codes(match)[1] == {MatchCode.TRAINING}
    trained = assess_job(person, replace(work, benefits=frozenset({Benefit.PAID_TRAINING})))
    assert MatchCode.TRAINING in codes(trained)[0]
    assert not needs_training(replace(person, skills=(WELDER,)), work)


def test_a_welcome_group_and_a_near_home_are_reasons_for_a_job() -> None:
    person = profile(group=SeekerGroup.LAID_OFF, home=HOME, home_place="230102")
    away = Point(latitude=45.86, longitude=126.65)
    near = job(point=away, friendly_to=frozenset({SeekerGroup.LAID_OFF}))
    match = assess_job(person, near)
    assert match is not None
    assert {reason.text for reason in match.reasons_for} >= {"welcomes LAID_OFF", "12 km from home"}
    for place, text in (("230102", "in your county"), ("230103", "in your city")):
        match = assess_job(person, job(place_code=place, point=None))
        assert match is not None
        assert text in {reason.text for reason in match.reasons_for}


def test_without_an_exact_point_the_distance_is_to_the_county_centre() -> None:
    person = profile(home=Point(latitude=31.2, longitude=121.5))
    work = job()
    assert not work.has_exact_point
    match = assess_job(person, work)
    assert match is not None
    (home,) = (reason for reason in match.reasons_for if reason.code is MatchCode.DISTANCE)
    assert home.text.startswith("about ")
    assert home.text_zh.startswith("离家约")
    assert build_job(posting(terms=posting_terms(place_code="310000"))).point is None


def test_dispatch_heavy_work_and_open_hours_are_reasons_against_a_job() -> None:
    work = job(
        occupation=CLERK,
        employment_type=EmploymentType.DISPATCH,
        intensity=Intensity.HEAVY,
        shift=Shift.FLEXIBLE,
    )
    match = assess_job(profile(ends_by=time(17)), work)
    assert codes(match)[1] == {
        MatchCode.EMPLOYMENT_TYPE,
        MatchCode.INTENSITY,
        MatchCode.HOURS_OPEN,
    }


def test_part_time_pay_is_described_per_hour() -> None:
    match = assess_job(profile(), job(employment_type=EmploymentType.PART_TIME, hourly_pay=30))
    assert match is not None
    assert [reason.text for reason in match.reasons_for] == ["30 yuan per hour"]


def test_a_group_that_is_wished_for_is_a_reason_and_no_limit() -> None:
    person = profile(group=SeekerGroup.LAID_OFF, welcoming=(SeekerGroup.VETERAN,))
    welcoming = job(friendly_to=frozenset({SeekerGroup.VETERAN, SeekerGroup.LAID_OFF}))
    match, other = assess_job(person, welcoming), assess_job(person, job())
    assert match is not None
    assert other is not None
    assert match.score == other.score + 100
    texts = {(reason.text, reason.text_zh) for reason in match.reasons_for}
    assert ("welcomes LAID_OFF, VETERAN", "欢迎下岗职工、退役军人") in texts
