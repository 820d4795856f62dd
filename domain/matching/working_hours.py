"""Comparison of a job's working hours with the times of day that a seeker can work."""

from __future__ import annotations

from datetime import time

from domain.matching.jobs import Job
from domain.matching.match_reasons import BilingualText, format_time
from domain.postings.postings import Shift

NIGHT_STARTS_AT = time(22)
NIGHT_ENDS_AT = time(6)
"""Night work is from 22:00 to 6:00 (女职工劳动保护特别规定 and labour statistics)."""
_ROTATING_SHIFTS = frozenset({Shift.TWO_SHIFT, Shift.THREE_SHIFT})
_Times = tuple[time | None, time | None]
"""Start and end of a shift."""


def ends_early_enough(job: Job, latest: time) -> bool:
    """Whether every shift ends by ``latest`` on the same day; unstated hours are too late."""
    if _has_open_hours(job):
        return True
    return not _has_unknown_rota(job) and all(
        _ends_by(job.shift, times, latest) for times in _list_times(job)
    )


def _ends_by(shift: Shift, times: _Times, latest: time) -> bool:
    starts_at, ends_at = times
    if ends_at is None:
        return False
    # Without a start only a day shift certainly does not go over midnight.
    if starts_at is None:
        return shift is Shift.DAY and ends_at <= latest
    return starts_at < ends_at <= latest


def starts_late_enough(job: Job, earliest: time) -> bool:
    """Whether every shift starts at ``earliest`` or later; unstated hours are too early."""
    if _has_open_hours(job):
        return True
    return not _has_unknown_rota(job) and all(
        starts_at is not None and starts_at >= earliest for starts_at, _ in _list_times(job)
    )


def has_no_nights(job: Job) -> bool:
    """Whether the job needs no work between 22:00 and 6:00."""
    return not _has_unknown_rota(job) and all(map(_is_by_day, _list_times(job)))


def _is_by_day(times: _Times) -> bool:
    starts_at, ends_at = times
    if starts_at is None or ends_at is None:
        # With no hours stated, a day shift is by day, and flexible work can leave the nights out.
        return starts_at is None and ends_at is None
    return NIGHT_ENDS_AT <= starts_at < ends_at <= NIGHT_STARTS_AT


def describe_start(job: Job) -> BilingualText:
    """Say when work starts, or that the hours can be agreed on."""
    text, text_zh = format_time(job.starts_at)
    return _OPEN_HOURS if _has_open_hours(job) else (f"starts at {text}", f"{text_zh}上班")


def describe_end(job: Job) -> BilingualText:
    """Say when work ends, or that the hours can be agreed on."""
    text, text_zh = format_time(job.ends_at)
    return _OPEN_HOURS if _has_open_hours(job) else (f"ends at {text}", f"{text_zh}下班")


def describe_pick_up(job: Job) -> BilingualText:
    """Say when work ends, and that this leaves time to pick up a child."""
    text, text_zh = describe_end(job)
    return f"{text}: you can pick up your child", f"{text_zh}，可以接孩子"


def describe_early_start(job: Job, earliest: time) -> BilingualText:
    """Say why work may start before ``earliest``."""
    if _has_unknown_rota(job):
        return _describe_rotating_shift(job)
    starts_at = min((start for start, _ in _list_times(job) if start), default=None)
    (text, text_zh), (wanted, _) = format_time(starts_at), format_time(earliest)
    return f"starts at {text}; you asked for {wanted}", f"{text_zh}上班，希望{wanted}"


def describe_late_end(job: Job, latest: time) -> BilingualText:
    """Say why work may end after ``latest``."""
    if _has_unknown_rota(job):
        return _describe_rotating_shift(job)
    times = _list_times(job)
    starts_at, ends_at = next(
        (each for each in times if not _ends_by(job.shift, each, latest)), times[0]
    )
    (text, text_zh), (wanted, _) = format_time(ends_at), format_time(latest)
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        return f"works past midnight until {text}", f"跨零点至{text_zh}"
    return f"ends at {text}; you asked for {wanted}", f"{text_zh}下班，希望{wanted}"


_OPEN_HOURS: BilingualText = (
    "flexible hours that you can agree with the employer",
    "弹性工时，可与单位商定",
)


def _list_times(job: Job) -> tuple[_Times, ...]:
    """Return start and end of each shift."""
    return (job.starts_at, job.ends_at), *job.further_shifts


def _has_unknown_rota(job: Job) -> bool:
    """Whether the shifts change and their times are not all stated."""
    return job.shift in _ROTATING_SHIFTS and not job.further_shifts


def _has_open_hours(job: Job) -> bool:
    """Whether the worker can agree on the hours: flexible work without stated hours."""
    return job.shift is Shift.FLEXIBLE and job.starts_at is None and job.ends_at is None


def _describe_rotating_shift(job: Job) -> BilingualText:
    return f"{job.shift.value} work has changing hours", f"{job.shift.zh}，工时不固定"
