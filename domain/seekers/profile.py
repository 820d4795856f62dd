"""What somebody looking for work wants: wishes, and limits that no match may break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time

from domain.errors import InvalidInput
from domain.labels import Labelled
from domain.postings.pay import Pay
from domain.postings.postings import EmploymentType, Intensity, Occupation, Shift
from domain.reference.geo import Point
from domain.reference.regions import check_place_code, check_point
from domain.seekers.groups import SeekerGroup

MAX_WISHES = 5
"""Occupations, and places: each pair of them is a key by which a new posting finds the person."""
MAX_DISTANCE_KM = 200
MAX_LOWEST_PAY_YUAN = 100_000


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


MAX_EXPERIENCE_YEARS = 60


class Education(Labelled):
    """GB/T 4658, in the steps that postings ask for."""

    PRIMARY = "PRIMARY", "小学及以下"
    JUNIOR = "JUNIOR", "初中"
    SENIOR = "SENIOR", "高中"
    VOCATIONAL = "VOCATIONAL", "中专或技校"
    COLLEGE = "COLLEGE", "大专"
    BACHELOR = "BACHELOR", "本科"
    MASTER = "MASTER", "硕士及以上"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Who looks for work, in what matters for a match, and what they want.

    ``skills`` are occupations that were learned or done. ``home_place`` (GB/T 2260) and ``home``
    are where the person lives, as closely as they wish to say.
    """

    group: SeekerGroup
    wants: Wants = field(default_factory=Wants)
    skills: tuple[Occupation, ...] = ()
    wants_training: bool = False
    home_place: str | None = None
    home: Point | None = None
    education: Education | None = None
    experience_years: int | None = None


def check_profile(profile: Profile, at: tuple[str, ...]) -> Profile:
    """The profile with the codes of places that are in force; ``at`` is where it was given.

    :raises InvalidInput: a wish, a place or a number that cannot be.
    """
    wants = check_wants(profile.wants, (*at, "wants"))
    if len(profile.skills) > MAX_WISHES or len(set(profile.skills)) < len(profile.skills):
        raise InvalidInput(f"Name at most {MAX_WISHES} skills, each once.", field=(*at, "skills"))
    home_place = profile.home_place
    if home_place is not None:
        home_place = check_place_code(home_place, (*at, "homePlace"))
    if profile.home is not None:
        check_point(profile.home, (*at, "home"))
    years = profile.experience_years
    if years is not None and not 0 <= years <= MAX_EXPERIENCE_YEARS:
        raise InvalidInput(
            f"Give whole years, 0 to {MAX_EXPERIENCE_YEARS}.", field=(*at, "experienceYears")
        )
    return replace(profile, wants=wants, home_place=home_place)
