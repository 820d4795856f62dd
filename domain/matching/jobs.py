"""Jobs: the part of an open posting that matching needs, small enough for 100,000 in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from domain.postings.pay import convert_pay
from domain.postings.postings import Benefit, EmploymentType, Intensity, Occupation, Posting, Shift
from domain.reference.geo import Point
from domain.reference.regions import RegionLevel, region_of
from domain.seekers.seeker_groups import SeekerGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The terms of an open posting as matching compares them.

    ``id`` is the posting's. ``point`` is the place of work if ``has_exact_point``, else the centre
    of its county; None if no county is known. ``monthly_pay`` and ``hourly_pay`` are the basic pay
    in whole yuan, converted to both periods.
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


def build_job(posting: Posting) -> Job:
    """Build the job of a posting."""
    terms = posting.terms
    monthly_pay, hourly_pay = convert_pay(terms.pay.amount, terms.pay.period, terms.hours_per_week)
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
        monthly_pay=monthly_pay,
        hourly_pay=hourly_pay,
        benefits=frozenset(terms.benefits),
        friendly_to=frozenset(terms.friendly_to),
    )


def county_centre(place_code: str) -> Point | None:
    """Return the centre of a county; None for larger regions, whose centre says little."""
    region = region_of(place_code)
    return region.centre if region and region.level is RegionLevel.COUNTY else None
