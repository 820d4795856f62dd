"""Limits: what no match may break. Each says itself when a job keeps to it, and in which words.

What a posting does not say counts as broken, but for flexible work: there the hours are the
worker's own to agree on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

from domain.labels import Labelled
from domain.matching.jobs import Job
from domain.postings.pay import PayPeriod
from domain.postings.postings import Benefit, Intensity, Shift
from domain.reference.geo import Point, distance_km
from domain.reference.regions import is_within
from domain.seekers.profile import Wants

NIGHT_BEGINS = time(22)
NIGHT_ENDS = time(6)
"""Night work (女职工劳动保护特别规定 and labour statistics: 22:00 to 6:00)."""
BilingualText = tuple[str, str]
"""In English and Chinese."""
_ROTATING_SHIFTS = frozenset({Shift.TWO_SHIFT, Shift.THREE_SHIFT})
_INTENSITY_RANK = {Intensity.LIGHT: 1, Intensity.MEDIUM: 2, Intensity.HEAVY: 3}


class MatchCode(Labelled):
    """What speaks for a posting, against it, or rules it out."""

    PLACE = "PLACE", "地点"
    DISTANCE = "DISTANCE", "距离"
    SHIFT = "SHIFT", "班次"
    NIGHTS = "NIGHTS", "夜班"
    STARTS_FROM = "STARTS_FROM", "上班时间"
    ENDS_BY = "ENDS_BY", "下班时间"
    PICK_UP = "PICK_UP", "接孩子"
    EMPLOYMENT_TYPE = "EMPLOYMENT_TYPE", "用工形式"
    PAY = "PAY", "工资"
    INTENSITY = "INTENSITY", "劳动强度"
    DORMITORY = "DORMITORY", "住宿"
    MEALS = "MEALS", "伙食"
    OCCUPATION = "OCCUPATION", "职业"
    SKILL = "SKILL", "技能"
    TRAINING = "TRAINING", "培训"
    GROUP = "GROUP", "群体"
    HOURS_OPEN = "HOURS_OPEN", "工时待商定"


@dataclass(frozen=True, kw_only=True)
class MatchReason:
    """One thing said of a posting, in English and Chinese."""

    code: MatchCode
    text: str
    text_zh: str


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """``is_set`` says whether somebody has it, ``keeps`` whether a job keeps to it.

    ``kept`` and ``broken`` say so in words.
    """

    code: MatchCode
    is_set: Callable[[Wants], bool]
    is_satisfied: Callable[[Wants, Job], bool]
    satisfied_text: Callable[[Wants, Job], BilingualText]
    violated_text: Callable[[Wants, Job], BilingualText]


def distance_to_job(point: Point, job: Job) -> float | None:
    """Kilometres to the place of work; None when it is not known in which county that is."""
    return None if job.point is None else distance_km(point, job.point)


def format_distance(away: float, job: Job) -> BilingualText:
    """So far, and that it is about so far when only the county is known."""
    if job.has_exact_point:
        return f"{away:.0f} km", f"{away:.0f}公里"
    return f"about {away:.0f} km", f"约{away:.0f}公里"


def format_time(at: time | None) -> BilingualText:
    """A time of day in words, also when it is not known."""
    shown = at.isoformat("minutes") if at else None
    return shown or "a time that is not said", shown or "未注明的时间"


def _is_near(wants: Wants, job: Job) -> bool:
    assert wants.near is not None  # the limit is set
    away = distance_to_job(wants.near.point, job)
    return away is not None and away <= wants.near.kilometres


def _distance_text(wants: Wants, job: Job) -> BilingualText:
    assert wants.near is not None  # the limit is set
    away = distance_to_job(wants.near.point, job)
    if away is None:
        return "where exactly the work is done is not said", "未注明具体工作地点"
    return format_distance(away, job)


def _has_own_hours(job: Job) -> bool:
    return job.shift is Shift.FLEXIBLE and job.starts_at is None and job.ends_at is None


def _is_end_early_enough(job: Job, latest: time) -> bool:
    if _has_own_hours(job):
        return True
    if job.ends_at is None or job.shift in _ROTATING_SHIFTS:
        return False
    # What ends before it begins goes over midnight; of a day shift it is known that it does not.
    if job.starts_at is None:
        return job.shift is Shift.DAY and job.ends_at <= latest
    return job.starts_at < job.ends_at <= latest


def _is_start_late_enough(wants: Wants, job: Job) -> bool:
    assert wants.starts_from is not None  # the limit is set
    if _has_own_hours(job):
        return True
    if job.starts_at is None or job.shift in _ROTATING_SHIFTS:
        return False
    return job.starts_at >= wants.starts_from


def _is_without_nights(job: Job) -> bool:
    if job.shift in _ROTATING_SHIFTS:
        return False
    if job.starts_at is None or job.ends_at is None:
        # A day shift is by day; of flexible work the nights can be left out.
        return job.starts_at is None and job.ends_at is None
    return NIGHT_ENDS <= job.starts_at < job.ends_at <= NIGHT_BEGINS


def _pays_enough(wants: Wants, job: Job) -> bool:
    assert wants.lowest_pay is not None  # the limit is set
    offered = job.monthly_pay if wants.lowest_pay.period is PayPeriod.MONTH else job.hourly_pay
    return offered >= wants.lowest_pay.amount


def _pay_text(wants: Wants, job: Job) -> BilingualText:
    assert wants.lowest_pay is not None  # the limit is set
    monthly = wants.lowest_pay.period is PayPeriod.MONTH
    offered, period = (job.monthly_pay, "month") if monthly else (job.hourly_pay, "hour")
    return f"{offered} yuan a {period}", f"{offered}{wants.lowest_pay.period.zh}"


def _low_pay_text(wants: Wants, job: Job) -> BilingualText:
    offered, offered_zh = _pay_text(wants, job)
    return f"{offered} is less than wanted", f"{offered_zh}，低于期望"


def _latest_end(wants: Wants) -> time:
    assert wants.ends_by is not None  # the limit is set
    return wants.ends_by


def _pick_up_time(wants: Wants) -> time:
    assert wants.pick_up is not None  # the limit is set
    return wants.pick_up.by


def _violated_hours_text(job: Job, latest: str, *, ends: bool) -> BilingualText:
    """When work ends or begins, beside what is wanted."""
    if job.shift in _ROTATING_SHIFTS:
        return f"{job.shift.value} work has changing hours", f"{job.shift.zh}，工时不固定"
    shown, shown_zh = format_time(job.ends_at if ends else job.starts_at)
    over = job.starts_at is not None and job.ends_at is not None and job.ends_at <= job.starts_at
    verb, verb_zh = ("ends", "下班") if ends else ("begins", "上班")
    if ends and over:
        return f"goes over midnight until {shown}", f"跨零点至{shown_zh}"
    return f"{verb} at {shown}, {latest} is wanted", f"{shown_zh}{verb_zh}，希望{latest}"


def _flexible_or(job: Job, words: BilingualText) -> BilingualText:
    if _has_own_hours(job):
        return "flexible hours that you can agree on", "弹性工时，可与单位商定"
    return words


def _end_text(job: Job) -> BilingualText:
    shown, shown_zh = format_time(job.ends_at)
    return f"ends at {shown}", f"{shown_zh}下班"


def _pick_up_text(job: Job) -> BilingualText:
    ends, ends_zh = _flexible_or(job, _end_text(job))
    return f"{ends}: you can pick up your child", f"{ends_zh}，可以接孩子"


CONSTRAINTS: tuple[Constraint, ...] = (
    Constraint(
        code=MatchCode.INTENSITY,
        is_set=lambda wants: wants.heaviest is not Intensity.HEAVY,
        is_satisfied=lambda wants, job: (
            _INTENSITY_RANK[job.intensity] <= _INTENSITY_RANK[wants.heaviest]
        ),
        satisfied_text=lambda _, job: (
            f"{job.intensity.value} work only",
            f"劳动强度：{job.intensity.zh}",
        ),
        violated_text=lambda wants, job: (
            f"{job.intensity.value} work, {wants.heaviest.value} at most is wanted",
            f"劳动强度为{job.intensity.zh}，超过“{wants.heaviest.zh}”",
        ),
    ),
    Constraint(
        code=MatchCode.PICK_UP,
        is_set=lambda wants: wants.pick_up is not None,
        is_satisfied=lambda wants, job: _is_end_early_enough(job, _pick_up_time(wants)),
        satisfied_text=lambda _, job: _pick_up_text(job),
        violated_text=lambda wants, job: _violated_hours_text(
            job, format_time(_pick_up_time(wants))[0], ends=True
        ),
    ),
    Constraint(
        code=MatchCode.ENDS_BY,
        is_set=lambda wants: wants.ends_by is not None,
        is_satisfied=lambda wants, job: _is_end_early_enough(job, _latest_end(wants)),
        satisfied_text=lambda _, job: _flexible_or(job, _end_text(job)),
        violated_text=lambda wants, job: _violated_hours_text(
            job, format_time(_latest_end(wants))[0], ends=True
        ),
    ),
    Constraint(
        code=MatchCode.STARTS_FROM,
        is_set=lambda wants: wants.starts_from is not None,
        is_satisfied=_is_start_late_enough,
        satisfied_text=lambda _, job: _flexible_or(
            job,
            (f"begins at {format_time(job.starts_at)[0]}", f"{format_time(job.starts_at)[1]}上班"),
        ),
        violated_text=lambda wants, job: _violated_hours_text(
            job, format_time(wants.starts_from)[0], ends=False
        ),
    ),
    Constraint(
        code=MatchCode.NIGHTS,
        is_set=lambda wants: wants.no_nights,
        is_satisfied=lambda _, job: _is_without_nights(job),
        satisfied_text=lambda *_: ("no night work", "无夜班"),
        violated_text=lambda *_: ("may be night work", "可能有夜班"),
    ),
    Constraint(
        code=MatchCode.SHIFT,
        is_set=lambda wants: bool(wants.shifts),
        is_satisfied=lambda wants, job: job.shift in wants.shifts,
        satisfied_text=lambda _, job: (f"{job.shift.value} shift", job.shift.zh),
        violated_text=lambda _, job: (
            f"{job.shift.value} shift is not wanted",
            f"班次为{job.shift.zh}",
        ),
    ),
    Constraint(
        code=MatchCode.EMPLOYMENT_TYPE,
        is_set=lambda wants: bool(wants.employment_types),
        is_satisfied=lambda wants, job: job.employment_type in wants.employment_types,
        satisfied_text=lambda _, job: (job.employment_type.value, job.employment_type.zh),
        violated_text=lambda _, job: (
            f"{job.employment_type.value} is not wanted",
            f"用工形式为{job.employment_type.zh}",
        ),
    ),
    Constraint(
        code=MatchCode.PAY,
        is_set=lambda wants: wants.lowest_pay is not None,
        is_satisfied=_pays_enough,
        satisfied_text=_pay_text,
        violated_text=_low_pay_text,
    ),
    Constraint(
        code=MatchCode.PLACE,
        is_set=lambda wants: bool(wants.places),
        is_satisfied=lambda wants, job: any(
            is_within(job.place_code, place) for place in wants.places
        ),
        satisfied_text=lambda *_: ("in a place that you named", "在意向地区内"),
        violated_text=lambda *_: ("elsewhere than you named", "不在意向地区内"),
    ),
    Constraint(
        code=MatchCode.DISTANCE,
        is_set=lambda wants: wants.near is not None,
        is_satisfied=_is_near,
        satisfied_text=_distance_text,
        violated_text=_distance_text,
    ),
    Constraint(
        code=MatchCode.DORMITORY,
        is_set=lambda wants: wants.dormitory,
        is_satisfied=lambda _, job: Benefit.DORMITORY in job.benefits,
        satisfied_text=lambda *_: ("with a dormitory", "包住"),
        violated_text=lambda *_: ("no dormitory", "不包住"),
    ),
    Constraint(
        code=MatchCode.MEALS,
        is_set=lambda wants: wants.meals,
        is_satisfied=lambda _, job: Benefit.MEALS in job.benefits,
        satisfied_text=lambda *_: ("with meals", "包吃"),
        violated_text=lambda *_: ("no meals", "不包吃"),
    ),
)


def active_constraints(wants: Wants) -> tuple[Constraint, ...]:
    """The limits that somebody has."""
    return tuple(limit for limit in CONSTRAINTS if limit.is_set(wants))


def satisfies_all(wants: Wants, job: Job, limits: tuple[Constraint, ...]) -> bool:
    """Whether the job keeps to all of ``limits``, which are those of ``wants``."""
    # A loop, not all(): this is done some millions of times for one campaign.
    for limit in limits:  # noqa: SIM110 - a generator costs more than what it asks
        if not limit.is_satisfied(wants, job):
            return False
    return True


def find_violations(wants: Wants, job: Job) -> tuple[MatchReason, ...]:
    """What rules the job out; nothing when it may be matched."""
    return tuple(
        _match_reason(limit.code, limit.violated_text(wants, job))
        for limit in active_constraints(wants)
        if not limit.is_satisfied(wants, job)
    )


def explain_satisfied(wants: Wants, job: Job) -> tuple[MatchReason, ...]:
    """What a job that keeps to every limit has to say of them."""
    return tuple(
        _match_reason(limit.code, limit.satisfied_text(wants, job))
        for limit in active_constraints(wants)
    )


def _match_reason(code: MatchCode, words: BilingualText) -> MatchReason:
    text, text_zh = words
    return MatchReason(code=code, text=text, text_zh=text_zh)
