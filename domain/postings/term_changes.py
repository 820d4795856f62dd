"""Differences between two versions of a posting's terms, as text for people."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import time
from hashlib import sha256

from domain.labels import Labelled
from domain.postings.postings import Benefit, InsuranceKind, PostingTerms
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
    """Return the changed fields in the order of the form.

    The order in which insurance kinds, benefits and groups are listed makes no difference.
    """
    values = ((field, format_(then), format_(now)) for field, format_ in _FIELD_FORMATS.items())
    return tuple(
        TermChange(field=field, then=before, now=after)
        for field, before, after in values
        if before != after
    )


def fingerprint_terms(terms: PostingTerms) -> str:
    """Return the SHA-256 of all fields as 64 hexadecimal digits; equal for equal terms only."""
    joined = "\x1f".join(format_(terms) for format_ in _FIELD_FORMATS.values())
    return sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def _join_labels(kind: type[Labelled], members: Collection[Labelled]) -> str:
    return "、".join(member.zh for member in kind if member in members)


def _format_probation_pay(terms: PostingTerms) -> str:
    return "" if terms.probation_pay is None else f"{terms.probation_pay}{terms.pay.period.zh}"


def _format_time(at: time | None) -> str:
    return "" if at is None else at.isoformat("minutes")


def _format_point(terms: PostingTerms) -> str:
    return "" if terms.point is None else f"{terms.point.latitude},{terms.point.longitude}"


_FIELD_FORMATS: dict[str, Callable[[PostingTerms], str]] = {
    "title": lambda terms: terms.title,
    "occupation": lambda terms: terms.occupation.zh,
    "headcount": lambda terms: str(terms.headcount),
    "duties": lambda terms: terms.duties,
    "conditions": lambda terms: terms.conditions,
    "placeCode": lambda terms: terms.place_code,
    "address": lambda terms: terms.address,
    "pay": lambda terms: f"{terms.pay.amount}{terms.pay.period.zh}",
    "probationPay": _format_probation_pay,
    "employmentType": lambda terms: terms.employment_type.zh,
    "shift": lambda terms: terms.shift.zh,
    "intensity": lambda terms: terms.intensity.zh,
    "hoursPerDay": lambda terms: f"{terms.hours_per_day.normalize():f}",
    "hoursPerWeek": lambda terms: f"{terms.hours_per_week.normalize():f}",
    "insurance": lambda terms: _join_labels(InsuranceKind, terms.insurance),
    "benefits": lambda terms: _join_labels(Benefit, terms.benefits),
    "validUntil": lambda terms: terms.valid_until.isoformat(),
    "isRepost": lambda terms: "是" if terms.is_repost else "否",
    "repostSource": lambda terms: terms.repost_source or "",
    "startsAt": lambda terms: _format_time(terms.starts_at),
    "endsAt": lambda terms: _format_time(terms.ends_at),
    "minAge": lambda terms: "" if terms.min_age is None else str(terms.min_age),
    "friendlyTo": lambda terms: _join_labels(SeekerGroup, terms.friendly_to),
    "point": _format_point,
}
