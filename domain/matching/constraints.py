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
from domain.reference.geo import Point, kilometres
from domain.reference.regions import is_within
from domain.seekers.profile import Wants

NIGHT_BEGINS = time(22)
NIGHT_ENDS = time(6)
"""Night work (女职工劳动保护特别规定 and labour statistics: 22:00 to 6:00)."""
Words = tuple[str, str]
"""In English and Chinese."""
_ROTATING = frozenset({Shift.TWO_SHIFT, Shift.THREE_SHIFT})
_WEIGHT = {Intensity.LIGHT: 1, Intensity.MEDIUM: 2, Intensity.HEAVY: 3}


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
class Reason:
    """One thing said of a posting, in English and Chinese."""

    code: MatchCode
    text: str
    text_zh: str


@dataclass(frozen=True, kw_only=True)
class Limit:
    """``is_set`` says whether somebody has it, ``keeps`` whether a job keeps to it.

    ``kept`` and ``broken`` say so in words.
    """

    code: MatchCode
    is_set: Callable[[Wants], bool]
    keeps: Callable[[Wants, Job], bool]
    kept: Callable[[Wants, Job], Words]
    broken: Callable[[Wants, Job], Words]


def distance(point: Point, job: Job) -> float | None:
    """Kilometres to the place of work; None when it is not known in which county that is."""
    return None if job.point is None else kilometres(point, job.point)


def distance_words(away: float, job: Job) -> Words:
    """So far, and that it is about so far when only the county is known."""
    if job.is_exact:
        return f"{away:.0f} km", f"{away:.0f}公里"
    return f"about {away:.0f} km", f"约{away:.0f}公里"


def clock(at: time | None) -> Words:
    """A time of day in words, also when it is not known."""
    shown = at.isoformat("minutes") if at else None
    return shown or "a time that is not said", shown or "未注明的时间"


def _is_near(wants: Wants, job: Job) -> bool:
    assert wants.near is not None  # the limit is set
    away = distance(wants.near.point, job)
    return away is not None and away <= wants.near.kilometres


def _away(wants: Wants, job: Job) -> Words:
    assert wants.near is not None  # the limit is set
    away = distance(wants.near.point, job)
    if away is None:
        return "where exactly the work is done is not said", "未注明具体工作地点"
    return distance_words(away, job)


def _has_own_hours(job: Job) -> bool:
    return job.shift is Shift.FLEXIBLE and job.starts_at is None and job.ends_at is None


def _ends_by(job: Job, latest: time) -> bool:
    if _has_own_hours(job):
        return True
    if job.ends_at is None or job.shift in _ROTATING:
        return False
    # What ends before it begins goes over midnight; of a day shift it is known that it does not.
    if job.starts_at is None:
        return job.shift is Shift.DAY and job.ends_at <= latest
    return job.starts_at < job.ends_at <= latest


def _starts_from(wants: Wants, job: Job) -> bool:
    assert wants.starts_from is not None  # the limit is set
    if _has_own_hours(job):
        return True
    if job.starts_at is None or job.shift in _ROTATING:
        return False
    return job.starts_at >= wants.starts_from


def _without_nights(job: Job) -> bool:
    if job.shift in _ROTATING:
        return False
    if job.starts_at is None or job.ends_at is None:
        # A day shift is by day; of flexible work the nights can be left out.
        return job.starts_at is None and job.ends_at is None
    return NIGHT_ENDS <= job.starts_at < job.ends_at <= NIGHT_BEGINS


def _pays_enough(wants: Wants, job: Job) -> bool:
    assert wants.lowest_pay is not None  # the limit is set
    offered = job.monthly if wants.lowest_pay.period is PayPeriod.MONTH else job.hourly
    return offered >= wants.lowest_pay.amount


def _pay(wants: Wants, job: Job) -> Words:
    assert wants.lowest_pay is not None  # the limit is set
    monthly = wants.lowest_pay.period is PayPeriod.MONTH
    offered, period = (job.monthly, "month") if monthly else (job.hourly, "hour")
    return f"{offered} yuan a {period}", f"{offered}{wants.lowest_pay.period.zh}"


def _too_little(wants: Wants, job: Job) -> Words:
    offered, offered_zh = _pay(wants, job)
    return f"{offered} is less than wanted", f"{offered_zh}，低于期望"


def _latest(wants: Wants) -> time:
    assert wants.ends_by is not None  # the limit is set
    return wants.ends_by


def _fetched(wants: Wants) -> time:
    assert wants.pick_up is not None  # the limit is set
    return wants.pick_up.by


def _hours(job: Job, latest: str, *, ends: bool) -> Words:
    """When work ends or begins, beside what is wanted."""
    if job.shift in _ROTATING:
        return f"{job.shift.value} work has changing hours", f"{job.shift.zh}，工时不固定"
    shown, shown_zh = clock(job.ends_at if ends else job.starts_at)
    over = job.starts_at is not None and job.ends_at is not None and job.ends_at <= job.starts_at
    verb, verb_zh = ("ends", "下班") if ends else ("begins", "上班")
    if ends and over:
        return f"goes over midnight until {shown}", f"跨零点至{shown_zh}"
    return f"{verb} at {shown}, {latest} is wanted", f"{shown_zh}{verb_zh}，希望{latest}"


def _agreed(job: Job, words: Words) -> Words:
    if _has_own_hours(job):
        return "flexible hours that you can agree on", "弹性工时，可与单位商定"
    return words


def _ends(job: Job) -> Words:
    shown, shown_zh = clock(job.ends_at)
    return f"ends at {shown}", f"{shown_zh}下班"


def _fetching(job: Job) -> Words:
    ends, ends_zh = _agreed(job, _ends(job))
    return f"{ends}: you can pick up your child", f"{ends_zh}，可以接孩子"


LIMITS: tuple[Limit, ...] = (
    Limit(
        code=MatchCode.INTENSITY,
        is_set=lambda wants: wants.heaviest is not Intensity.HEAVY,
        keeps=lambda wants, job: _WEIGHT[job.intensity] <= _WEIGHT[wants.heaviest],
        kept=lambda _, job: (
            f"{job.intensity.value} work only",
            f"劳动强度：{job.intensity.zh}",
        ),
        broken=lambda wants, job: (
            f"{job.intensity.value} work, {wants.heaviest.value} at most is wanted",
            f"劳动强度为{job.intensity.zh}，超过“{wants.heaviest.zh}”",
        ),
    ),
    Limit(
        code=MatchCode.PICK_UP,
        is_set=lambda wants: wants.pick_up is not None,
        keeps=lambda wants, job: _ends_by(job, _fetched(wants)),
        kept=lambda _, job: _fetching(job),
        broken=lambda wants, job: _hours(job, clock(_fetched(wants))[0], ends=True),
    ),
    Limit(
        code=MatchCode.ENDS_BY,
        is_set=lambda wants: wants.ends_by is not None,
        keeps=lambda wants, job: _ends_by(job, _latest(wants)),
        kept=lambda _, job: _agreed(job, _ends(job)),
        broken=lambda wants, job: _hours(job, clock(_latest(wants))[0], ends=True),
    ),
    Limit(
        code=MatchCode.STARTS_FROM,
        is_set=lambda wants: wants.starts_from is not None,
        keeps=_starts_from,
        kept=lambda _, job: _agreed(
            job, (f"begins at {clock(job.starts_at)[0]}", f"{clock(job.starts_at)[1]}上班")
        ),
        broken=lambda wants, job: _hours(job, clock(wants.starts_from)[0], ends=False),
    ),
    Limit(
        code=MatchCode.NIGHTS,
        is_set=lambda wants: wants.no_nights,
        keeps=lambda _, job: _without_nights(job),
        kept=lambda *_: ("no night work", "无夜班"),
        broken=lambda *_: ("may be night work", "可能有夜班"),
    ),
    Limit(
        code=MatchCode.SHIFT,
        is_set=lambda wants: bool(wants.shifts),
        keeps=lambda wants, job: job.shift in wants.shifts,
        kept=lambda _, job: (f"{job.shift.value} shift", job.shift.zh),
        broken=lambda _, job: (
            f"{job.shift.value} shift is not wanted",
            f"班次为{job.shift.zh}",
        ),
    ),
    Limit(
        code=MatchCode.EMPLOYMENT_TYPE,
        is_set=lambda wants: bool(wants.employment_types),
        keeps=lambda wants, job: job.employment_type in wants.employment_types,
        kept=lambda _, job: (job.employment_type.value, job.employment_type.zh),
        broken=lambda _, job: (
            f"{job.employment_type.value} is not wanted",
            f"用工形式为{job.employment_type.zh}",
        ),
    ),
    Limit(
        code=MatchCode.PAY,
        is_set=lambda wants: wants.lowest_pay is not None,
        keeps=_pays_enough,
        kept=_pay,
        broken=_too_little,
    ),
    Limit(
        code=MatchCode.PLACE,
        is_set=lambda wants: bool(wants.places),
        keeps=lambda wants, job: any(is_within(job.place_code, place) for place in wants.places),
        kept=lambda *_: ("in a place that you named", "在意向地区内"),
        broken=lambda *_: ("elsewhere than you named", "不在意向地区内"),
    ),
    Limit(
        code=MatchCode.DISTANCE,
        is_set=lambda wants: wants.near is not None,
        keeps=_is_near,
        kept=_away,
        broken=_away,
    ),
    Limit(
        code=MatchCode.DORMITORY,
        is_set=lambda wants: wants.dormitory,
        keeps=lambda _, job: Benefit.DORMITORY in job.benefits,
        kept=lambda *_: ("with a dormitory", "包住"),
        broken=lambda *_: ("no dormitory", "不包住"),
    ),
    Limit(
        code=MatchCode.MEALS,
        is_set=lambda wants: wants.meals,
        keeps=lambda _, job: Benefit.MEALS in job.benefits,
        kept=lambda *_: ("with meals", "包吃"),
        broken=lambda *_: ("no meals", "不包吃"),
    ),
)


def limits_of(wants: Wants) -> tuple[Limit, ...]:
    """The limits that somebody has."""
    return tuple(limit for limit in LIMITS if limit.is_set(wants))


def is_within_limits(wants: Wants, job: Job, limits: tuple[Limit, ...]) -> bool:
    """Whether the job keeps to all of ``limits``, which are those of ``wants``."""
    # A loop, not all(): this is done some millions of times for one campaign.
    for limit in limits:  # noqa: SIM110 - a generator costs more than what it asks
        if not limit.keeps(wants, job):
            return False
    return True


def broken_limits(wants: Wants, job: Job) -> tuple[Reason, ...]:
    """What rules the job out; nothing when it may be matched."""
    return tuple(
        _said(limit.code, limit.broken(wants, job))
        for limit in limits_of(wants)
        if not limit.keeps(wants, job)
    )


def kept_limits(wants: Wants, job: Job) -> tuple[Reason, ...]:
    """What a job that keeps to every limit has to say of them."""
    return tuple(_said(limit.code, limit.kept(wants, job)) for limit in limits_of(wants))


def _said(code: MatchCode, words: Words) -> Reason:
    text, text_zh = words
    return Reason(code=code, text=text, text_zh=text_zh)
