"""Constraints: a seeker's limits that no match may break.

A fact that a posting does not state counts as a violation. The exception is flexible work without
stated hours: the worker agrees on them with the employer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

from domain.labels import Labelled
from domain.matching.jobs import Job
from domain.matching.match_reasons import (
    BilingualText,
    MatchCode,
    MatchReason,
    build_reason,
    distance_to_job,
    format_distance,
    format_offered_pay,
    list_codes,
)
from domain.matching.working_hours import (
    describe_early_start,
    describe_end,
    describe_late_end,
    describe_pick_up,
    describe_start,
    ends_early_enough,
    has_no_nights,
    starts_late_enough,
)
from domain.postings.pay import PayPeriod
from domain.postings.postings import Benefit, Intensity
from domain.reference.regions import is_within
from domain.seekers.profile import Wants

_INTENSITY_RANK = {Intensity.LIGHT: 1, Intensity.MEDIUM: 2, Intensity.HEAVY: 3}


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """One kind of limit: whether a seeker has it, whether a job satisfies it, and both as text."""

    code: MatchCode
    is_set: Callable[[Wants], bool]
    is_satisfied: Callable[[Wants, Job], bool]
    satisfied_text: Callable[[Wants, Job], BilingualText]
    violated_text: Callable[[Wants, Job], BilingualText]


def _is_near(wants: Wants, job: Job) -> bool:
    assert wants.near is not None  # the constraint is set
    if job.is_remote:
        return True
    kilometres = distance_to_job(wants.near.point, job)
    return kilometres is not None and kilometres <= wants.near.kilometres


def _describe_distance(wants: Wants, job: Job) -> BilingualText:
    assert wants.near is not None  # the constraint is set
    if job.is_remote:
        return "remote work", "远程办公"
    return format_distance(wants.near.point, job)


def _pays_enough(wants: Wants, job: Job) -> bool:
    assert wants.lowest_pay is not None  # the constraint is set
    offered = job.monthly_pay if wants.lowest_pay.period is PayPeriod.MONTH else job.hourly_pay
    return offered >= wants.lowest_pay.amount


def _describe_pay(wants: Wants, job: Job) -> BilingualText:
    assert wants.lowest_pay is not None  # the constraint is set
    return format_offered_pay(job, monthly=wants.lowest_pay.period is PayPeriod.MONTH)


def _describe_low_pay(wants: Wants, job: Job) -> BilingualText:
    offered, offered_zh = _describe_pay(wants, job)
    return f"{offered}, less than you asked for", f"{offered_zh}，低于期望"


def _latest_end(wants: Wants) -> time:
    assert wants.ends_by is not None  # the constraint is set
    return wants.ends_by


def _earliest_start(wants: Wants) -> time:
    assert wants.starts_from is not None  # the constraint is set
    return wants.starts_from


def _pick_up_time(wants: Wants) -> time:
    assert wants.pick_up is not None  # the constraint is set
    return wants.pick_up.by


def _describe_benefits(wants: Wants, _: Job) -> BilingualText:
    offered, offered_zh = list_codes(wants.benefits)
    return f"offers {offered}", f"提供{offered_zh}"


def _describe_missing(wants: Wants, job: Job) -> BilingualText:
    missing, missing_zh = list_codes(
        benefit for benefit in wants.benefits if benefit not in job.benefits
    )
    return f"does not offer {missing}", f"不提供{missing_zh}"


def _describe_rest(_: Wants, job: Job) -> BilingualText:
    return _describe_code(job.rest, "rest days", "休息方式")


def _describe_settlement(_: Wants, job: Job) -> BilingualText:
    return _describe_code(job.settlement, "settlement", "结算方式")


def _describe_code(code: Labelled | None, subject: str, subject_zh: str) -> BilingualText:
    """Return a code with its subject, or that the posting does not state it."""
    if code is None:
        return f"{subject} not stated", f"未注明{subject_zh}"
    return f"{subject}: {code.value}", f"{subject_zh}：{code.zh}"


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
            f"{job.intensity.value} work; you asked for {wants.heaviest.value} at most",
            f"劳动强度为{job.intensity.zh}，超过“{wants.heaviest.zh}”",
        ),
    ),
    Constraint(
        code=MatchCode.PICK_UP,
        is_set=lambda wants: wants.pick_up is not None,
        is_satisfied=lambda wants, job: ends_early_enough(job, _pick_up_time(wants)),
        satisfied_text=lambda _, job: describe_pick_up(job),
        violated_text=lambda wants, job: describe_late_end(job, _pick_up_time(wants)),
    ),
    Constraint(
        code=MatchCode.ENDS_BY,
        is_set=lambda wants: wants.ends_by is not None,
        is_satisfied=lambda wants, job: ends_early_enough(job, _latest_end(wants)),
        satisfied_text=lambda _, job: describe_end(job),
        violated_text=lambda wants, job: describe_late_end(job, _latest_end(wants)),
    ),
    Constraint(
        code=MatchCode.STARTS_FROM,
        is_set=lambda wants: wants.starts_from is not None,
        is_satisfied=lambda wants, job: starts_late_enough(job, _earliest_start(wants)),
        satisfied_text=lambda _, job: describe_start(job),
        violated_text=lambda wants, job: describe_early_start(job, _earliest_start(wants)),
    ),
    Constraint(
        code=MatchCode.NIGHTS,
        is_set=lambda wants: wants.no_nights,
        is_satisfied=lambda _, job: has_no_nights(job),
        satisfied_text=lambda *_: ("no night work", "无夜班"),
        violated_text=lambda *_: ("may include night work", "可能有夜班"),
    ),
    Constraint(
        code=MatchCode.SHIFT,
        is_set=lambda wants: bool(wants.shifts),
        is_satisfied=lambda wants, job: job.shift in wants.shifts,
        satisfied_text=lambda _, job: (f"{job.shift.value} shift", job.shift.zh),
        violated_text=lambda _, job: (
            f"{job.shift.value} shift, which you did not choose",
            f"班次为{job.shift.zh}",
        ),
    ),
    Constraint(
        code=MatchCode.EMPLOYMENT_TYPE,
        is_set=lambda wants: bool(wants.employment_types),
        is_satisfied=lambda wants, job: job.employment_type in wants.employment_types,
        satisfied_text=lambda _, job: (job.employment_type.value, job.employment_type.zh),
        violated_text=lambda _, job: (
            f"{job.employment_type.value}, which you did not choose",
            f"用工形式为{job.employment_type.zh}",
        ),
    ),
    Constraint(
        code=MatchCode.PAY,
        is_set=lambda wants: wants.lowest_pay is not None,
        is_satisfied=_pays_enough,
        satisfied_text=_describe_pay,
        violated_text=_describe_low_pay,
    ),
    Constraint(
        code=MatchCode.PLACE,
        is_set=lambda wants: bool(wants.places),
        is_satisfied=lambda wants, job: (
            job.is_remote
            or any(is_within(code, place) for code in job.place_codes for place in wants.places)
        ),
        satisfied_text=lambda _, job: (
            ("remote work", "远程办公")
            if job.is_remote
            else ("in a place that you chose", "在意向地区内")
        ),
        violated_text=lambda *_: ("outside the places that you chose", "不在意向地区内"),
    ),
    Constraint(
        code=MatchCode.DISTANCE,
        is_set=lambda wants: wants.near is not None,
        is_satisfied=_is_near,
        satisfied_text=_describe_distance,
        violated_text=_describe_distance,
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
    Constraint(
        code=MatchCode.BENEFITS,
        is_set=lambda wants: bool(wants.benefits),
        is_satisfied=lambda wants, job: job.benefits.issuperset(wants.benefits),
        satisfied_text=_describe_benefits,
        violated_text=_describe_missing,
    ),
    Constraint(
        code=MatchCode.REST_DAYS,
        is_set=lambda wants: bool(wants.rest_days),
        is_satisfied=lambda wants, job: job.rest in wants.rest_days,
        satisfied_text=_describe_rest,
        violated_text=_describe_rest,
    ),
    Constraint(
        code=MatchCode.SETTLEMENT,
        is_set=lambda wants: bool(wants.settlements),
        is_satisfied=lambda wants, job: job.settlement in wants.settlements,
        satisfied_text=_describe_settlement,
        violated_text=_describe_settlement,
    ),
)


def active_constraints(wants: Wants) -> tuple[Constraint, ...]:
    """Return the constraints that a seeker has."""
    return tuple(constraint for constraint in CONSTRAINTS if constraint.is_set(wants))


def satisfies_all(wants: Wants, job: Job, constraints: tuple[Constraint, ...]) -> bool:
    """Whether a job satisfies ``constraints``, the active ones of ``wants``."""
    # A loop instead of all(): one call campaign runs this millions of times.
    for constraint in constraints:  # noqa: SIM110 - a generator costs more than the check itself
        if not constraint.is_satisfied(wants, job):
            return False
    return True


def find_violations(wants: Wants, job: Job) -> tuple[MatchReason, ...]:
    """Return the constraints that exclude a job, as reasons; empty if it may be matched."""
    return tuple(
        build_reason(constraint.code, constraint.violated_text(wants, job))
        for constraint in active_constraints(wants)
        if not constraint.is_satisfied(wants, job)
    )


def explain_satisfied(wants: Wants, job: Job) -> tuple[MatchReason, ...]:
    """Return one reason per active constraint, for a job that satisfies all of them."""
    return tuple(
        build_reason(constraint.code, constraint.satisfied_text(wants, job))
        for constraint in active_constraints(wants)
    )
