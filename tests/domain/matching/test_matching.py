"""Matching: limits always hold, employers differ, and the answer never depends on an order."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from domain.matching.constraints import MatchCode, find_violations
from domain.matching.jobs import Job, build_job
from domain.matching.matching import (
    MAX_MATCHES,
    MIN_MATCHES,
    JobIndex,
    Match,
    assess_job,
    needs_training,
    score_job,
    is_wanted_job,
)
from domain.postings.postings import Benefit, EmploymentType, Intensity, Occupation, Shift
from domain.reference.geo import Point
from domain.seekers.groups import SeekerGroup
from domain.seekers.profile import job_match_keys, wanted_match_keys
from domain.seekers.seekers import Profile
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


@given(profiles, boards)
def test_no_match_ever_breaks_a_limit(person: Profile, offered: list[Job]) -> None:
    by_id = {one.id: one for one in offered}
    for match in JobIndex(offered).find_matches(person):
        assert find_violations(person.wants, by_id[match.posting_id]) == ()


@given(profiles, boards, st.randoms())
def test_the_answer_does_not_depend_on_the_order_of_the_postings(
    person: Profile, offered: list[Job], dice: object
) -> None:
    found = JobIndex(offered).find_matches(person)
    dice.shuffle(offered)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    assert JobIndex(offered).find_matches(person) == found
    places = [(-match.score, match.posting_id) for match in found]
    assert places == sorted(places)


@given(profiles, boards)
def test_what_fits_is_found_and_no_employer_comes_twice_while_others_fit(
    person: Profile, offered: list[Job]
) -> None:
    fitting = [one for one in offered if not find_violations(person.wants, one)]
    wished = [one for one in fitting if is_wanted_job(person, one)]
    pool = wished if len(wished) >= MIN_MATCHES or not person.wants.occupations else fitting
    found = JobIndex(offered).find_matches(person)
    assert len(found) == min(MAX_MATCHES, len(pool))
    assert {match.posting_id for match in found} <= {one.id for one in pool}
    counted = Counter(match.employer_id for match in found)
    if max(counted.values(), default=1) > 1:
        assert counted.keys() == {one.employer_id for one in pool}
    best = max((score_job(person, one) for one in pool), default=None)
    assert found[0].score == best if found else best is None


@given(profiles, jobs)
def test_whom_a_posting_suits_is_found_by_one_of_its_keys(person: Profile, work: Job) -> None:
    if is_wanted_job(person, work):
        assert set(wanted_match_keys(person.wants)) & set(
            job_match_keys(work.occupation, work.place_code)
        )


@given(profiles, jobs)
def test_a_match_says_what_is_for_it_and_what_against(person: Profile, work: Job) -> None:
    match = assess_job(person, work)
    assert (match is None) is bool(find_violations(person.wants, work))
    if match is not None:
        speaks_for, against = codes(match)
        assert match.score == score_job(person, work)
        assert len(speaks_for) == len(match.reasons_for)
        assert len(against) == len(match.reasons_against)


def test_others_are_looked_at_only_while_few_of_the_wished_occupations_fit() -> None:
    person = profile(occupations=(WELDER,))
    others = [job(f"clerk {n}", occupation=CLERK) for n in range(3)]
    welders = [job(f"welder {n}", occupation=WELDER) for n in range(MIN_MATCHES)]
    few = JobIndex([*others, *welders[:2]]).find_matches(person)
    assert [match.posting_id for match in few[:2]] == ["welder 0", "welder 1"]
    assert len(few) == 5
    enough = JobIndex([*others, *welders]).find_matches(person)
    assert {match.posting_id for match in enough} == {one.id for one in welders}


def test_what_anybody_can_begin_fills_up_before_a_trade_that_was_never_learned() -> None:
    robotics, guard = Occupation.INDUSTRIAL_ROBOTICS, Occupation.SECURITY_GUARD
    offered = [job("a", occupation=robotics, monthly_pay=12_000), job("b", occupation=guard)]
    asked = [
        profile(occupations=(CLERK,)),
        profile(),
        profile(occupations=(CLERK,), skills=(robotics,)),
        profile(occupations=(robotics,)),
    ]
    first = [JobIndex(offered).find_matches(person)[0].posting_id for person in asked]
    assert first == ["b", "b", "a", "a"]
    assert MatchCode.SKILL in codes(JobIndex(offered).find_matches(asked[0])[1])[1]


def test_places_that_lie_in_each_other_give_each_job_once() -> None:
    person = profile(places=("230100", "230000", "230102"))
    (found,) = JobIndex([job(place_code="230102")]).find_matches(person)
    assert found.posting_id == "job"


def test_the_earlier_wish_counts_more_and_a_skill_too() -> None:
    person = profile(occupations=(WELDER, CLERK), skills=(WELDER,))
    first, second = job("a", occupation=CLERK), job("b", occupation=WELDER)
    found = JobIndex([first, second]).find_matches(person)
    assert [match.posting_id for match in found] == ["b", "a"]
    assert codes(found[0]) == ({MatchCode.OCCUPATION, MatchCode.SKILL, MatchCode.PAY}, set())
    assert codes(found[1]) == ({MatchCode.OCCUPATION, MatchCode.PAY}, {MatchCode.SKILL})


def test_who_would_learn_it_is_matched_after_a_training() -> None:
    person = profile(occupations=(WELDER,), skills=(CLERK,), wants_training=True)
    work = job(occupation=WELDER)
    match = assess_job(person, work)
    assert match is not None
    assert match.after_training
    assert codes(match)[1] == {MatchCode.TRAINING}
    trained = assess_job(person, replace(work, benefits=frozenset({Benefit.PAID_TRAINING})))
    assert MatchCode.TRAINING in codes(trained)[0]
    assert not needs_training(replace(person, skills=(WELDER,)), work)


def test_a_group_that_is_welcome_and_a_home_nearby_speak_for_a_job() -> None:
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


def test_where_only_the_county_is_known_the_distance_is_about_that_to_its_centre() -> None:
    person = profile(home=Point(latitude=31.2, longitude=121.5))
    work = job()
    assert not work.has_exact_point
    match = assess_job(person, work)
    assert match is not None
    (home,) = (reason for reason in match.reasons_for if reason.code is MatchCode.DISTANCE)
    assert home.text.startswith("about ")
    assert home.text_zh.startswith("离家约")
    assert build_job(posting(terms=posting_terms(place_code="310000"))).point is None


def test_agency_work_heavy_work_and_open_hours_speak_against_it() -> None:
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


def test_part_time_work_is_told_by_the_hour() -> None:
    match = assess_job(profile(), job(employment_type=EmploymentType.PART_TIME, hourly_pay=30))
    assert match is not None
    assert [reason.text for reason in match.reasons_for] == ["30 yuan an hour"]
