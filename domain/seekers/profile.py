"""What somebody looking for work wants: wishes, and limits that no match may break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time

from domain.errors import InvalidInput
from domain.labels import Labelled
from domain.postings.pay import Pay
from domain.postings.postings import EmploymentType, Intensity, Occupation, Shift
from domain.reference.geo import Point
from domain.reference.regions import check_place_code, check_point, is_within, significant_digits

MAX_WISHES = 5
"""Occupations, and places: each pair of them is a key by which a new posting finds the person."""
MAX_DISTANCE_KM = 200
MAX_LOWEST_PAY_YUAN = 100_000
ANY_KEY = "*"
"""In a key: whatever occupation, or wherever."""


class Weekday(Labelled):
    MONDAY = "MONDAY", "周一"
    TUESDAY = "TUESDAY", "周二"
    WEDNESDAY = "WEDNESDAY", "周三"
    THURSDAY = "THURSDAY", "周四"
    FRIDAY = "FRIDAY", "周五"
    SATURDAY = "SATURDAY", "周六"
    SUNDAY = "SUNDAY", "周日"


@dataclass(frozen=True, kw_only=True)
class PickUp:
    """Children to be fetched: work ends at ``by`` at the latest. Without ``days``, each day.

    A posting does not say on which days it is, so the end counts for each of them.
    """

    by: time
    days: tuple[Weekday, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Near:
    """Within so many kilometres of a point, as the crow flies."""

    point: Point
    kilometres: int


@dataclass(frozen=True, kw_only=True)
class Wants:
    """What is left empty is open.

    ``occupations`` are wishes, the dearest first; all else are limits. ``places`` are codes of
    GB/T 2260 with all below them. ``heaviest`` is the heaviest work that is possible: that, and
    no diagnosis, is what is kept of somebody's health.
    """

    occupations: tuple[Occupation, ...] = ()
    places: tuple[str, ...] = ()
    near: Near | None = None
    shifts: tuple[Shift, ...] = ()
    employment_types: tuple[EmploymentType, ...] = ()
    lowest_pay: Pay | None = None
    heaviest: Intensity = Intensity.HEAVY
    starts_from: time | None = None
    ends_by: time | None = None
    no_nights: bool = False
    pick_up: PickUp | None = None
    dormitory: bool = False
    meals: bool = False


def check_wants(wants: Wants, field: tuple[str, ...]) -> Wants:
    """What somebody wants, with the codes of places that are in force.

    :raises InvalidInput: too many wishes or the same twice, a place, point, distance or pay that
        cannot be, or a time of day with a zone.
    """
    _check_wishes(wants.occupations, (*field, "occupations"))
    places = tuple(check_place_code(place, (*field, "places")) for place in wants.places)
    _check_wishes(places, (*field, "places"))
    _check_different(wants.shifts, (*field, "shifts"))
    _check_different(wants.employment_types, (*field, "employmentTypes"))
    if wants.near is not None:
        check_point(wants.near.point, (*field, "near", "point"))
        if not 1 <= wants.near.kilometres <= MAX_DISTANCE_KM:
            raise InvalidInput(
                f"Give 1 to {MAX_DISTANCE_KM} kilometres.", field=(*field, "near", "kilometres")
            )
    if wants.lowest_pay is not None and not 1 <= wants.lowest_pay.amount <= MAX_LOWEST_PAY_YUAN:
        raise InvalidInput(
            f"Give the lowest pay in whole yuan, 1 to {MAX_LOWEST_PAY_YUAN}.",
            field=(*field, "lowestPay", "amount"),
        )
    _check_clock(wants.starts_from, (*field, "startsFrom"))
    _check_clock(wants.ends_by, (*field, "endsBy"))
    if wants.pick_up is not None:
        _check_clock(wants.pick_up.by, (*field, "pickUp", "by"))
        _check_different(wants.pick_up.days, (*field, "pickUp", "days"))
    return replace(wants, places=places)


def outermost_places(places: Sequence[str]) -> tuple[str, ...]:
    """The places that lie in no other of them, each once."""
    different = tuple(dict.fromkeys(places))
    return tuple(
        place
        for place in different
        if not any(place != other and is_within(place, other) for other in different)
    )


def wanted_match_keys(wants: Wants) -> tuple[str, ...]:
    """The keys under which a posting that may suit finds the person: occupation and place."""
    prefixes = [significant_digits(place) for place in outermost_places(wants.places)] or [ANY_KEY]
    occupations = [occupation.value for occupation in wants.occupations] or [ANY_KEY]
    return tuple(f"{occupation}/{prefix}" for occupation in occupations for prefix in prefixes)


def job_match_keys(occupation: Occupation, place_code: str) -> tuple[str, ...]:
    """The keys of all whom a job of that occupation in that place may suit."""
    prefixes = (ANY_KEY, place_code[:2], place_code[:4], place_code)
    return tuple(
        f"{named}/{prefix}" for named in (ANY_KEY, occupation.value) for prefix in prefixes
    )


def _check_wishes(given: Sequence[str], field: tuple[str, ...]) -> None:
    if len(given) > MAX_WISHES:
        raise InvalidInput(f"Name at most {MAX_WISHES}.", field=field)
    _check_different(given, field)


def _check_different(given: Sequence[str], field: tuple[str, ...]) -> None:
    if len(set(given)) < len(given):
        raise InvalidInput("Name each once.", field=field)


def _check_clock(at: time | None, field: tuple[str, ...]) -> None:
    if at is not None and at.tzinfo is not None:
        raise InvalidInput(
            "Give a time of day in China without a zone, such as 17:00.", field=field
        )
