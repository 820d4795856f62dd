"""The terms of a job, as a posting shows them and as a lead keeps them."""

from datetime import date, time
from decimal import Decimal
from typing import Any, Self

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
from domain.postings.term_changes import TermChange as ChangeRecord
from domain.reference.geo import Point as PointRecord
from domain.reference.regions import replace_former_code
from domain.seekers.groups import SeekerGroup
from schema.reference.geo import Point
from schema.reference.regions import Region


@strawberry.type(description="Whole yuan a period, before overtime and allowances.")
class Pay:
    amount: int
    period: PayPeriod

    @classmethod
    def of(cls, record: PayRecord) -> Self:
        return cls(amount=record.amount, period=record.period)


@strawberry.type(description="A term that is no longer what it was, as text.")
class TermChange:
    field: str = strawberry.field(description="The field of `Terms`.")
    then: str
    now: str

    @classmethod
    def of(cls, record: ChangeRecord) -> Self:
        return cls(field=record.field, then=record.then, now=record.now)


@strawberry.interface(description="What is offered, word for word.")
class Terms:
    title: str
    occupation: Occupation
    headcount: int
    duties: str
    conditions: str
    place_code: str = strawberry.field(description="GB/T 2260, 6 digits.")
    address: str
    pay: Pay = strawberry.field(description="Basic pay.")
    probation_pay: int | None = strawberry.field(description="In the period of `pay`.")
    employment_type: EmploymentType
    shift: Shift
    intensity: Intensity
    hours_per_day: float
    hours_per_week: float
    insurance: list[InsuranceKind]
    benefits: list[Benefit]
    valid_until: date = strawberry.field(description="The last day on which it is open.")
    repost_source: str | None = strawberry.field(description="Where a repost was taken from.")
    starts_at: time | None = strawberry.field(description="When a normal day's work begins.")
    ends_at: time | None = strawberry.field(
        description="When it ends; before `startsAt`, it goes over midnight."
    )
    min_age: int | None
    friendly_to: list[SeekerGroup] = strawberry.field(
        description="Groups that the employer welcomes and is prepared for."
    )
    point: Point | None = strawberry.field(description="Where the work is done, if known.")
    place: Region | None = strawberry.field(description="The region of `placeCode`.")


@strawberry.type(description="The terms as they were shown at one moment.")
class FrozenTerms(Terms):
    @classmethod
    def of(cls, record: TermsRecord) -> Self:
        return cls(**term_fields(record))


def term_fields(record: TermsRecord) -> dict[str, Any]:
    """The fields of ``Terms``."""
    return {
        "title": record.title,
        "occupation": record.occupation,
        "headcount": record.headcount,
        "duties": record.duties,
        "conditions": record.conditions,
        "place_code": record.place_code,
        "place": Region.of_code(record.place_code),
        "address": record.address,
        "pay": Pay.of(record.pay),
        "probation_pay": record.probation_pay,
        "employment_type": record.employment_type,
        "shift": record.shift,
        "intensity": record.intensity,
        "hours_per_day": float(record.hours_per_day),
        "hours_per_week": float(record.hours_per_week),
        "insurance": list(record.insurance),
        "benefits": list(record.benefits),
        "valid_until": record.valid_until,
        "repost_source": record.repost_source,
        "starts_at": record.starts_at,
        "ends_at": record.ends_at,
        "min_age": record.min_age,
        "friendly_to": list(record.friendly_to),
        "point": Point.of(record.point) if record.point else None,
    }


@strawberry.input(description="Basic pay before overtime, shift and heat allowances.")
class PayInput:
    amount: int = strawberry.field(description="Whole yuan.")
    period: PayPeriod


@strawberry.input
class PointInput:
    latitude: float
    longitude: float


@strawberry.input(description="What is left out that the law asks for is answered as a finding.")
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
    """The terms as they were given, without blanks around them."""
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
