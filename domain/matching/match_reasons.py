"""Reasons for or against a match, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from domain.labels import Labelled
from domain.matching.jobs import Job
from domain.reference.geo import Point, distance_km

BilingualText = tuple[str, str]
"""A text in English and in Chinese."""


class MatchCode(Labelled):
    """The subject of a reason: one per constraint or scoring factor."""

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
    BENEFITS = "BENEFITS", "福利"
    REST_DAYS = "REST_DAYS", "休息"
    SETTLEMENT = "SETTLEMENT", "工资结算"


@dataclass(frozen=True, kw_only=True)
class MatchReason:
    """One reason for or against a job, as text in English and Chinese."""

    code: MatchCode
    text: str
    text_zh: str


def build_reason(code: MatchCode, texts: BilingualText) -> MatchReason:
    """Build a reason from its English and Chinese text."""
    text, text_zh = texts
    return MatchReason(code=code, text=text, text_zh=text_zh)


def list_codes(codes: Iterable[Labelled]) -> BilingualText:
    """List codes: the values in English, the labels in Chinese."""
    listed = tuple(codes)
    return ", ".join(code.value for code in listed), "、".join(code.zh for code in listed)


def distance_to_job(point: Point, job: Job) -> float | None:
    """Return the kilometres from a point to the nearest place of work; None if none is known."""
    if not job.further_places:
        return None if job.point is None else distance_km(point, job.point)
    nearest = find_nearest_place(point, job)
    return nearest[0] if nearest else None


def find_nearest_place(point: Point, job: Job) -> tuple[float, bool] | None:
    """Return the kilometres to the nearest place of work, and whether that place is exact."""
    distances = [
        (distance_km(point, place.point), place.is_exact)
        for place in job.places
        if place.point is not None
    ]
    return min(distances, default=None)


def format_distance(point: Point, job: Job) -> BilingualText:
    """Format the distance to the nearest place of work in whole kilometres.

    With "about" if only the county of that place is known.
    """
    nearest = find_nearest_place(point, job)
    if nearest is None:
        return "the exact place of work is not stated", "未注明具体工作地点"
    kilometres, is_exact = nearest
    if is_exact:
        return f"{kilometres:.0f} km", f"{kilometres:.0f}公里"
    return f"about {kilometres:.0f} km", f"约{kilometres:.0f}公里"


def format_offered_pay(job: Job, *, monthly: bool) -> BilingualText:
    """Format the pay of a month, or else of an hour, with its upper end if there is one."""
    lowest = job.monthly_pay if monthly else job.hourly_pay
    highest = job.highest_monthly_pay if monthly else job.highest_hourly_pay
    period, period_zh = ("month", "元/月") if monthly else ("hour", "元/小时")
    if not lowest:
        return "paid by the piece, without a guaranteed pay", "计件工资，未注明保底"
    if highest > lowest:
        return f"{lowest} to {highest} yuan per {period}", f"{lowest}-{highest}{period_zh}"
    return f"{lowest} yuan per {period}", f"{lowest}{period_zh}"


def format_time(at: time | None) -> BilingualText:
    """Format a time of day as ``17:00``, or say that it is not stated."""
    if at is None:
        return "an unstated time", "未注明的时间"
    return at.isoformat("minutes"), at.isoformat("minutes")
