"""GraphQL types of the terms of a job, which a posting shows and a lead keeps."""

from datetime import date, time
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
from domain.seekers.seeker_groups import SeekerGroup
from schema.reference.point_types import Point
from schema.reference.region_types import Region


@strawberry.type(description="Whole yuan for a period, before overtime and allowances.")
class Pay:
    amount: int
    period: PayPeriod

    @classmethod
    def of(cls, record: PayRecord) -> Self:
        return cls(amount=record.amount, period=record.period)


@strawberry.type(description="A term that has changed, before and after as text.")
class TermChange:
    field: str = strawberry.field(description="The field of `Terms`.")
    then: str
    now: str

    @classmethod
    def of(cls, record: ChangeRecord) -> Self:
        return cls(field=record.field, then=record.then, now=record.now)


@strawberry.interface(description="The terms of a job as the employer offers them.")
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
        description="When it ends. A time before `startsAt` is on the next day."
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
    """Return the values of the fields of ``Terms``, as keyword arguments."""
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
