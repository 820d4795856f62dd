"""GraphQL types of the terms of a job, which a posting shows and a lead keeps."""

from datetime import date, time
from decimal import Decimal
from typing import Any, Self

import strawberry

from domain.postings.insurance_packages import InsurancePackage, find_package
from domain.postings.media_links import MediaKind
from domain.postings.media_links import MediaLink as MediaRecord
from domain.postings.pay import FEN_PER_YUAN
from domain.postings.postings import Benefit, EmploymentType, InsuranceKind, Intensity, Shift
from domain.postings.postings import PostingTerms as TermsRecord
from domain.postings.requirements import CodedText as CodedRecord
from domain.postings.requirements import RequiredEducation
from domain.postings.term_changes import TermChange as ChangeRecord
from domain.postings.work_schedule import RestDays, WorkMode
from domain.postings.work_schedule import ShiftTimes as ShiftRecord
from domain.postings.work_schedule import Workplace as WorkplaceRecord
from domain.reference.weekdays import Weekday
from domain.seekers.seeker_groups import SeekerGroup
from schema.postings.pay_types import Pay
from schema.reference.point_types import Point
from schema.reference.region_types import Region
from schema.scalars import OccupationCode


@strawberry.type(description="A place of work.")
class Workplace:
    place_code: str = strawberry.field(description="GB/T 2260, 6 digits.")
    address: str
    point: Point | None
    region: Region | None

    @classmethod
    def of(cls, record: WorkplaceRecord) -> Self:
        return cls(
            place_code=record.place_code,
            address=record.address,
            point=Point.of(record.point) if record.point else None,
            region=Region.of_code(record.place_code),
        )


@strawberry.type(description="The clock times of a shift, in China time.")
class ShiftTimes:
    starts_at: time
    ends_at: time = strawberry.field(
        description="A time before `startsAt` is on the next day; an equal one 24 hours later."
    )
    days: list[Weekday] = strawberry.field(description="Empty: every working day.")
    break_minutes: int | None
    name: str

    @classmethod
    def of(cls, record: ShiftRecord) -> Self:
        return cls(
            starts_at=record.starts_at,
            ends_at=record.ends_at,
            days=list(record.days),
            break_minutes=record.break_minutes,
            name=record.name,
        )


@strawberry.type(description="A licence or a skill: a code, the employer's words, or both.")
class CodedText:
    code: str
    text: str

    @classmethod
    def of(cls, record: CodedRecord) -> Self:
        return cls(code=record.code, text=record.text)


@strawberry.type(description="A link to a video, a tour or a picture on another site.")
class MediaLink:
    kind: MediaKind
    url: str
    title: str

    @classmethod
    def of(cls, record: MediaRecord) -> Self:
        return cls(kind=record.kind, url=record.url, title=record.title)


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
    occupation: OccupationCode
    occupation_name: str = strawberry.field(
        description="In Chinese; with `OTHER` the employer's word for it, if there is one."
    )
    headcount: int
    duties: str
    conditions: str
    place_code: str = strawberry.field(description="GB/T 2260, 6 digits.")
    address: str
    pay: Pay
    probation_pay: Decimal | None = strawberry.field(description="In the period of `pay`.")
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
    places: list[Workplace] = strawberry.field(
        description="All places of work. The first one is also `placeCode`, `address` and `point`."
    )
    work_mode: WorkMode
    shift_times: list[ShiftTimes] = strawberry.field(
        description="The clock times of all shifts. The first one is also `startsAt` and `endsAt`."
    )
    days_per_week: Decimal | None
    rest_days: RestDays | None
    rest_days_per_month: int | None
    education: RequiredEducation | None = strawberry.field(description="The lowest that is asked.")
    education_text: str
    experience_months: int | None = strawberry.field(description="0: none needed.")
    experience_text: str
    licences: list[CodedText]
    skills: list[CodedText]
    insurance_package: InsurancePackage | None = strawberry.field(
        description="五险 or 五险一金, when all kinds are provided."
    )
    housing_fund: bool
    public_welfare: bool = strawberry.field(description="公益性岗位: paid with public money.")
    media: list[MediaLink]
    terms_version: int = strawberry.field(
        description="1: stored before there were pay ranges, several places and requirements."
    )


@strawberry.type(description="The terms as they were shown at one moment.")
class FrozenTerms(Terms):
    @classmethod
    def of(cls, record: TermsRecord) -> Self:
        return cls(**term_fields(record))


def term_fields(record: TermsRecord) -> dict[str, Any]:
    """Return the values of the fields of ``Terms``, as keyword arguments."""
    probation, schedule, needs = record.probation_fen, record.schedule, record.requirements
    return {
        "title": record.title,
        "occupation": record.occupation,
        "occupation_name": record.occupation_zh,
        "headcount": record.headcount,
        "duties": record.duties,
        "conditions": record.conditions,
        "place_code": record.place_code,
        "place": Region.of_code(record.place_code),
        "address": record.address,
        "pay": Pay.of(record.pay),
        "probation_pay": None if probation is None else Decimal(probation) / FEN_PER_YUAN,
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
        "places": [Workplace.of(place) for place in record.places],
        "work_mode": record.work_mode,
        "shift_times": [ShiftTimes.of(shift) for shift in record.shift_times],
        "days_per_week": schedule.days_per_week,
        "rest_days": schedule.rest,
        "rest_days_per_month": schedule.rest_days_per_month,
        "education": needs.education,
        "education_text": needs.education_text,
        "experience_months": needs.experience_months,
        "experience_text": needs.experience_text,
        "licences": [CodedText.of(item) for item in needs.licences],
        "skills": [CodedText.of(item) for item in needs.skills],
        "insurance_package": find_package(record.insurance, record.benefits),
        "housing_fund": Benefit.HOUSING_FUND in record.benefits,
        "public_welfare": record.is_public_welfare,
        "media": [MediaLink.of(link) for link in record.media],
        "terms_version": record.version,
    }
