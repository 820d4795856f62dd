"""The job index: constraints always hold, employers differ, and input order has no effect."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from domain.matching.constraints import find_violations
from domain.matching.job_index import JobIndex
from domain.matching.jobs import Job
from domain.matching.match_reasons import MatchCode
from domain.matching.matches import MAX_MATCHES, MIN_MATCHES, Match, is_wanted_job
from domain.matching.scoring import score_job
from domain.reference.occupations import Occupation
from domain.seekers.profile import Profile
from tests.domain.matching_samples import job, jobs, profile, profiles

boards = st.lists(jobs, max_size=30, unique_by=lambda one: one.id)
WELDER, CLERK = Occupation.WELDER, Occupation.CLERK


def codes(match: Match | None) -> tuple[set[MatchCode], set[MatchCode]]:
    assert match is not None
    return (
        {reason.code for reason in match.reasons_for},
        {reason.code for reason in match.reasons_against},
    )


@given(profiles, boards)
def test_no_match_violates_a_constraint(person: Profile, offered: list[Job]) -> None:
    by_id = {one.id: one for one in offered}
    for match in JobIndex(offered).find_matches(person):
        assert find_violations(person.wants, by_id[match.posting_id]) == ()


@given(profiles, boards, st.randoms())
def test_matches_do_not_depend_on_the_order_of_jobs(
    person: Profile, offered: list[Job], dice: object
) -> None:
    found = JobIndex(offered).find_matches(person)
    dice.shuffle(offered)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    assert JobIndex(offered).find_matches(person) == found
    places = [(-match.score, match.posting_id) for match in found]
    assert places == sorted(places)


@given(profiles, boards)
def test_the_best_jobs_are_found_with_different_employers(
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


def test_other_occupations_are_included_only_if_few_wanted_ones_fit() -> None:
    person = profile(occupations=(WELDER,))
    others = [job(f"clerk {n}", occupation=CLERK) for n in range(3)]
    welders = [job(f"welder {n}", occupation=WELDER) for n in range(MIN_MATCHES)]
    few = JobIndex([*others, *welders[:2]]).find_matches(person)
    assert [match.posting_id for match in few[:2]] == ["welder 0", "welder 1"]
    assert len(few) == 5
    enough = JobIndex([*others, *welders]).find_matches(person)
    assert {match.posting_id for match in enough} == {one.id for one in welders}


def test_unskilled_jobs_precede_licensed_ones() -> None:
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


def test_nested_places_give_each_job_once() -> None:
    person = profile(places=("230100", "230000", "230102"))
    (found,) = JobIndex([job(place_code="230102")]).find_matches(person)
    assert found.posting_id == "job"


def test_earlier_wishes_and_skills_raise_the_score() -> None:
    person = profile(occupations=(WELDER, CLERK), skills=(WELDER,))
    first, second = job("a", occupation=CLERK), job("b", occupation=WELDER)
    found = JobIndex([first, second]).find_matches(person)
    assert [match.posting_id for match in found] == ["b", "a"]
    assert codes(found[0]) == ({MatchCode.OCCUPATION, MatchCode.SKILL, MatchCode.PAY}, set())
    assert codes(found[1]) == ({MatchCode.OCCUPATION, MatchCode.PAY}, {MatchCode.SKILL})
