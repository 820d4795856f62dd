"""GraphQL inputs for the terms of a job."""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

import strawberry

from domain.postings.insurance_packages import InsurancePackage, expand_package
from domain.postings.media_links import MediaKind
from domain.postings.media_links import MediaLink as MediaRecord
from domain.postings.postings import Benefit, EmploymentType, InsuranceKind, Intensity, Shift
from domain.postings.postings import PostingTerms as TermsRecord
from domain.postings.requirements import CodedText as CodedRecord
from domain.postings.requirements import RequiredEducation, Requirements
from domain.postings.work_schedule import RestDays, WorkMode, WorkSchedule
from domain.postings.work_schedule import ShiftTimes as ShiftRecord
from domain.postings.work_schedule import Workplace as WorkplaceRecord
from domain.refusals import InvalidInput
from domain.seekers.seeker_groups import SeekerGroup
from schema.postings.pay_inputs import PayInput, parse_fen, parse_pay_input
from schema.postings.workplace_inputs import (
    PointInput,
    ShiftTimesInput,
    WorkplaceInput,
    parse_shift_times,
    parse_workplace,
)
from schema.scalars import OccupationCode, read_occupation


@strawberry.input(
    description="A licence or a skill: its code in the code list, the employer's words, or both."
)
class CodedTextInput:
    code: str = ""
    text: str = strawberry.field(default="", description="At most 100 characters.")


@strawberry.input(description="A link to a video, a tour or a picture on another site.")
class MediaLinkInput:
    kind: MediaKind
    url: str = strawberry.field(description="https only, at most 500 characters.")
    title: str = strawberry.field(default="", description="At most 60 characters.")


@strawberry.input(
    description="The terms of a job. What the law requires and the input lacks comes back as a "
    "finding."
)
class TermsInput:
    title: str = ""
    occupation: OccupationCode
    occupation_text: str = strawberry.field(
        default="",
        description="With `OTHER`: your word for the occupation, at most 20 characters.",
    )
    headcount: int = 0
    duties: str = ""
    conditions: str = ""
    place_code: str = ""
    address: str = ""
    pay: PayInput
    probation_pay: Decimal | None = None
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
    places: list[WorkplaceInput] = strawberry.field(
        default_factory=list,
        description="All places of work, at most 20, in place of `placeCode`, `address` and "
        "`point`. The first one is the main one.",
    )
    work_mode: WorkMode = WorkMode.ON_SITE
    shift_times: list[ShiftTimesInput] = strawberry.field(
        default_factory=list,
        description="The clock times of all shifts, at most 10, in place of `startsAt` and "
        "`endsAt`. The first one is that of a normal day.",
    )
    days_per_week: Decimal | None = strawberry.field(
        default=None, description="0.5 to 7 in steps of a half."
    )
    rest_days: RestDays | None = None
    rest_days_per_month: int | None = None
    education: RequiredEducation | None = None
    education_text: str = ""
    experience_months: int | None = strawberry.field(default=None, description="0: none needed.")
    experience_text: str = ""
    licences: list[CodedTextInput] = strawberry.field(
        default_factory=list, description="At most 20."
    )
    skills: list[CodedTextInput] = strawberry.field(default_factory=list, description="At most 20.")
    insurance_package: InsurancePackage | None = strawberry.field(
        default=None, description="五险 or 五险一金, in place of its kinds."
    )
    housing_fund: bool = strawberry.field(
        default=False, description="The same as HOUSING_FUND among `benefits`."
    )
    public_welfare: bool = strawberry.field(
        default=False, description="公益性岗位: paid with public money."
    )
    media: list[MediaLinkInput] = strawberry.field(default_factory=list, description="At most 5.")


@dataclass(frozen=True, kw_only=True)
class _MainPlace:
    """The first place and the others, from either way to give them."""

    first: WorkplaceRecord
    further: tuple[WorkplaceRecord, ...] = field(default=())


def parse_terms_input(given: TermsInput) -> TermsRecord:
    """Return the terms of an input: texts stripped, outdated place codes replaced.

    :raises InvalidInput: places, shifts or amounts are given in two ways that differ.
    """
    place = _parse_places(given)
    starts_at, ends_at, shifts = _parse_shifts(given)
    insurance, benefits = expand_package(
        given.insurance_package,
        tuple(given.insurance),
        tuple(given.benefits),
        housing_fund=given.housing_fund,
    )
    probation = given.probation_pay
    return TermsRecord(
        title=given.title.strip(),
        occupation=read_occupation(given.occupation),
        occupation_text=given.occupation_text.strip(),
        headcount=given.headcount,
        duties=given.duties.strip(),
        conditions=given.conditions.strip(),
        place_code=place.first.place_code,
        address=place.first.address,
        pay=parse_pay_input(given.pay, ("input", "pay")),
        probation_fen=None
        if probation is None
        else parse_fen(probation, ("input", "probationPay")),
        employment_type=given.employment_type,
        shift=given.shift,
        intensity=given.intensity,
        hours_per_day=Decimal(str(given.hours_per_day)),
        hours_per_week=Decimal(str(given.hours_per_week)),
        insurance=insurance,
        benefits=benefits,
        valid_until=given.valid_until,
        is_repost=given.is_repost,
        repost_source=given.repost_source,
        starts_at=starts_at,
        ends_at=ends_at,
        min_age=given.min_age,
        friendly_to=tuple(given.friendly_to),
        point=place.first.point,
        further_places=place.further,
        work_mode=given.work_mode,
        schedule=WorkSchedule(
            shifts=shifts,
            days_per_week=_to_decimal(given.days_per_week),
            rest=given.rest_days,
            rest_days_per_month=given.rest_days_per_month,
        ),
        requirements=_parse_requirements(given),
        is_public_welfare=given.public_welfare,
        media=tuple(
            MediaRecord(kind=link.kind, url=link.url.strip(), title=link.title.strip())
            for link in given.media
        ),
    )


def _parse_places(given: TermsInput) -> _MainPlace:
    single = parse_workplace(
        WorkplaceInput(place_code=given.place_code, address=given.address, point=given.point)
    )
    if not given.places:
        return _MainPlace(first=single)
    first, *further = map(parse_workplace, given.places)
    is_empty = not (single.place_code or single.address or single.point)
    if not is_empty and single != first:
        raise InvalidInput(
            (
                "The places of work are listed already. Leave out a place, address or "
                "point that says something else."
            ),
            "已填写多个工作地点时，请不要另填不同的工作地点代码、地址和坐标。",
            field=("input", "places"),
            hint="Give `places` without `placeCode`, `address` and `point`.",
        )
    return _MainPlace(first=first, further=tuple(further))


def _parse_shifts(
    given: TermsInput,
) -> tuple[time | None, time | None, tuple[ShiftRecord, ...]]:
    """Return the times of a normal day and all shifts; a single plain shift is those times only."""
    if not given.shift_times:
        return given.starts_at, given.ends_at, ()
    shifts = tuple(map(parse_shift_times, given.shift_times))
    first = shifts[0]
    for name, single, in_shift in (
        ("startsAt", given.starts_at, first.starts_at),
        ("endsAt", given.ends_at, first.ends_at),
    ):
        if single not in {None, in_shift}:
            raise InvalidInput(
                (
                    "The times of each shift are listed already. Leave out a start or end "
                    "that says something else."
                ),
                "已填写各班次时间时，请不要另填不同的上下班时间。",
                field=("input", name),
                hint="Give `shiftTimes` without `startsAt` and `endsAt`.",
            )
    plain = ShiftRecord(starts_at=first.starts_at, ends_at=first.ends_at)
    return first.starts_at, first.ends_at, () if shifts == (plain,) else shifts


def _parse_requirements(given: TermsInput) -> Requirements:
    return Requirements(
        education=given.education,
        education_text=given.education_text.strip(),
        experience_months=given.experience_months,
        experience_text=given.experience_text.strip(),
        licences=tuple(map(_parse_coded_text, given.licences)),
        skills=tuple(map(_parse_coded_text, given.skills)),
    )


def _parse_coded_text(given: CodedTextInput) -> CodedRecord:
    return CodedRecord(code=given.code.strip(), text=given.text.strip())


def _to_decimal(number: Decimal | None) -> Decimal | None:
    # A variable of the type Int or Float arrives as a plain number.
    return None if number is None else Decimal(str(number))
