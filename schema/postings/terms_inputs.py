"""GraphQL inputs for the terms of a job."""

from datetime import date, time
from decimal import Decimal

import strawberry

from domain.postings.pay import Pay as PayRecord
from domain.postings.pay import PayPeriod
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    Occupation,
    Shift,
)
from domain.postings.postings import PostingTerms as TermsRecord
from domain.reference.geo import Point as PointRecord
from domain.reference.regions import replace_former_code
from domain.seekers.seeker_groups import SeekerGroup


@strawberry.input(description="Basic pay before overtime, shift and heat allowances.")
class PayInput:
    amount: int = strawberry.field(description="Whole yuan.")
    period: PayPeriod


@strawberry.input
class PointInput:
    latitude: float
    longitude: float


@strawberry.input(
    description="The terms of a job. What the law requires and the input lacks comes back as a "
    "finding."
)
class TermsInput:
    title: str = ""
    occupation: Occupation
    headcount: int = 0
    duties: str = ""
    conditions: str = ""
    place_code: str = ""
    address: str = ""
    pay: PayInput
    probation_pay: int | None = None
    employment_type: EmploymentType
    shift: Shift
    intensity: Intensity = Intensity.MEDIUM
    hours_per_day: float
    hours_per_week: float
    insurance: list[InsuranceKind] = strawberry.field(default_factory=list)
    benefits: list[Benefit] = strawberry.field(default_factory=list)
    valid_until: date
    is_repost: bool = False
    repost_source: str | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    min_age: int | None = None
    friendly_to: list[SeekerGroup] = strawberry.field(default_factory=list)
    point: PointInput | None = None


def parse_terms_input(given: TermsInput) -> TermsRecord:
    """Return the terms of an input: texts stripped, an outdated place code replaced."""
    return TermsRecord(
        title=given.title.strip(),
        occupation=given.occupation,
        headcount=given.headcount,
        duties=given.duties.strip(),
        conditions=given.conditions.strip(),
        place_code=replace_former_code(given.place_code.strip()),
        address=given.address.strip(),
        pay=PayRecord(amount=given.pay.amount, period=given.pay.period),
        probation_pay=given.probation_pay,
        employment_type=given.employment_type,
        shift=given.shift,
        intensity=given.intensity,
        hours_per_day=Decimal(str(given.hours_per_day)),
        hours_per_week=Decimal(str(given.hours_per_week)),
        insurance=tuple(given.insurance),
        benefits=tuple(given.benefits),
        valid_until=given.valid_until,
        is_repost=given.is_repost,
        repost_source=given.repost_source,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        min_age=given.min_age,
        friendly_to=tuple(given.friendly_to),
        point=_parse_point(given.point),
    )


def _parse_point(given: PointInput | None) -> PointRecord | None:
    if given is None:
        return None
    return PointRecord(latitude=given.latitude, longitude=given.longitude)
