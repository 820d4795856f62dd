"""Scoring: how well a job suits a seeker, as a sum of points per factor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.matching.jobs import Job
from domain.matching.match_reasons import (
    BilingualText,
    MatchCode,
    distance_to_job,
    format_distance,
    format_offered_pay,
    list_codes,
)
from domain.postings.postings import Benefit, EmploymentType, Intensity, Shift
from domain.reference.occupations import Occupation, needs_licence
from domain.reference.regions import city_of
from domain.seekers.profile import Profile
from domain.seekers.seeker_groups import SeekerGroup

LICENSED_OCCUPATIONS = frozenset(
    (
        Occupation.NETWORK_PROGRAMMER,
        Occupation.INDUSTRIAL_ROBOTICS,
        Occupation.INDUSTRIAL_DESIGNER,
        *(each for each in Occupation if needs_licence(each)),
    )
)
"""Occupations that need a licence or years of learning.

The law requires a licence: 特种作业人员安全技术培训考核管理规定 art. 5, 特种设备安全法 art. 14
and, for drivers, 网络预约出租汽车经营服务管理暂行办法 art. 14. For the first three it is custom.
"""
_HOURLY_TYPES = frozenset({EmploymentType.PART_TIME, EmploymentType.GIG})
"""Scored by the hour: such work fills part of a day, so its monthly pay says little."""


@dataclass(frozen=True, kw_only=True)
class ScoringFactor:
    """One factor of the score; positive points are a reason for a job, negative ones against."""

    code: MatchCode
    points: Callable[[Profile, Job], int]
    describe: Callable[[Profile, Job], BilingualText]


def needs_training(profile: Profile, job: Job) -> bool:
    """Whether the seeker has to learn the occupation first and wants to."""
    return (
        profile.wants_training
        and job.occupation in profile.wants.occupations
        and job.occupation not in profile.skills
        and job.occupation is not Occupation.GENERAL_WORKER
    )


def _occupation_points(profile: Profile, job: Job) -> int:
    wanted = profile.wants.occupations
    if not wanted:
        return 0
    return 400 - 20 * wanted.index(job.occupation) if job.occupation in wanted else -100


def _describe_occupation(profile: Profile, job: Job) -> BilingualText:
    if job.occupation in profile.wants.occupations:
        return f"{job.occupation.value}, as you asked for", f"{job.occupation.zh}，符合意向职业"
    return (
        f"{job.occupation.value}, not an occupation that you asked for",
        f"{job.occupation.zh}，不是意向职业",
    )


def _skill_points(profile: Profile, job: Job) -> int:
    if job.occupation in profile.skills:
        return 200
    if job.occupation in LICENSED_OCCUPATIONS and job.occupation not in profile.wants.occupations:
        return -150
    needs_no_skill = not profile.skills or job.occupation is Occupation.GENERAL_WORKER
    return 0 if needs_no_skill or needs_training(profile, job) else -50


def _describe_skill(profile: Profile, job: Job) -> BilingualText:
    if job.occupation in profile.skills:
        return "you have this skill", "您具备这项技能"
    return "you do not have this skill", "您没有这项技能"


def _training_points(profile: Profile, job: Job) -> int:
    if not needs_training(profile, job):
        return 0
    return 80 if Benefit.PAID_TRAINING in job.benefits else -20


def _describe_training(_: Profile, job: Job) -> BilingualText:
    if Benefit.PAID_TRAINING in job.benefits:
        return "paid training by the employer", "单位提供带薪培训"
    return "training is needed first", "需先参加培训"


def _group_points(profile: Profile, job: Job) -> int:
    return 100 if _find_welcomed_groups(profile, job) else 0


def _find_welcomed_groups(profile: Profile, job: Job) -> list[SeekerGroup]:
    """Return the groups that a job welcomes: the seeker's own, and those wished for."""
    groups = dict.fromkeys((profile.group, *profile.wants.welcoming))
    return [group for group in groups if group in job.friendly_to]


def _describe_group(profile: Profile, job: Job) -> BilingualText:
    groups, groups_zh = list_codes(_find_welcomed_groups(profile, job))
    return f"welcomes {groups}", f"欢迎{groups_zh}"


def _home_points(profile: Profile, job: Job) -> int:
    if profile.home is not None:
        kilometres = distance_to_job(profile.home, job)
        if kilometres is not None:
            return max(0, 100 - 2 * int(kilometres))
    if profile.home_place is None:
        return 0
    codes = job.place_codes
    if profile.home_place in codes:
        return 60
    city = city_of(profile.home_place)
    return 30 if any(city_of(code) == city for code in codes) else 0


def _describe_home(profile: Profile, job: Job) -> BilingualText:
    if profile.home is not None and distance_to_job(profile.home, job) is not None:
        distance, distance_zh = format_distance(profile.home, job)
        return f"{distance} from home", f"离家{distance_zh}"
    if profile.home_place in job.place_codes:
        return "in your county", "在本县区"
    return "in your city", "在本市"


def _pay_points(_: Profile, job: Job) -> int:
    if job.employment_type in _HOURLY_TYPES:
        return min(60, job.hourly_pay)
    return min(60, job.monthly_pay // 200)


def _describe_pay(_: Profile, job: Job) -> BilingualText:
    return format_offered_pay(job, monthly=job.employment_type not in _HOURLY_TYPES)


def _open_hours_points(profile: Profile, job: Job) -> int:
    wants = profile.wants
    has_time_limits = wants.pick_up or wants.ends_by or wants.starts_from
    return -40 if has_time_limits and job.shift is Shift.FLEXIBLE and job.ends_at is None else 0


def _dispatch_points(profile: Profile, job: Job) -> int:
    is_unwanted = EmploymentType.DISPATCH not in profile.wants.employment_types
    return -30 if is_unwanted and job.employment_type is EmploymentType.DISPATCH else 0


def _intensity_points(_: Profile, job: Job) -> int:
    return -10 if job.intensity is Intensity.HEAVY else 0


SCORING_FACTORS: tuple[ScoringFactor, ...] = (
    ScoringFactor(
        code=MatchCode.OCCUPATION, points=_occupation_points, describe=_describe_occupation
    ),
    ScoringFactor(code=MatchCode.SKILL, points=_skill_points, describe=_describe_skill),
    ScoringFactor(code=MatchCode.TRAINING, points=_training_points, describe=_describe_training),
    ScoringFactor(code=MatchCode.GROUP, points=_group_points, describe=_describe_group),
    ScoringFactor(code=MatchCode.DISTANCE, points=_home_points, describe=_describe_home),
    ScoringFactor(code=MatchCode.PAY, points=_pay_points, describe=_describe_pay),
    ScoringFactor(
        code=MatchCode.HOURS_OPEN,
        points=_open_hours_points,
        describe=lambda *_: ("working hours still to be agreed", "工时需先与单位商定"),
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
    """Return the sum of all points; higher suits better."""
    return sum(factor.points(profile, job) for factor in SCORING_FACTORS)
