"""What somebody looking for work wants, and their profile, on the way in and out."""

from datetime import time
from typing import Self

import strawberry

from domain.postings.pay import Pay as PayRecord
from domain.postings.postings import EmploymentType, Intensity, Occupation, Shift
from domain.reference.geo import Point as PointRecord
from domain.seekers.groups import SeekerGroup
from domain.seekers.profile import Education, Weekday
from domain.seekers.profile import Near as NearRecord
from domain.seekers.profile import PickUp as PickUpRecord
from domain.seekers.profile import Profile as ProfileRecord
from domain.seekers.profile import Wants as WantsRecord
from schema.postings.terms import Pay, PayInput, PointInput
from schema.reference.geo import Point


@strawberry.type(description="Within so many kilometres of a point, as the crow flies.")
class Near:
    point: Point
    kilometres: int


@strawberry.type(description="Children to be fetched: work ends at `by` at the latest.")
class PickUp:
    by: time
    days: list[Weekday] = strawberry.field(description="Empty: each day.")


@strawberry.type(description="Wished occupations, and limits that no match breaks.")
class Wants:
    occupations: list[Occupation] = strawberry.field(description="The dearest first.")
    places: list[str] = strawberry.field(description="GB/T 2260, with all below them.")
    near: Near | None
    shifts: list[Shift]
    employment_types: list[EmploymentType]
    lowest_pay: Pay | None
    heaviest: Intensity
    starts_from: time | None
    ends_by: time | None
    no_nights: bool
    pick_up: PickUp | None
    dormitory: bool
    meals: bool

    @classmethod
    def of(cls, record: WantsRecord) -> Self:
        near, pick_up = record.near, record.pick_up
        return cls(
            occupations=list(record.occupations),
            places=list(record.places),
            near=Near(point=Point.of(near.point), kilometres=near.kilometres) if near else None,
            shifts=list(record.shifts),
            employment_types=list(record.employment_types),
            lowest_pay=Pay.of(record.lowest_pay) if record.lowest_pay else None,
            heaviest=record.heaviest,
            starts_from=record.starts_from,
            ends_by=record.ends_by,
            no_nights=record.no_nights,
            pick_up=PickUp(by=pick_up.by, days=list(pick_up.days)) if pick_up else None,
            dormitory=record.dormitory,
            meals=record.meals,
        )


@strawberry.type(description="Who looks for work, in what matters for a match.")
class Profile:
    group: SeekerGroup
    wants: Wants
    skills: list[Occupation]
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
            skills=list(record.skills),
            wants_training=record.wants_training,
            home_place=record.home_place,
            home=Point.of(record.home) if record.home else None,
            education=record.education,
            experience_years=record.experience_years,
        )


@strawberry.input
class NearInput:
    point: PointInput
    kilometres: int = strawberry.field(description="1 to 200.")


@strawberry.input
class PickUpInput:
    by: time
    days: list[Weekday] = strawberry.field(default_factory=list)


@strawberry.input(description="What is left out is open. Limits are never broken.")
class WantsInput:
    occupations: list[Occupation] = strawberry.field(
        default_factory=list, description="Wishes, at most 5, the dearest first."
    )
    places: list[str] = strawberry.field(
        default_factory=list, description="GB/T 2260, at most 5, each with all below it."
    )
    near: NearInput | None = None
    shifts: list[Shift] = strawberry.field(default_factory=list, description="Possible ones.")
    employment_types: list[EmploymentType] = strawberry.field(default_factory=list)
    lowest_pay: PayInput | None = None
    heaviest: Intensity = strawberry.field(
        default=Intensity.HEAVY,
        description="The heaviest work that is possible. Say this, and nothing of health.",
    )
    starts_from: time | None = None
    ends_by: time | None = None
    no_nights: bool = False
    pick_up: PickUpInput | None = None
    dormitory: bool = False
    meals: bool = False


@strawberry.input(description="No CV, no identity card, nothing on health.")
class ProfileInput:
    group: SeekerGroup
    wants: WantsInput = strawberry.field(default_factory=WantsInput)
    skills: list[Occupation] = strawberry.field(
        default_factory=list, description="Occupations that were learned or done, at most 5."
    )
    wants_training: bool = False
    home_place: str | None = strawberry.field(default=None, description="GB/T 2260.")
    home: PointInput | None = None
    education: Education | None = None
    experience_years: int | None = None


def parse_wants_input(given: WantsInput) -> WantsRecord:
    """What was given, not checked yet."""
    near, pay, pick_up = given.near, given.lowest_pay, given.pick_up
    return WantsRecord(
        occupations=tuple(given.occupations),
        places=tuple(given.places),
        near=NearRecord(point=_parse_point(near.point), kilometres=near.kilometres)
        if near
        else None,
        shifts=tuple(given.shifts),
        employment_types=tuple(given.employment_types),
        lowest_pay=PayRecord(amount=pay.amount, period=pay.period) if pay else None,
        heaviest=given.heaviest,
        starts_from=given.starts_from,
        ends_by=given.ends_by,
        no_nights=given.no_nights,
        pick_up=PickUpRecord(by=pick_up.by, days=tuple(pick_up.days)) if pick_up else None,
        dormitory=given.dormitory,
        meals=given.meals,
    )


def parse_profile_input(given: ProfileInput) -> ProfileRecord:
    """The profile as it was given, not checked yet."""
    return ProfileRecord(
        group=given.group,
        wants=parse_wants_input(given.wants),
        skills=tuple(given.skills),
        wants_training=given.wants_training,
        home_place=given.home_place,
        home=_parse_point(given.home) if given.home else None,
        education=given.education,
        experience_years=given.experience_years,
    )


def _parse_point(given: PointInput) -> PointRecord:
    return PointRecord(latitude=given.latitude, longitude=given.longitude)
