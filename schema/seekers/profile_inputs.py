"""GraphQL inputs of a profile, and their translation into domain records."""

from datetime import time

import strawberry

from domain.postings.pay import PayPeriod, PaySettlement
from domain.postings.postings import Benefit, EmploymentType, Intensity, Shift
from domain.postings.work_schedule import RestDays
from domain.reference.geo import Point as PointRecord
from domain.reference.weekdays import Weekday
from domain.seekers.profile import Education
from domain.seekers.profile import LowestPay as LowestPayRecord
from domain.seekers.profile import Near as NearRecord
from domain.seekers.profile import PickUp as PickUpRecord
from domain.seekers.profile import Profile as ProfileRecord
from domain.seekers.profile import Wants as WantsRecord
from domain.seekers.seeker_groups import SeekerGroup
from schema.postings.workplace_inputs import PointInput
from schema.scalars import OccupationCode, read_occupation


@strawberry.input
class NearInput:
    point: PointInput
    kilometres: int = strawberry.field(description="1 to 200.")


@strawberry.input
class PickUpInput:
    by: time
    days: list[Weekday] = strawberry.field(default_factory=list)


@strawberry.input
class LowestPayInput:
    amount: int = strawberry.field(description="Whole yuan.")
    period: PayPeriod = strawberry.field(description="MONTH or HOUR.")


@strawberry.input(description="Omitted values are open. No match breaks a limit.")
class WantsInput:
    occupations: list[OccupationCode] = strawberry.field(
        default_factory=list, description="Wishes, at most 5, the most wanted first."
    )
    places: list[str] = strawberry.field(
        default_factory=list,
        description="GB/T 2260 codes, at most 5; each includes all regions below it.",
    )
    near: NearInput | None = None
    shifts: list[Shift] = strawberry.field(default_factory=list, description="Acceptable shifts.")
    employment_types: list[EmploymentType] = strawberry.field(default_factory=list)
    lowest_pay: LowestPayInput | None = None
    heaviest: Intensity = strawberry.field(
        default=Intensity.HEAVY,
        description="The heaviest work that is acceptable. Give this instead of anything about "
        "health.",
    )
    starts_from: time | None = None
    ends_by: time | None = None
    no_nights: bool = False
    pick_up: PickUpInput | None = None
    dormitory: bool = False
    meals: bool = False
    benefits: list[Benefit] = strawberry.field(
        default_factory=list, description="All of them must be offered."
    )
    rest_days: list[RestDays] = strawberry.field(
        default_factory=list, description="Acceptable rest days."
    )
    settlements: list[PaySettlement] = strawberry.field(
        default_factory=list, description="Acceptable times at which the pay is handed over."
    )
    welcoming: list[SeekerGroup] = strawberry.field(
        default_factory=list,
        description="A wish: groups that the posting should welcome. Not DISABLED, because nothing "
        "about health is stored.",
    )


@strawberry.input(description="No CV, no identity-card number, nothing about health.")
class ProfileInput:
    group: SeekerGroup = strawberry.field(
        description="A group that unions count by: not VETERAN, DISABLED or OLDER_WORKER, which "
        "belong in `wants.welcoming`."
    )
    wants: WantsInput = strawberry.field(default_factory=WantsInput)
    skills: list[OccupationCode] = strawberry.field(
        default_factory=list,
        description="Occupations that the person has learned or done, at most 5.",
    )
    wants_training: bool = False
    home_place: str | None = strawberry.field(default=None, description="GB/T 2260 code.")
    home: PointInput | None = None
    education: Education | None = None
    experience_years: int | None = None


def parse_wants_input(given: WantsInput) -> WantsRecord:
    """Return the wishes and limits as they were given; the domain checks them."""
    near, pay, pick_up = given.near, given.lowest_pay, given.pick_up
    return WantsRecord(
        occupations=tuple(map(read_occupation, given.occupations)),
        places=tuple(given.places),
        near=NearRecord(point=_parse_point(near.point), kilometres=near.kilometres)
        if near
        else None,
        shifts=tuple(given.shifts),
        employment_types=tuple(given.employment_types),
        lowest_pay=LowestPayRecord(amount=pay.amount, period=pay.period) if pay else None,
        heaviest=given.heaviest,
        starts_from=given.starts_from,
        ends_by=given.ends_by,
        no_nights=given.no_nights,
        pick_up=PickUpRecord(by=pick_up.by, days=tuple(pick_up.days)) if pick_up else None,
        dormitory=given.dormitory,
        meals=given.meals,
        benefits=tuple(given.benefits),
        rest_days=tuple(given.rest_days),
        settlements=tuple(given.settlements),
        welcoming=tuple(given.welcoming),
    )


def parse_profile_input(given: ProfileInput) -> ProfileRecord:
    """Return the profile as it was given; the domain checks it."""
    return ProfileRecord(
        group=given.group,
        wants=parse_wants_input(given.wants),
        skills=tuple(map(read_occupation, given.skills)),
        wants_training=given.wants_training,
        home_place=given.home_place,
        home=_parse_point(given.home) if given.home else None,
        education=given.education,
        experience_years=given.experience_years,
    )


def _parse_point(given: PointInput) -> PointRecord:
    return PointRecord(latitude=given.latitude, longitude=given.longitude)
