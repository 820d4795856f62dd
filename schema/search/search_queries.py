"""Finding postings: filters, orders, counts by code, what is marked, and what is suggested."""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Any, Self

import strawberry

from domain.errors import InvalidInput, NotPermitted
from domain.free_text import check_text
from domain.identity.accounts import Role
from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    Occupation,
    PostingStatus,
    Shift,
)
from domain.reference.geo import Point as PointRecord
from domain.reference.geo import is_plausible_in_china
from domain.reference.regions import check_place_code, region_of
from domain.search.query_parser import parse_search
from domain.search.suggestions import (
    MAX_PREFIX_LENGTH,
    MAX_SUGGESTIONS,
    SuggestionKind,
    normalise_prefix,
    pick_suggestions,
    suggest_from_code_lists,
)
from domain.search.suggestions import Suggestion as SuggestionRecord
from domain.seekers.groups import SeekerGroup
from schema.context import Context, Info
from schema.live.session_types import find_visible_session
from schema.postings.terms import PointInput
from schema.relay import (
    Keyset,
    global_id,
    parse_global_id,
    parse_page_arguments,
    parse_whole_number,
)
from schema.search.posting_connection import (
    MAX_MONTHLY_PAY_YUAN,
    PostingConnection,
    build_search_connection,
)
from storage.search.posting_search import SearchHit
from storage.search.search_query import SearchOrder, SearchQuery


@strawberry.input(description="A place by its code or by a point, to begin from.")
class NearPlaceInput:
    place_code: str | None = strawberry.field(
        default=None, description="GB/T 2260: the centre of that region."
    )
    point: PointInput | None = None
    within_km: float | None = strawberry.field(
        default=None, description="Leave out what is farther away."
    )


@strawberry.input(
    description="All that are given must hold; of several values of a field one is enough, but "
    "benefits and insurance must all be there."
)
class PostingFilter:
    search: str | None = strawberry.field(
        default=None,
        description="Words in Chinese or pinyin; all of them must be in title, duties, conditions, "
        "employer, occupation (by any of its names) or place.",
    )
    employer_id: strawberry.ID | None = None
    session_id: strawberry.ID | None = strawberry.field(
        default=None, description="Those that a live session presents."
    )
    occupation: Occupation | None = None
    occupations: list[Occupation] | None = None
    place_code: str | None = strawberry.field(
        default=None, description="GB/T 2260: a province, city or county with all below it."
    )
    near: NearPlaceInput | None = None
    pay_from: int | None = strawberry.field(
        default=None, description="Whole yuan a month; pay by the hour counts as full-time work."
    )
    pay_to: int | None = None
    employment_types: list[EmploymentType] | None = None
    shifts: list[Shift] | None = None
    intensities: list[Intensity] | None = None
    benefits: list[Benefit] | None = None
    insurance: list[InsuranceKind] | None = None
    friendly_to: list[SeekerGroup] | None = None
    open_on: date | None = strawberry.field(
        default=None, description="Still open on that day, as far as is known today."
    )
    status: PostingStatus | None = strawberry.field(
        default=None, description="For staff, within their scope; everybody else sees OPEN ones."
    )


@strawberry.enum(description="How postings are ordered.")
class PostingOrder(Enum):
    NEWEST = strawberry.enum_value("NEWEST", description="The newest first.")
    PAY = strawberry.enum_value("PAY", description="The highest basic pay of a month first.")
    RELEVANCE = strawberry.enum_value(
        "RELEVANCE",
        description="Those with all words of the search in the title first, then those with some, "
        "then the others; among equals the newest first.",
    )
    DISTANCE = strawberry.enum_value(
        "DISTANCE", description="The nearest to `filter.near` first, which must be given."
    )


def _parse_distance_key(parts: list[str]) -> tuple[Any, ...]:
    metres = float(parts[0])
    if not 0 <= metres < 1e8:
        raise ValueError("not a distance on earth")
    return metres, parts[1]


def _build_keyset(order: SearchOrder, name: str, parse: Any = tuple) -> Keyset[SearchHit]:
    return Keyset(
        name=name,
        order=order.value,
        key=lambda hit: tuple(map(str, hit.key)),
        parse=parse,
    )


_KEYSETS: dict[SearchOrder, Keyset[SearchHit]] = {
    SearchOrder.NEWEST: _build_keyset(SearchOrder.NEWEST, "postings"),
    SearchOrder.PAY: _build_keyset(
        SearchOrder.PAY, "postings-by-pay", lambda parts: (parse_whole_number(parts[0]), parts[1])
    ),
    SearchOrder.RELEVANCE: _build_keyset(
        SearchOrder.RELEVANCE,
        "postings-by-relevance",
        lambda parts: (parse_whole_number(parts[0]), parts[1]),
    ),
    SearchOrder.DISTANCE: _build_keyset(
        SearchOrder.DISTANCE, "postings-by-distance", _parse_distance_key
    ),
}


@strawberry.type(description="Something to search for that finds at least one open posting.")
class PostingSuggestion:
    kind: SuggestionKind
    text: str
    code: str | None = strawberry.field(
        description="To filter by: an occupation, the id of an employer, or a place code."
    )

    @classmethod
    def of(cls, record: SuggestionRecord) -> Self:
        code = record.code
        if code is not None and record.kind is SuggestionKind.EMPLOYER:
            code = global_id("Employer", code)
        return cls(kind=record.kind, text=record.text, code=code)


@strawberry.type
class SearchQueries:
    @strawberry.field(description="Open postings; staff may ask for others of their scope.")
    async def postings(
        self,
        info: Info,
        filter: PostingFilter | None = None,
        order_by: PostingOrder | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> PostingConnection:
        order = SearchOrder[(order_by or PostingOrder.NEWEST).name]
        keyset = _KEYSETS[order]
        wanted = parse_page_arguments(keyset, first=first, after=after, last=last, before=before)
        query = await _build_query(info.context, filter or PostingFilter())
        if order is SearchOrder.DISTANCE and query.near is None:
            raise InvalidInput("Say near what: give filter.near.", field=("orderBy",))
        page = await info.context.services.store.search.page(query, order, wanted)
        return await build_search_connection(info, page, keyset, query)

    @strawberry.field(
        description="What may be meant by the beginning of a word, in Chinese, pinyin or initials: "
        "occupations, titles, employers and places of open postings."
    )
    async def posting_suggestions(
        self, info: Info, prefix: str, first: int = 10
    ) -> list[PostingSuggestion]:
        check_text(prefix, MAX_PREFIX_LENGTH, ("prefix",))
        if not 0 <= first <= MAX_SUGGESTIONS:
            raise InvalidInput(f"first is 0 to {MAX_SUGGESTIONS}.", field=("first",))
        start = normalise_prefix(prefix)
        if not start:
            return []
        services = info.context.services
        stored = await services.store.search_entries.find_suggestions(start)
        found = await services.store.search.filter_productive(
            [*suggest_from_code_lists(start), *stored], services.today()
        )
        return [PostingSuggestion.of(record) for record in pick_suggestions(found, first)]


async def _build_query(context: Context, filter: PostingFilter) -> SearchQuery:
    field = "filter"
    employer_id = None
    if filter.employer_id is not None:
        employer_id = parse_global_id(filter.employer_id, "Employer", field, "employerId")
    status, union_id, employer_id = _resolve_scope(context, filter.status, employer_id)
    near = _parse_near(filter.near)
    _check_pay(filter)
    place = filter.place_code
    single = [filter.occupation] if filter.occupation is not None else []
    return SearchQuery(
        on=context.services.today(),
        open_on=filter.open_on,
        status=status,
        union_id=union_id,
        words=parse_search(filter.search or "", (field, "search")),
        ids=await _presented_posting_ids(context, filter.session_id),
        employer_id=employer_id,
        region=check_place_code(place, (field, "placeCode")) if place is not None else None,
        occupations=_distinct([*single, *(filter.occupations or ())]),
        employment_types=_distinct(filter.employment_types),
        shifts=_distinct(filter.shifts),
        intensities=_distinct(filter.intensities),
        benefits=_distinct(filter.benefits),
        insurance=_distinct(filter.insurance),
        friendly_to=_distinct(filter.friendly_to),
        pay_from=filter.pay_from,
        pay_to=filter.pay_to,
        near=near,
        within_km=filter.near.within_km if filter.near else None,
    )


def _distinct(codes: Sequence[Any] | None) -> tuple[Any, ...]:
    """Each code once: a list is then never longer than its enumeration."""
    return tuple(dict.fromkeys(codes or ()))


def _resolve_scope(
    context: Context, status: PostingStatus | None, employer_id: str | None
) -> tuple[PostingStatus | None, str | None, str | None]:
    """Status, union (with its branches) and employer that the caller may list.

    Open postings are everybody's.

    :raises NotPermitted: no staff that looks after postings, or a recruiter of another employer.
    """
    if status is None or status is PostingStatus.OPEN:
        return None, None, employer_id
    caller = context.require(Role.OFFICER, Role.RECRUITER)
    if caller.role is Role.OFFICER:
        return status, caller.union_id, employer_id
    if employer_id not in {None, caller.employer_id}:
        raise NotPermitted("You recruit for another employer.", field=("filter", "employerId"))
    return status, None, caller.employer_id


async def _presented_posting_ids(
    context: Context, session_id: strawberry.ID | None
) -> tuple[str, ...] | None:
    """The postings that a session presents, to those who may see it; else none at all."""
    if session_id is None:
        return None
    wanted = parse_global_id(session_id, "LiveSession", "filter", "sessionId")
    session = await find_visible_session(context, wanted)
    return session.record.posting_ids if session else ()


def _parse_near(given: NearPlaceInput | None) -> PointRecord | None:
    """The point to measure from.

    :raises InvalidInput: neither or both of code and point, or one that cannot be.
    """
    if given is None:
        return None
    if (given.place_code is None) == (given.point is None):
        raise InvalidInput("Give placeCode or point.", field=("filter", "near"))
    if given.within_km is not None and not 0 < given.within_km <= 5_000:
        raise InvalidInput("Give 0 to 5,000 kilometres.", field=("filter", "near", "withinKm"))
    if given.place_code is not None:
        region = region_of(check_place_code(given.place_code, ("filter", "near", "placeCode")))
        assert region is not None  # the code was just checked
        return region.centre
    assert given.point is not None  # one of the two is given
    point = PointRecord(latitude=given.point.latitude, longitude=given.point.longitude)
    if not is_plausible_in_china(point):
        raise InvalidInput("Give a point in China.", field=("filter", "near", "point"))
    return point


def _check_pay(filter: PostingFilter) -> None:
    """:raises InvalidInput: bounds that no pay can lie between."""
    for name, value in (("payFrom", filter.pay_from), ("payTo", filter.pay_to)):
        if value is not None and not 0 <= value <= MAX_MONTHLY_PAY_YUAN:
            raise InvalidInput(
                f"Give 0 to {MAX_MONTHLY_PAY_YUAN:,} yuan a month.", field=("filter", name)
            )
    if filter.pay_to is not None and (filter.pay_from or 0) > filter.pay_to:
        raise InvalidInput("payTo is below payFrom.", field=("filter", "payTo"))
