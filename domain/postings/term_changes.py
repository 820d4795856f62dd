"""Differences between two versions of a posting's terms, as text for people."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import time
from hashlib import sha256

from domain.labels import Labelled
from domain.postings.pay_text import describe_pay, format_decimal, format_yuan
from domain.postings.postings import Benefit, InsuranceKind, PostingTerms
from domain.postings.requirements import CodedText
from domain.postings.work_schedule import ShiftTimes, WorkMode, Workplace
from domain.reference.geo import Point
from domain.reference.occupations import FIRST_OCCUPATIONS, Occupation
from domain.seekers.seeker_groups import SeekerGroup


@dataclass(frozen=True, kw_only=True)
class TermChange:
    """One changed field with its old and new value.

    ``field`` is the name in the API. Values are text: enumerations in Chinese, pay with its period.
    """

    field: str
    then: str
    now: str


def diff_terms(then: PostingTerms, now: PostingTerms) -> tuple[TermChange, ...]:
    """Return the changed fields in the order of the form, whichever version the terms are of.

    The order in which insurance kinds, benefits and groups are listed makes no difference.
    """
    if then == now:
        # An import of the same table compares every posting: most are equal.
        return ()
    values = ((field, format_(then), format_(now)) for field, format_ in TERM_FORMATS.items())
    return tuple(
        TermChange(field=field, then=before, now=after)
        for field, before, after in values
        if before != after
    )


def fingerprint_terms(terms: PostingTerms) -> str:
    """Return the SHA-256 of all fields as 64 hexadecimal digits; equal for equal terms only.

    It never changes for terms that say nothing in the fields of version 2: imports recognise rows
    by it.
    """
    formats = {**_FIRST_FORMATS, "occupation": _format_first_occupation}
    values = [format_(terms) for format_ in formats.values()]
    values += [
        f"{field}={value}" for field, format_ in _LATER_FORMATS.items() if (value := format_(terms))
    ]
    return sha256("\x1f".join(values).encode("utf-8", "surrogatepass")).hexdigest()


def _join_labels(kind: type[Labelled], members: Collection[Labelled]) -> str:
    return "、".join(member.zh for member in kind if member in members)


def _format_probation_pay(terms: PostingTerms) -> str:
    fen = terms.probation_fen
    return "" if fen is None else f"{format_yuan(fen)}{terms.pay.period.zh}"


def _format_time(at: time | None) -> str:
    return "" if at is None else at.isoformat("minutes")


def _format_point(point: Point | None) -> str:
    return "" if point is None else f"{point.latitude},{point.longitude}"


def _format_place(place: Workplace) -> str:
    return " ".join(filter(None, (place.place_code, place.address, _format_point(place.point))))


def format_shift(shift: ShiftTimes) -> str:
    """Return a shift in Chinese: 夜班 20:00–次日08:00（周一、周二），休息60分钟."""
    next_day = "次日" if shift.ends_at <= shift.starts_at else ""
    text = f"{shift.name} {_format_time(shift.starts_at)}–{next_day}{_format_time(shift.ends_at)}"
    if shift.days:
        text += f"（{'、'.join(day.zh for day in shift.days)}）"
    if shift.break_minutes is not None:
        text += f"，休息{shift.break_minutes}分钟"
    return text.strip()


def _format_shifts(terms: PostingTerms) -> str:
    # The times of a single plain shift are startsAt and endsAt.
    shifts = terms.shift_times if terms.schedule.shifts else ()
    return "；".join(map(format_shift, shifts))


def format_coded_text(item: CodedText) -> str:
    """Return the words of a licence or skill, and its code if there are no words."""
    return item.text or item.code


def _join_coded_texts(items: Collection[CodedText]) -> str:
    return "、".join(" ".join(filter(None, (item.code, item.text))) for item in items)


def _format_rest(terms: PostingTerms) -> str:
    return terms.schedule.rest.zh if terms.schedule.rest is not None else ""


def _format_experience(terms: PostingTerms) -> str:
    months = terms.requirements.experience_months
    if months is None:
        return ""
    return f"{months}个月" if months else "不限"


def _format_optional_number(number: int | None) -> str:
    return "" if number is None else str(number)


_FIRST_OCCUPATION_NAMES = {
    Occupation.CRANE_OPERATOR: "起重机操作",
    Occupation.NETWORK_PROGRAMMER: "网络程序",
    Occupation.CHILDCARE_WORKER: "保育",
    Occupation.REFINERY_ELECTRICIAN: "炼油电修",
    Occupation.SECURITY_GUARD: "安保",
    Occupation.SALES: "销售",
    Occupation.INDUSTRIAL_ROBOTICS: "工业机器人",
    Occupation.INDUSTRIAL_DESIGNER: "工业设计",
}
"""The names that fingerprints were made with, where the list has another one today."""


def _format_first_occupation(terms: PostingTerms) -> str:
    """Return what stands for the occupation in a fingerprint: a name or code that never changes."""
    occupation = terms.occupation
    if occupation not in FIRST_OCCUPATIONS:
        return occupation.value
    return _FIRST_OCCUPATION_NAMES.get(occupation, occupation.zh)


_Format = Callable[[PostingTerms], str]

_FIRST_FORMATS: dict[str, _Format] = {
    "title": lambda terms: terms.title,
    "occupation": lambda terms: terms.occupation_zh,
    "headcount": lambda terms: str(terms.headcount),
    "duties": lambda terms: terms.duties,
    "conditions": lambda terms: terms.conditions,
    "placeCode": lambda terms: terms.place_code,
    "address": lambda terms: terms.address,
    "pay": lambda terms: describe_pay(terms.pay),
    "probationPay": _format_probation_pay,
    "employmentType": lambda terms: terms.employment_type.zh,
    "shift": lambda terms: terms.shift.zh,
    "intensity": lambda terms: terms.intensity.zh,
    "hoursPerDay": lambda terms: format_decimal(terms.hours_per_day),
    "hoursPerWeek": lambda terms: format_decimal(terms.hours_per_week),
    "insurance": lambda terms: _join_labels(InsuranceKind, terms.insurance),
    "benefits": lambda terms: _join_labels(Benefit, terms.benefits),
    "validUntil": lambda terms: terms.valid_until.isoformat(),
    "isRepost": lambda terms: "是" if terms.is_repost else "否",
    "repostSource": lambda terms: terms.repost_source or "",
    "startsAt": lambda terms: _format_time(terms.starts_at),
    "endsAt": lambda terms: _format_time(terms.ends_at),
    "minAge": lambda terms: _format_optional_number(terms.min_age),
    "friendlyTo": lambda terms: _join_labels(SeekerGroup, terms.friendly_to),
    "point": lambda terms: _format_point(terms.point),
}
_LATER_FORMATS: dict[str, _Format] = {
    "places": lambda terms: "；".join(map(_format_place, terms.further_places)),
    "workMode": lambda terms: "" if terms.work_mode is WorkMode.ON_SITE else terms.work_mode.zh,
    "shiftTimes": _format_shifts,
    "daysPerWeek": lambda terms: (
        "" if terms.schedule.days_per_week is None else format_decimal(terms.schedule.days_per_week)
    ),
    "restDays": _format_rest,
    "restDaysPerMonth": lambda terms: _format_optional_number(terms.schedule.rest_days_per_month),
    "education": lambda terms: (
        "" if terms.requirements.education is None else terms.requirements.education.zh
    ),
    "educationText": lambda terms: terms.requirements.education_text,
    "experienceMonths": _format_experience,
    "experienceText": lambda terms: terms.requirements.experience_text,
    "licences": lambda terms: _join_coded_texts(terms.requirements.licences),
    "skills": lambda terms: _join_coded_texts(terms.requirements.skills),
    "occupationText": lambda terms: terms.occupation_text,
    "publicWelfare": lambda terms: "是" if terms.is_public_welfare else "",
    "media": lambda terms: " ".join(
        f"{link.kind.zh} {link.title} {link.url}" for link in terms.media
    ),
}
TERM_FORMATS: dict[str, _Format] = {**_FIRST_FORMATS, **_LATER_FORMATS}
"""The text of each field of the terms, by its name in the API."""
