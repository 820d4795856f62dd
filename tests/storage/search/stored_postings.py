"""Postings to search in, and the searches over them that several tests share."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    PostingStatus,
    PostingTerms,
    Shift,
)
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.search.query_parser import parse_search
from domain.seekers.seeker_groups import SeekerGroup
from storage.mongo.paging import Page, PageRequest
from storage.search.posting_search import SearchHit
from storage.search.search_query import SearchOrder, SearchQuery
from storage.store import Store
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.support import records

TODAY = records.FIXED_NOW.date()


EMPLOYER = "合成电机有限公司"


HERE = Point(latitude=30.75, longitude=120.78)


def words(text: str) -> Any:
    return parse_search(text, ("search",))


def query(text: str = "", **changes: Any) -> SearchQuery:
    return SearchQuery(on=TODAY, words=words(text), **changes)


async def store_postings(store: Store, **offers: PostingTerms) -> None:
    """Store open postings of these ids and terms."""
    if not await store.employers.by_ids(["employer"]):
        await store.employers.add([records.employer(id="employer", name=EMPLOYER)])
    await store.postings.add(
        [records.posting(id=each, terms=made) for each, made in offers.items()]
    )


async def find_ids(
    store: Store, wanted: SearchQuery, order: SearchOrder = SearchOrder.NEWEST
) -> list[str]:
    page = await store.search.page(wanted, order, PageRequest(limit=50))
    return [hit.posting.id for hit in page.items]


PLACES = ["330402", "310115", "330402", "650102", "330411", "330402"]


RELEVANT = {
    "a": posting_terms(title="焊工"),
    "b": posting_terms(duties="配合焊工作业。"),
    "c": posting_terms(title="高级焊工"),
    "d": posting_terms(title="仓管", duties="与焊工、叉车司机配合。"),
    "e": posting_terms(title="焊工", duties="会开叉车。"),
    "f": posting_terms(title="叉车焊工"),
}


async def store_tied_postings(store: Store) -> None:
    """Postings of which many tie in every order."""
    made = list(RELEVANT.values())
    await store_postings(
        store,
        **{
            f"{place:02}": replace(
                made[place % len(made)],
                place_code=PLACES[place % 4],
                pay=monthly_pay(5_000 + place % 3 * 500),
                duties="焊工叉车",
            )
            for place in range(14)
        },
    )


async def all_pages(
    store: Store, order: SearchOrder, wanted: SearchQuery, size: int, *, backward: bool
) -> list[SearchHit]:
    """Return the hits of all pages of that size, in list order."""
    hits: list[SearchHit] = []
    key = None
    while True:
        part = PageRequest(
            limit=size,
            after=None if backward else key,
            before=key if backward else None,
            backward=backward,
        )
        page: Page[SearchHit] = await store.search.page(wanted, order, part)
        hits = [*page.items, *hits] if backward else [*hits, *page.items]
        assert (page.has_next if backward else page.has_previous) is (key is not None)
        if not (page.has_previous if backward else page.has_next):
            return hits
        key = page.items[0 if backward else -1].key


NARROWED: dict[str, dict[str, Any]] = {
    "words": {"words": words("焊工")},
    "two words": {"words": words("焊工 嘉兴")},
    "a character": {"words": words("焊")},
    "region": {"region": "330000"},
    "county": {"region": "330402"},
    "occupations": {"occupations": (Occupation.WELDER, Occupation.SALES)},
    "employment": {"employment_types": (EmploymentType.FULL_TIME,)},
    "shifts": {"shifts": (Shift.DAY, Shift.FLEXIBLE)},
    "intensities": {"intensities": (Intensity.LIGHT,)},
    "benefits": {"benefits": (Benefit.MEALS, Benefit.DORMITORY)},
    "insurance": {"insurance": (InsuranceKind.PENSION,)},
    "groups": {"friendly_to": (SeekerGroup.LAID_OFF,)},
    "pay": {"pay_from": 4_000, "pay_to": 9_000},
    "employer": {"employer_id": "employer"},
    "session": {"ids": ("00", "01", "02")},
    "day": {"open_on": TODAY + timedelta(days=3)},
    "distance": {"near": HERE, "within_km": 50.0},
    "officer": {"status": PostingStatus.IN_REVIEW, "union_id": records.UNION_ID},
    "recruiter": {"status": PostingStatus.CLOSED, "employer_id": "employer"},
}


COMBINED = [
    {**NARROWED[one], **NARROWED[other]}
    for one, other in itertools.combinations_with_replacement(NARROWED, 2)
]
