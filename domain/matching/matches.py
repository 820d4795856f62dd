"""Matches: an open posting that suits a seeker, with the reasons for and against it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.matching.constraints import explain_satisfied, find_violations
from domain.matching.jobs import Job
from domain.matching.match_reasons import MatchReason, build_reason
from domain.matching.scoring import SCORING_FACTORS, needs_training, score_job
from domain.seekers.profile import Profile

MIN_MATCHES = 3
"""With fewer matches in the wanted occupations, other occupations are included."""
MAX_MATCHES = 5


@dataclass(frozen=True, kw_only=True)
class Match:
    """A job that suits a seeker.

    ``after_training``: the seeker does not have the skill yet and wants to learn it.
    """

    posting_id: str
    employer_id: str
    score: int
    reasons_for: tuple[MatchReason, ...]
    reasons_against: tuple[MatchReason, ...]
    after_training: bool


def assess_job(profile: Profile, job: Job) -> Match | None:
    """Return the match of a seeker with a job; None if the job violates a constraint."""
    if find_violations(profile.wants, job):
        return None
    reasons_for = list(explain_satisfied(profile.wants, job))
    reasons_against: list[MatchReason] = []
    explained_codes = {reason.code for reason in reasons_for}
    for factor in SCORING_FACTORS:
        points = factor.points(profile, job)
        # A satisfied constraint already says the same, more precisely.
        if points and not (points > 0 and factor.code in explained_codes):
            reason = build_reason(factor.code, factor.describe(profile, job))
            (reasons_for if points > 0 else reasons_against).append(reason)
    return Match(
        posting_id=job.id,
        employer_id=job.employer_id,
        score=score_job(profile, job),
        reasons_for=tuple(reasons_for),
        reasons_against=tuple(reasons_against),
        after_training=needs_training(profile, job),
    )


def is_wanted_job(profile: Profile, job: Job) -> bool:
    """Whether a seeker should be told of a job: a wanted occupation and no violation."""
    occupations = profile.wants.occupations
    return (not occupations or job.occupation in occupations) and not find_violations(
        profile.wants, job
    )
