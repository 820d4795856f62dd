"""The filter of postings: its GraphQL inputs, and the search query that they ask for."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import strawberry

from domain.identity.accounts import Role
from domain.postings.pay import PaySettlement
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    PostingStatus,
    Shift,
)
from domain.postings.requirements import RequiredEducation
from domain.postings.work_schedule import RestDays, WorkMode
from domain.reference.geo import Point as PointRecord
from domain.reference.geo import is_plausible_in_china
from domain.reference.regions import check_place_code, region_of
from domain.refusals import InvalidInput, NotPermitted
from domain.search.query_parser import parse_search
from domain.seekers.seeker_groups import SeekerGroup
from schema.context import Context
from schema.live.session_types import find_visible_session
from schema.postings.workplace_inputs import PointInput
from schema.relay import parse_global_id
from schema.scalars import OccupationCode, read_occupation
from schema.scopes import load_own_unions
from storage.search.search_query import SearchQuery, SharedPostings

MAX_MONTHLY_PAY_YUAN = 1_000_000
MAX_DISTANCE_KM = 5_000


@strawberry.input(description="A place to measure distances from: give either its code or a point.")
class NearPlaceInput:
    place_code: str | None = strawberry.field(
        default=None, description="GB/T 2260. Distances are from the centre of the region."
    )
    point: PointInput | None = None
    within_km: float | None = strawberry.field(
        default=None, description="Leave out postings that are farther away."
    )


@strawberry.input(
    description="A posting must match every field that is given. One of several values of a field "
    "is enough, but all benefits and all kinds of insurance must be offered."
)
class PostingFilter:
    search: str | None = strawberry.field(
        default=None,
        description="Words in Chinese or pinyin; all of them must be in title, duties, conditions, "
        "employer, occupation (by any of its names) or place.",
    )
    employer_id: strawberry.ID | None = None
    session_id: strawberry.ID | None = strawberry.field(
        default=None, description="Postings that a live session presents."
    )
    campaign_id: strawberry.ID | None = None
    occupation: OccupationCode | None = None
    occupations: list[OccupationCode] | None = None
    place_code: str | None = strawberry.field(
        default=None,
        description="GB/T 2260: a province, a city or a county, with all regions below it.",
    )
    near: NearPlaceInput | None = None
    pay_from: int | None = strawberry.field(
        default=None,
        description="Whole yuan a month; pay by the hour counts as full-time work. A range of pay "
        "is found when it overlaps with payFrom and payTo.",
    )
    pay_to: int | None = None
    employment_types: list[EmploymentType] | None = None
    shifts: list[Shift] | None = None
    intensities: list[Intensity] | None = None
    benefits: list[Benefit] | None = None
    insurance: list[InsuranceKind] | None = None
    friendly_to: list[SeekerGroup] | None = None
    work_modes: list[WorkMode] | None = None
    rest_days: list[RestDays] | None = None
    educations: list[RequiredEducation] | None = strawberry.field(
        default=None, description="What is asked for: NONE finds jobs that ask for none."
    )
    settlements: list[PaySettlement] | None = None
    open_on: date | None = strawberry.field(
        default=None, description="Still open on that day, as far as is known today."
    )
    status: PostingStatus | None = strawberry.field(
        default=None, description="For staff, within their scope. Others see OPEN postings only."
    )


async def build_search_query(context: Context, filter: PostingFilter) -> SearchQuery:
    field = "filter"
    employer_id = None
    if filter.employer_id is not None:
        employer_id = parse_global_id(filter.employer_id, "Employer", field, "employerId")
    status, union_id, employer_id = _resolve_scope(context, filter.status, employer_id)
    shared = await _find_shared_postings(context) if union_id is not None else None
    near = _parse_near(filter.near)
    _check_pay(filter)
    place = filter.place_code
    single = [filter.occupation] if filter.occupation is not None else []
    return SearchQuery(
        on=context.services.today(),
        open_on=filter.open_on,
        status=status,
        union_id=union_id,
        shared=shared,
        words=parse_search(
            filter.search or "", (field, "search"), context.services.occupation_names.book
        ),
        ids=await _presented_posting_ids(context, filter.session_id),
        employer_id=employer_id,
        region=check_place_code(place, (field, "placeCode")) if place is not None else None,
        occupations=_distinct(map(read_occupation, [*single, *(filter.occupations or ())])),
        employment_types=_distinct(filter.employment_types),
        shifts=_distinct(filter.shifts),
        intensities=_distinct(filter.intensities),
        benefits=_distinct(filter.benefits),
        insurance=_distinct(filter.insurance),
        friendly_to=_distinct(filter.friendly_to),
        further_codes=tuple(
            filter_codes
            for given in (
                filter.work_modes,
                filter.rest_days,
                filter.educations,
                filter.settlements,
            )
            if (filter_codes := _distinct(given))
        ),
        pay_from=filter.pay_from,
        pay_to=filter.pay_to,
        campaign_id=None
        if filter.campaign_id is None
        else parse_global_id(filter.campaign_id, "Campaign", field, "campaignId"),
        near=near,
        within_km=filter.near.within_km if filter.near else None,
    )


def _distinct(codes: Iterable[Any] | None) -> tuple[Any, ...]:
    """Return each code once, so that a list is never longer than its enumeration."""
    return tuple(dict.fromkeys(codes or ()))


def _resolve_scope(
    context: Context, status: PostingStatus | None, employer_id: str | None
) -> tuple[PostingStatus | None, str | None, str | None]:
    """Return the status, the union (with its branches) and the employer to search in.

    Open postings are public. Others are for officers and recruiters.

    :raises Unauthenticated: nobody is signed in.
    :raises NotPermitted: the caller is neither, or recruits for another employer.
    """
    if status is None or status is PostingStatus.OPEN:
        return None, None, employer_id
    caller = context.require(Role.OFFICER, Role.RECRUITER)
    if caller.role is Role.OFFICER:
        return status, caller.union_id, employer_id
    if employer_id not in {None, caller.employer_id}:
        raise NotPermitted(
            "You recruit for another employer. Filter by your own employer.",
            "您是其他用人单位的招聘人员，只能查看本单位的岗位。",
            field=("filter", "employerId"),
        )
    return status, None, caller.employer_id


async def _find_shared_postings(context: Context) -> SharedPostings | None:
    """Return what unions above share with the officer's union: postings of its region."""
    union, above = await load_own_unions(context)
    sharing = tuple(each.id for each in above if each.branches_see_postings)
    if union is None or not sharing:
        return None
    return SharedPostings(union_ids=sharing, region=union.place_code)


async def _presented_posting_ids(
    context: Context, session_id: strawberry.ID | None
) -> tuple[str, ...] | None:
    """Return the postings of a session; none when the caller may not see it.

    None, for all postings, without a session.
    """
    if session_id is None:
        return None
    wanted = parse_global_id(session_id, "LiveSession", "filter", "sessionId")
    session = await find_visible_session(context, wanted)
    return session.record.posting_ids if session else ()


def _parse_near(given: NearPlaceInput | None) -> PointRecord | None:
    """Return the point to measure distances from.

    :raises InvalidInput: neither or both of code and point are given, or one cannot be right.
    """
    if given is None:
        return None
    if (given.place_code is None) == (given.point is None):
        raise InvalidInput(
            "Choose a place or a point on the map, not both.",
            "请填写地区代码或坐标，二者选一。",
            field=("filter", "near"),
            hint="Give `placeCode` or `point`.",
        )
    if given.within_km is not None and not 0 < given.within_km <= MAX_DISTANCE_KM:
        raise InvalidInput(
            f"Give more than 0 and at most {MAX_DISTANCE_KM:,} kilometres.",
            f"距离应大于0公里，且不超过{MAX_DISTANCE_KM}公里。",
            field=("filter", "near", "withinKm"),
        )
    if given.place_code is not None:
        region = region_of(check_place_code(given.place_code, ("filter", "near", "placeCode")))
        assert region is not None  # the code was just checked
        return region.centre
    assert given.point is not None  # one of the two is given
    point = PointRecord(latitude=given.point.latitude, longitude=given.point.longitude)
    if not is_plausible_in_china(point):
        raise InvalidInput(
            "Give a point in China.", "请填写中国境内的坐标。", field=("filter", "near", "point")
        )
    return point


def _check_pay(filter: PostingFilter) -> None:
    """Pass when the limits of pay can be right.

    :raises InvalidInput: one is out of range, or the upper one is below the lower one.
    """
    for name, value in (("payFrom", filter.pay_from), ("payTo", filter.pay_to)):
        if value is not None and not 0 <= value <= MAX_MONTHLY_PAY_YUAN:
            raise InvalidInput(
                f"Give 0 to {MAX_MONTHLY_PAY_YUAN:,} yuan a month.",
                f"月薪范围为0至{MAX_MONTHLY_PAY_YUAN}元。",
                field=("filter", name),
            )
    if filter.pay_to is not None and (filter.pay_from or 0) > filter.pay_to:
        raise InvalidInput(
            "The highest pay is below the lowest. Exchange them.",
            "最高薪资不能低于最低薪资。",
            field=("filter", "payTo"),
            hint="`payTo` is below `payFrom`.",
        )
