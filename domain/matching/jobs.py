"""Jobs: what matching needs of an open posting, small enough to hold a hundred thousand of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from domain.postings.pay import PayPeriod
from domain.postings.postings import Benefit, EmploymentType, Intensity, Occupation, Posting, Shift
from domain.reference.geo import Point
from domain.reference.regions import RegionLevel, region_of
from domain.seekers.groups import SeekerGroup

PAID_HOURS_PER_MONTH = 174
"""21.75 paid days of 8 hours (劳社部发〔2008〕3号)."""
WEEKS_PER_YEAR = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``point`` is where the work is done: ``is_exact``, or the centre of its county.

    ``monthly`` and ``hourly`` are the basic pay in whole yuan, whatever its own period.
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
    """What matching needs of the posting."""
    terms = posting.terms
    monthly, hourly = convert_pay(terms.pay.amount, terms.pay.period, terms.hours_per_week)
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
        monthly_pay=monthly,
        hourly_pay=hourly,
        benefits=frozenset(terms.benefits),
        friendly_to=frozenset(terms.friendly_to),
    )


def county_centre(place_code: str) -> Point | None:
    """The centre of a county; a city is too large to say how far it is."""
    region = region_of(place_code)
    return region.centre if region and region.level is RegionLevel.COUNTY else None


def convert_pay(amount: int, period: PayPeriod, hours_per_week: Decimal) -> tuple[int, int]:
    """What a month and what an hour pays, rounded down: nobody is promised more than there is."""
    if period is PayPeriod.MONTH:
        return amount, amount // PAID_HOURS_PER_MONTH
    return int(amount * hours_per_week * WEEKS_PER_YEAR / 12), amount
