"""Jobs: the part of an open posting that matching needs, small enough for 100,000 in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from domain.postings.pay import Pay, PaySettlement, convert_pay
from domain.postings.postings import Benefit, EmploymentType, Intensity, Posting, Shift
from domain.postings.work_schedule import RestDays, WorkMode
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.reference.regions import RegionLevel, region_of
from domain.seekers.seeker_groups import SeekerGroup


@dataclass(frozen=True, slots=True)
class JobPlace:
    """A place of work: its GB/T 2260 code and the point to measure distances from.

    ``point`` is the place itself if ``is_exact``, else the centre of its county; None if no county
    is known.
    """

    place_code: str
    point: Point | None
    is_exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The terms of an open posting as matching compares them.

    ``id`` is the posting's. ``place_code``, ``point`` and ``has_exact_point`` are the first place
    of work, ``starts_at`` and ``ends_at`` the first shift; further ones follow at the end.
    ``monthly_pay`` and ``hourly_pay`` are the lower end of the pay in whole yuan, converted to both
    periods, and 0 for piece work without a guaranteed pay. The upper ends are 0 if there are none.
    """

    id: str
    employer_id: str
    occupation: Occupation
    place_code: str
    point: Point | None
    has_exact_point: bool
    employment_type: EmploymentType
    shift: Shift
    intensity: Intensity
    starts_at: time | None
    ends_at: time | None
    monthly_pay: int
    hourly_pay: int
    benefits: frozenset[Benefit]
    friendly_to: frozenset[SeekerGroup]
    highest_monthly_pay: int = 0
    highest_hourly_pay: int = 0
    further_places: tuple[JobPlace, ...] = ()
    further_shifts: tuple[tuple[time, time], ...] = ()
    is_remote: bool = False
    rest: RestDays | None = None
    settlement: PaySettlement | None = None

    @property
    def places(self) -> tuple[JobPlace, ...]:
        """All places of work."""
        first = JobPlace(self.place_code, self.point, self.has_exact_point)
        return (first, *self.further_places)

    @property
    def place_codes(self) -> tuple[str, ...]:
        """The codes of all places of work, each once."""
        codes = (self.place_code, *(place.place_code for place in self.further_places))
        return tuple(dict.fromkeys(codes))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedPay:
    """A pay in whole yuan per month and per hour; 0 for what is not known."""

    monthly: int
    hourly: int
    highest_monthly: int
    highest_hourly: int


def build_job(posting: Posting) -> Job:
    """Build the job of a posting."""
    terms = posting.terms
    pay = convert_job_pay(terms.pay, terms.hours_per_day, terms.hours_per_week)
    return Job(
        id=posting.id,
        employer_id=posting.employer_id,
        occupation=terms.occupation,
        place_code=terms.place_code,
        point=terms.point or county_centre(terms.place_code),
        has_exact_point=terms.point is not None,
        employment_type=terms.employment_type,
        shift=terms.shift,
        intensity=terms.intensity,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        monthly_pay=pay.monthly,
        hourly_pay=pay.hourly,
        benefits=frozenset(terms.benefits),
        friendly_to=frozenset(terms.friendly_to),
        highest_monthly_pay=pay.highest_monthly,
        highest_hourly_pay=pay.highest_hourly,
        further_places=build_job_places(
            (place.place_code, place.point) for place in terms.further_places
        ),
        further_shifts=tuple(
            (shift.starts_at, shift.ends_at) for shift in terms.schedule.shifts[1:]
        ),
        is_remote=terms.work_mode is WorkMode.REMOTE,
        rest=terms.schedule.rest,
        settlement=terms.pay.settlement,
    )


def convert_job_pay(pay: Pay, hours_per_day: Decimal, hours_per_week: Decimal) -> ConvertedPay:
    """Convert a pay to a month and an hour; piece work counts with its guaranteed pay."""
    lowest = convert_pay(pay.lowest, hours_per_day, hours_per_week)
    if lowest is None and pay.guaranteed is not None:
        lowest = convert_pay(pay.guaranteed, hours_per_day, hours_per_week)
    highest = None
    if pay.to_fen is not None and pay.to_fen > pay.from_fen:
        highest = convert_pay(pay.highest, hours_per_day, hours_per_week)
    monthly, hourly = lowest or (0, 0)
    highest_monthly, highest_hourly = highest or (0, 0)
    return ConvertedPay(
        monthly=monthly,
        hourly=hourly,
        highest_monthly=highest_monthly,
        highest_hourly=highest_hourly,
    )


def build_job_places(places: Iterable[tuple[str, Point | None]]) -> tuple[JobPlace, ...]:
    """Build job places from pairs of a place code and its point, if it is known."""
    return tuple(
        JobPlace(place_code, point or county_centre(place_code), point is not None)
        for place_code, point in places
    )


def county_centre(place_code: str) -> Point | None:
    """Return the centre of a county; None for larger regions, whose centre says little."""
    region = region_of(place_code)
    return region.centre if region and region.level is RegionLevel.COUNTY else None
