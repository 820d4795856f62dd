"""GraphQL types of a profile: what a person who looks for work wants and can do."""

from datetime import time
from typing import Self

import strawberry

from domain.postings.pay import PayPeriod, PaySettlement
from domain.postings.postings import Benefit, EmploymentType, Intensity, Shift
from domain.postings.work_schedule import RestDays
from domain.reference.weekdays import Weekday
from domain.seekers.profile import Education
from domain.seekers.profile import LowestPay as LowestPayRecord
from domain.seekers.profile import Profile as ProfileRecord
from domain.seekers.profile import Wants as WantsRecord
from domain.seekers.seeker_groups import SeekerGroup
from schema.reference.point_types import Point
from schema.scalars import OccupationCode


@strawberry.type(description="Within a distance of a point, measured in a straight line.")
class Near:
    point: Point
    kilometres: int


@strawberry.type(description="The person picks up children: work must end at `by` or earlier.")
class PickUp:
    by: time
    days: list[Weekday] = strawberry.field(description="Empty: every day.")


@strawberry.type(description="Whole yuan of a month or an hour.")
class LowestPay:
    amount: int
    period: PayPeriod

    @classmethod
    def of(cls, record: LowestPayRecord) -> Self:
        return cls(amount=record.amount, period=record.period)


@strawberry.type(description="Wished occupations, and limits that no match breaks.")
class Wants:
    occupations: list[OccupationCode] = strawberry.field(description="The most wanted first.")
    places: list[str] = strawberry.field(
        description="GB/T 2260 codes; each includes all regions below it."
    )
    near: Near | None
    shifts: list[Shift]
    employment_types: list[EmploymentType]
    lowest_pay: LowestPay | None
    heaviest: Intensity
    starts_from: time | None
    ends_by: time | None
    no_nights: bool
    pick_up: PickUp | None
    dormitory: bool
    meals: bool
    benefits: list[Benefit]
    rest_days: list[RestDays]
    settlements: list[PaySettlement]
    welcoming: list[SeekerGroup] = strawberry.field(
        description="Groups that the posting should welcome: a wish, not a limit."
    )

    @classmethod
    def of(cls, record: WantsRecord) -> Self:
        near, pick_up = record.near, record.pick_up
        return cls(
            occupations=list(map(OccupationCode, record.occupations)),
            places=list(record.places),
            near=Near(point=Point.of(near.point), kilometres=near.kilometres) if near else None,
            shifts=list(record.shifts),
            employment_types=list(record.employment_types),
            lowest_pay=LowestPay.of(record.lowest_pay) if record.lowest_pay else None,
            heaviest=record.heaviest,
            starts_from=record.starts_from,
            ends_by=record.ends_by,
            no_nights=record.no_nights,
            pick_up=PickUp(by=pick_up.by, days=list(pick_up.days)) if pick_up else None,
            dormitory=record.dormitory,
            meals=record.meals,
            benefits=list(record.benefits),
            rest_days=list(record.rest_days),
            settlements=list(record.settlements),
            welcoming=list(record.welcoming),
        )


@strawberry.type(description="What a match needs to know about a person who looks for work.")
class Profile:
    group: SeekerGroup
    wants: Wants
    skills: list[OccupationCode]
    wants_training: bool
    home_place: str | None
    home: Point | None
    education: Education | None
    experience_years: int | None

    @classmethod
    def of(cls, record: ProfileRecord) -> Self:
        return cls(
            group=record.group,
            wants=Wants.of(record.wants),
            skills=list(map(OccupationCode, record.skills)),
            wants_training=record.wants_training,
            home_place=record.home_place,
            home=Point.of(record.home) if record.home else None,
            education=record.education,
            experience_years=record.experience_years,
        )
