"""Matching: three to five open postings for somebody who looks for work, with reasons.

The same people and postings give the same answer in the same order. Limits are never broken; what
is wished for only moves a posting up. Score first, then id; no employer twice while others fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from domain.matching.constraints import (
    BilingualText,
    Constraint,
    MatchCode,
    MatchReason,
    active_constraints,
    distance_to_job,
    explain_satisfied,
    find_violations,
    format_distance,
    satisfies_all,
)
from domain.matching.jobs import Job
from domain.postings.postings import Benefit, EmploymentType, Intensity, Occupation, Shift
from domain.reference.regions import city_of, significant_digits
from domain.seekers.profile import outermost_places
from domain.seekers.seekers import Profile

MIN_MATCHES = 3
"""When fewer of the wished occupations fit, others are looked at."""
MAX_MATCHES = 5
MAX_CANDIDATES_PER_PLACE = 1_000
"""Jobs of an occupation in a place that are compared for one person, the first on the board."""

LICENSED_OCCUPATIONS = frozenset(
    (
        Occupation.ELECTRICIAN,
        Occupation.WELDER,
        Occupation.CRANE_OPERATOR,
        Occupation.REFINERY_ELECTRICIAN,
        Occupation.RIDE_HAILING_DRIVER,
        Occupation.NETWORK_PROGRAMMER,
        Occupation.INDUSTRIAL_ROBOTICS,
        Occupation.INDUSTRIAL_DESIGNER,
    )
)
"""Nobody begins these without a licence or years of learning.

The licence is asked for by 特种作业人员安全技术培训考核管理规定 art. 5, 特种设备安全法 art. 14 and,
for drivers, 网络预约出租汽车经营服务管理暂行办法 art. 14; the last three are so by custom.
"""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A posting for somebody. ``after_training``: for whoever learns it first, as they wish to."""

    posting_id: str
    employer_id: str
    score: int
    reasons_for: tuple[MatchReason, ...]
    reasons_against: tuple[MatchReason, ...]
    after_training: bool


@dataclass(frozen=True, kw_only=True)
class ScoringFactor:
    """Something that counts: ``points`` above nothing speak for a job, below it against it."""

    code: MatchCode
    points: Callable[[Profile, Job], int]
    describe: Callable[[Profile, Job], BilingualText]


def needs_training(profile: Profile, job: Job) -> bool:
    """Whether the person would learn this first: it is wished for, and none of their skills."""
    return (
        profile.wants_training
        and job.occupation in profile.wants.occupations
        and job.occupation not in profile.skills
        and job.occupation is not Occupation.GENERAL_WORKER
    )


def _occupation_points(profile: Profile, job: Job) -> int:
    wished = profile.wants.occupations
    if not wished:
        return 0
    return 400 - 20 * wished.index(job.occupation) if job.occupation in wished else -100


def _occupation_words(profile: Profile, job: Job) -> BilingualText:
    if job.occupation in profile.wants.occupations:
        return f"{job.occupation.value}, as you wish", f"{job.occupation.zh}，符合意向职业"
    return f"{job.occupation.value}, another occupation", f"{job.occupation.zh}，不是意向职业"


def _skill_points(profile: Profile, job: Job) -> int:
    if job.occupation in profile.skills:
        return 200
    if job.occupation in LICENSED_OCCUPATIONS and job.occupation not in profile.wants.occupations:
        return -150
    is_open = not profile.skills or job.occupation is Occupation.GENERAL_WORKER
    return 0 if is_open or needs_training(profile, job) else -50


def _skill_words(profile: Profile, job: Job) -> BilingualText:
    if job.occupation in profile.skills:
        return "you know this work", "您具备这项技能"
    return "you have not done this work", "您没有这项技能"


def _training_points(profile: Profile, job: Job) -> int:
    if not needs_training(profile, job):
        return 0
    return 80 if Benefit.PAID_TRAINING in job.benefits else -20


def _training_words(_: Profile, job: Job) -> BilingualText:
    if Benefit.PAID_TRAINING in job.benefits:
        return "the employer trains you, paid", "单位提供带薪培训"
    return "after a training", "需先参加培训"


def _group_points(profile: Profile, job: Job) -> int:
    return 100 if profile.group in job.friendly_to else 0


def _group_words(profile: Profile, _: Job) -> BilingualText:
    return f"welcomes {profile.group.value}", f"欢迎{profile.group.zh}"


def _home_points(profile: Profile, job: Job) -> int:
    if profile.home is not None and job.point is not None:
        return max(0, 100 - 2 * int(distance_to_job(profile.home, job) or 0))
    if profile.home_place is None:
        return 0
    if job.place_code == profile.home_place:
        return 60
    return 30 if city_of(job.place_code) == city_of(profile.home_place) else 0


def _home_words(profile: Profile, job: Job) -> BilingualText:
    away = distance_to_job(profile.home, job) if profile.home is not None else None
    if away is not None:
        far, far_zh = format_distance(away, job)
        return f"{far} from home", f"离家{far_zh}"
    if job.place_code == profile.home_place:
        return "in your county", "在本县区"
    return "in your city", "在本市"


def _pay_points(_: Profile, job: Job) -> int:
    # Part-time work is for a part of the day: its month says little.
    if job.employment_type in {EmploymentType.PART_TIME, EmploymentType.GIG}:
        return min(60, job.hourly_pay)
    return min(60, job.monthly_pay // 200)


def _pay_words(_: Profile, job: Job) -> BilingualText:
    if job.employment_type in {EmploymentType.PART_TIME, EmploymentType.GIG}:
        return f"{job.hourly_pay} yuan an hour", f"{job.hourly_pay}元/小时"
    return f"{job.monthly_pay} yuan a month", f"{job.monthly_pay}元/月"


def _open_hours_points(profile: Profile, job: Job) -> int:
    wants = profile.wants
    minds = wants.pick_up or wants.ends_by or wants.starts_from
    return -40 if minds and job.shift is Shift.FLEXIBLE and job.ends_at is None else 0


def _dispatch_points(profile: Profile, job: Job) -> int:
    unasked = EmploymentType.DISPATCH not in profile.wants.employment_types
    return -30 if unasked and job.employment_type is EmploymentType.DISPATCH else 0


def _intensity_points(_: Profile, job: Job) -> int:
    return -10 if job.intensity is Intensity.HEAVY else 0


SCORING_FACTORS: tuple[ScoringFactor, ...] = (
    ScoringFactor(code=MatchCode.OCCUPATION, points=_occupation_points, describe=_occupation_words),
    ScoringFactor(code=MatchCode.SKILL, points=_skill_points, describe=_skill_words),
    ScoringFactor(code=MatchCode.TRAINING, points=_training_points, describe=_training_words),
    ScoringFactor(code=MatchCode.GROUP, points=_group_points, describe=_group_words),
    ScoringFactor(code=MatchCode.DISTANCE, points=_home_points, describe=_home_words),
    ScoringFactor(code=MatchCode.PAY, points=_pay_points, describe=_pay_words),
    ScoringFactor(
        code=MatchCode.HOURS_OPEN,
        points=_open_hours_points,
        describe=lambda *_: ("agree on the hours first", "工时需先与单位商定"),
    ),
    ScoringFactor(
        code=MatchCode.EMPLOYMENT_TYPE,
        points=_dispatch_points,
        describe=lambda *_: ("through a labour dispatch agency", "劳务派遣用工"),
    ),
    ScoringFactor(
        code=MatchCode.INTENSITY,
        points=_intensity_points,
        describe=lambda *_: ("HEAVY work", "劳动强度较重"),
    ),
)


def score_job(profile: Profile, job: Job) -> int:
    """How well the job suits; the higher the better."""
    return sum(aspect.points(profile, job) for aspect in SCORING_FACTORS)


def assess_job(profile: Profile, job: Job) -> Match | None:
    """The match that the job is for the person; None when it breaks a limit."""
    if find_violations(profile.wants, job):
        return None
    speaks_for = list(explain_satisfied(profile.wants, job))
    against: list[MatchReason] = []
    said = {reason.code for reason in speaks_for}
    for aspect in SCORING_FACTORS:
        points = aspect.points(profile, job)
        # A limit that is kept says the same already, and more exactly.
        if points and not (points > 0 and aspect.code in said):
            text, text_zh = aspect.describe(profile, job)
            reason = MatchReason(code=aspect.code, text=text, text_zh=text_zh)
            (speaks_for if points > 0 else against).append(reason)
    return Match(
        posting_id=job.id,
        employer_id=job.employer_id,
        score=score_job(profile, job),
        reasons_for=tuple(speaks_for),
        reasons_against=tuple(against),
        after_training=needs_training(profile, job),
    )


def is_wanted_job(profile: Profile, job: Job) -> bool:
    """Whether somebody wants to hear of the job: a wished occupation, and no limit broken."""
    wished = profile.wants.occupations
    return (not wished or job.occupation in wished) and not find_violations(profile.wants, job)


class JobIndex:
    """Jobs, found by occupation and place; those put up first are looked at first."""

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        self._jobs_by_key: dict[tuple[Occupation | None, str], list[Job]] = {}
        self.size = 0
        for job in jobs:
            self.add(job)

    def add(self, job: Job) -> None:
        """Put one more up."""
        self.size += 1
        code = job.place_code
        for occupation in (None, job.occupation):
            for prefix in ("", code[:2], code[:4], code):
                self._jobs_by_key.setdefault((occupation, prefix), []).append(job)

    def _candidate_lists(
        self, occupations: Sequence[Occupation | None], places: Sequence[str]
    ) -> Iterator[Sequence[Job]]:
        """Those of each occupation (None: of any) in each place with all below it, a job once."""
        prefixes = [significant_digits(place) for place in outermost_places(places)] or [""]
        for occupation in occupations:
            for prefix in prefixes:
                yield self._jobs_by_key.get((occupation, prefix), ())

    def find_matches(self, profile: Profile, most: int = MAX_MATCHES) -> tuple[Match, ...]:
        """The ``most`` jobs that suit best, of employers that differ while there are others.

        Occupations that were not wished for come in only while fewer than ``FEWEST`` fit.
        """
        limits = active_constraints(profile.wants)
        fitting = self._rank_fitting(profile, limits, profile.wants.occupations or (None,))
        if profile.wants.occupations and len(fitting) < min(MIN_MATCHES, most):
            fitting = self._rank_fitting(profile, limits, (None,))
        chosen = _pick_diverse(fitting, most)
        found = (assess_job(profile, job) for _, _, job in chosen)
        return tuple(match for match in found if match is not None)

    def _rank_fitting(
        self,
        profile: Profile,
        limits: tuple[Constraint, ...],
        occupations: Sequence[Occupation | None],
    ) -> list[_Ranked]:
        wants = profile.wants
        return [
            (-score_job(profile, job), job.id, job)
            for jobs in self._candidate_lists(occupations, wants.places)
            for job in islice(
                (job for job in jobs if satisfies_all(wants, job, limits)), MAX_CANDIDATES_PER_PLACE
            )
        ]


_Ranked = tuple[int, str, Job]


def _pick_diverse(fitting: Sequence[_Ranked], most: int) -> list[_Ranked]:
    """The first ``most`` in their order, an employer's second job only when no other is left."""
    best: dict[str, _Ranked] = {}
    for ranked in fitting:
        known = best.get(ranked[2].employer_id)
        # Ids differ, so that two jobs themselves are never compared.
        if known is None or ranked[:2] < known[:2]:
            best[ranked[2].employer_id] = ranked
    chosen = sorted(best.values(), key=_rank_key)[:most]
    if len(chosen) < most:
        taken = {ranked[1] for ranked in chosen}
        rest = sorted((ranked for ranked in fitting if ranked[1] not in taken), key=_rank_key)
        chosen += rest[: most - len(chosen)]
    return sorted(chosen, key=_rank_key)


def _rank_key(ranked: _Ranked) -> tuple[int, str]:
    return ranked[0], ranked[1]
