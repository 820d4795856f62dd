"""The profile of a seeker: skills, home, wishes, and limits that every match must keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time

from domain.labels import Labelled
from domain.postings.pay import PayPeriod, PaySettlement
from domain.postings.postings import Benefit, EmploymentType, Intensity, Shift
from domain.postings.work_schedule import RestDays
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.reference.regions import check_place_code, check_point
from domain.reference.weekdays import Weekday
from domain.refusals import InvalidInput
from domain.seekers.group_checks import check_own_group, check_wished_groups
from domain.seekers.seeker_groups import SeekerGroup

MAX_WISHES = 5
"""Maximum occupations and maximum places. Each pair of them is one match key."""
MAX_DISTANCE_KM = 200
MAX_LOWEST_PAY_YUAN = 100_000
LOWEST_PAY_PERIODS = (PayPeriod.MONTH, PayPeriod.HOUR)


@dataclass(frozen=True, kw_only=True)
class PickUp:
    """The person picks up children, so work must end by ``by``. No ``days`` means every day.

    A posting does not state its working days, so the limit applies to every day.
    """

    by: time
    days: tuple[Weekday, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Near:
    """A limit on the distance from a point, in kilometres as the crow flies."""

    point: Point
    kilometres: int


@dataclass(frozen=True, kw_only=True)
class LowestPay:
    """The lowest acceptable basic pay in whole yuan, of a month or an hour."""

    amount: int
    period: PayPeriod


@dataclass(frozen=True, kw_only=True)
class Wants:
    """What a seeker wants from a job. An empty field sets no limit.

    ``occupations`` are wishes, best first, and ``welcoming`` are groups that the posting should
    welcome; all other fields are limits. ``places`` are GB/T 2260 codes and include all regions
    below them. ``heaviest`` is the heaviest work that the person can do; nothing else is stored
    about health. All ``benefits`` must be offered; of ``rest_days`` and ``settlements`` each is
    acceptable.
    """

    occupations: tuple[Occupation, ...] = ()
    places: tuple[str, ...] = ()
    near: Near | None = None
    shifts: tuple[Shift, ...] = ()
    employment_types: tuple[EmploymentType, ...] = ()
    lowest_pay: LowestPay | None = None
    heaviest: Intensity = Intensity.HEAVY
    starts_from: time | None = None
    ends_by: time | None = None
    no_nights: bool = False
    pick_up: PickUp | None = None
    dormitory: bool = False
    meals: bool = False
    benefits: tuple[Benefit, ...] = ()
    rest_days: tuple[RestDays, ...] = ()
    settlements: tuple[PaySettlement, ...] = ()
    welcoming: tuple[SeekerGroup, ...] = ()


def check_wants(wants: Wants, field: tuple[str, ...]) -> Wants:
    """Return what a seeker wants, with former place codes replaced by current ones.

    :raises InvalidInput: there are too many wishes or repeats, a place, point, distance or pay is
        out of range, a time of day has a zone, or a wish tells of a disability.
    """
    _check_wishes(wants.occupations, (*field, "occupations"))
    places = tuple(check_place_code(place, (*field, "places")) for place in wants.places)
    _check_wishes(places, (*field, "places"))
    _check_different(wants.shifts, (*field, "shifts"))
    _check_different(wants.employment_types, (*field, "employmentTypes"))
    _check_different(wants.benefits, (*field, "benefits"))
    _check_different(wants.rest_days, (*field, "restDays"))
    _check_different(wants.settlements, (*field, "settlements"))
    _check_different(wants.welcoming, (*field, "welcoming"))
    check_wished_groups(wants.welcoming, (*field, "welcoming"))
    if wants.near is not None:
        check_point(wants.near.point, (*field, "near", "point"))
        if not 1 <= wants.near.kilometres <= MAX_DISTANCE_KM:
            raise InvalidInput(
                f"Give 1 to {MAX_DISTANCE_KM} kilometres.",
                f"请填写1至{MAX_DISTANCE_KM}公里。",
                field=(*field, "near", "kilometres"),
            )
    if wants.lowest_pay is not None and not 1 <= wants.lowest_pay.amount <= MAX_LOWEST_PAY_YUAN:
        raise InvalidInput(
            f"Give the lowest pay in whole yuan, 1 to {MAX_LOWEST_PAY_YUAN}.",
            f"最低工资请填写1至{MAX_LOWEST_PAY_YUAN}元的整数。",
            field=(*field, "lowestPay", "amount"),
        )
    if wants.lowest_pay is not None and wants.lowest_pay.period not in LOWEST_PAY_PERIODS:
        raise InvalidInput(
            "Give the lowest pay of a month or of an hour.",
            "最低工资请按月或按小时填写。",
            field=(*field, "lowestPay", "period"),
        )
    _check_clock(wants.starts_from, (*field, "startsFrom"))
    _check_clock(wants.ends_by, (*field, "endsBy"))
    if wants.pick_up is not None:
        _check_clock(wants.pick_up.by, (*field, "pickUp", "by"))
        _check_different(wants.pick_up.days, (*field, "pickUp", "days"))
    return replace(wants, places=places)


def _check_wishes(given: Sequence[str], field: tuple[str, ...]) -> None:
    if len(given) > MAX_WISHES:
        raise InvalidInput(f"List at most {MAX_WISHES}.", f"最多填写{MAX_WISHES}项。", field=field)
    _check_different(given, field)


def _check_different(given: Sequence[str], field: tuple[str, ...]) -> None:
    if len(set(given)) < len(given):
        raise InvalidInput("List each value only once.", "同一选项请勿重复填写。", field=field)


def _check_clock(at: time | None, field: tuple[str, ...]) -> None:
    if at is not None and at.tzinfo is not None:
        raise InvalidInput(
            "Give a time of day in China without a zone, such as 17:00.",
            "请按北京时间填写，不带时区，如17:00。",
            field=field,
        )


MAX_EXPERIENCE_YEARS = 60


class Education(Labelled):
    """Levels of education (GB/T 4658), grouped as postings ask for them."""

    PRIMARY = "PRIMARY", "小学及以下"
    JUNIOR = "JUNIOR", "初中"
    SENIOR = "SENIOR", "高中"
    VOCATIONAL = "VOCATIONAL", "中专或技校"
    COLLEGE = "COLLEGE", "大专"
    BACHELOR = "BACHELOR", "本科"
    MASTER = "MASTER", "硕士及以上"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What matching needs to know about a seeker, and what the seeker wants.

    ``skills`` are occupations that the person learned or worked in. ``home_place`` (GB/T 2260) and
    ``home`` say where the person lives, as exactly as they wish.
    """

    group: SeekerGroup
    wants: Wants = field(default_factory=Wants)
    skills: tuple[Occupation, ...] = ()
    wants_training: bool = False
    home_place: str | None = None
    home: Point | None = None
    education: Education | None = None
    experience_years: int | None = None


def check_profile(profile: Profile, path: tuple[str, ...]) -> Profile:
    """Return the profile with former place codes replaced by current ones.

    ``path`` is the path of the profile in the input.

    :raises InvalidInput: a wish, place or number is out of range or repeated, or the group is not
        one that people belong to.
    """
    check_own_group(profile.group, (*path, "group"))
    wants = check_wants(profile.wants, (*path, "wants"))
    if len(profile.skills) > MAX_WISHES or len(set(profile.skills)) < len(profile.skills):
        raise InvalidInput(
            f"List at most {MAX_WISHES} skills, each only once.",
            f"技能最多填写{MAX_WISHES}项，且不要重复。",
            field=(*path, "skills"),
        )
    home_place = profile.home_place
    if home_place is not None:
        home_place = check_place_code(home_place, (*path, "homePlace"))
    if profile.home is not None:
        check_point(profile.home, (*path, "home"))
    years = profile.experience_years
    if years is not None and not 0 <= years <= MAX_EXPERIENCE_YEARS:
        raise InvalidInput(
            f"Give whole years, 0 to {MAX_EXPERIENCE_YEARS}.",
            f"请填写0至{MAX_EXPERIENCE_YEARS}的整数年数。",
            field=(*path, "experienceYears"),
        )
    return replace(profile, wants=wants, home_place=home_place)
