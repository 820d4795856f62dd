"""Searches over stored postings: what is found, in which order, and how it is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    Posting,
    PostingStatus,
    Shift,
)
from domain.reference.geo import distance_km
from domain.reference.occupations import Occupation
from domain.reference.regions import region_of
from domain.search.facets import group_facet_counts
from domain.seekers.seeker_groups import SeekerGroup
from storage.mongo.paging import PageRequest
from storage.search.posting_search import MAX_COUNTED_POSTINGS
from storage.search.search_query import SearchOrder, SearchQuery
from storage.store import Store
from tests.domain.posting_terms_samples import hourly_pay, monthly_pay, posting_terms
from tests.storage.search.stored_postings import (
    HERE,
    RELEVANT,
    TODAY,
    all_pages,
    find_ids,
    query,
    store_postings,
    store_tied_postings,
)
from tests.support import records


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (query(), "fedcba"),
        (query("焊工"), "cb"),
        (query("hangong"), "cb"),
        (query("电机"), "fedcba"),
        (query("焊工 嘉兴"), "b"),
        (query(region="330000"), "db"),
        (query(region="330402"), "b"),
        (query("电工", region="330000"), "db"),  # a welder's conditions name it
        (query(occupations=(Occupation.WELDER, Occupation.SALES)), "cb"),
        (query(employment_types=(EmploymentType.PART_TIME,)), "e"),
        (query(shifts=(Shift.TWO_SHIFT, Shift.FLEXIBLE)), "f"),
        (query(intensities=(Intensity.HEAVY,)), "c"),
        (query(benefits=(Benefit.MEALS,)), "ba"),
        (query(benefits=(Benefit.MEALS, Benefit.DORMITORY)), "b"),
        (query(insurance=(InsuranceKind.MATERNITY,)), "c"),
        (query(friendly_to=(SeekerGroup.LAID_OFF, SeekerGroup.GRADUATE)), "da"),
        (query(pay_from=6_500), "c"),
        (query(pay_to=5_500), "e"),
        (query(pay_from=5_220, pay_to=5_220), "e"),
        (query(employer_id="employer"), "fedcba"),
        (query(employer_id="other"), ""),
        (query(ids=("a", "e", "z")), "ea"),
        (query(ids=()), ""),
        (query(open_on=TODAY + timedelta(days=300)), "f"),
        (query(near=HERE, within_km=30), "db"),
        (query("焊工", benefits=(Benefit.MEALS,), pay_from=1), "b"),
        (query("没有这样的词"), ""),
    ],
)
async def test_a_posting_matches_every_condition_of_a_search(
    store: Store, wanted: SearchQuery, ids: str
) -> None:
    both = (Benefit.MEALS, Benefit.DORMITORY)
    welder = posting_terms(title="焊工", occupation=Occupation.WELDER)
    await store_postings(
        store,
        a=posting_terms(benefits=(Benefit.MEALS,), friendly_to=(SeekerGroup.LAID_OFF,)),
        b=replace(welder, place_code="330402", benefits=both),
        c=replace(
            welder,
            intensity=Intensity.HEAVY,
            pay=monthly_pay(7_000),
            insurance=tuple(InsuranceKind),
        ),
        d=posting_terms(place_code="330411", friendly_to=(SeekerGroup.GRADUATE,)),
        e=posting_terms(employment_type=EmploymentType.PART_TIME, pay=hourly_pay(30)),
        f=posting_terms(shift=Shift.TWO_SHIFT, valid_until=TODAY + timedelta(days=330)),
    )
    assert "".join(await find_ids(store, wanted)) == ids
    counts = await store.search.count(wanted)
    assert (counts.total, counts.is_complete) == (len(ids), True)


async def test_the_public_finds_visible_postings_and_staff_find_the_rest(store: Store) -> None:
    shown = {
        "open": records.posting(id="open"),
        "held": records.posting(id="held", status=PostingStatus.IN_REVIEW),
        "past": records.posting(
            id="past", terms=posting_terms(valid_until=TODAY - timedelta(days=1))
        ),
        "unchecked": records.posting(id="unchecked", verified_until=None),
    }
    held = shown["held"]
    elsewhere = replace(held, id="elsewhere", union_path=("root", "other"), employer_id="other")
    await store.postings.add([*shown.values(), elsewhere])
    for order in (SearchOrder.NEWEST, SearchOrder.PAY, SearchOrder.RELEVANCE):
        assert await find_ids(store, query("电工"), order) == ["open"]
    near = query("电工", near=HERE)
    assert await find_ids(store, near, SearchOrder.DISTANCE) == ["open"]
    assert (await store.search.count(query("电工"))).total == 1
    waiting = query(status=PostingStatus.IN_REVIEW)
    assert await find_ids(store, replace(waiting, union_id=records.UNION_ID)) == ["held"]
    assert await find_ids(store, replace(waiting, union_id="root")) == ["held", "elsewhere"]
    assert await find_ids(store, replace(waiting, employer_id="other")) == ["elsewhere"]


async def test_changed_terms_are_found_and_earlier_ones_are_not(store: Store) -> None:
    await store_postings(store, a=posting_terms())
    before = (await store.postings.by_ids(["a"]))["a"]
    after = replace(before, terms=posting_terms(title="月嫂"), version=2)
    assert await store.postings.update_if_unchanged(before, after)
    assert await find_ids(store, query("月嫂")) == ["a"]
    assert await find_ids(store, query("电工 电工")) == ["a"]  # still its occupation


@pytest.mark.parametrize(
    ("text", "ids"),
    [("焊工", "fecadb"), ("焊工 叉车", "fed"), ("叉车", "fed"), ("", "fedcba")],
)
async def test_title_matches_come_first_then_the_newest(store: Store, text: str, ids: str) -> None:
    await store_postings(store, **RELEVANT)
    assert "".join(await find_ids(store, query(text), SearchOrder.RELEVANCE)) == ids


async def test_monthly_pay_is_ordered_highest_first(store: Store) -> None:
    await store_postings(
        store,
        a=posting_terms(pay=monthly_pay(5_000)),
        b=posting_terms(pay=hourly_pay(30)),  # 5,220 a month
        c=posting_terms(pay=monthly_pay(6_000)),
        d=posting_terms(pay=monthly_pay(6_000)),
    )
    assert await find_ids(store, query(), SearchOrder.PAY) == ["d", "c", "b", "a"]


async def test_the_nearest_postings_come_first_with_their_distance(store: Store) -> None:
    codes = {"a": "310115", "b": "330402", "c": "330411", "d": "330402", "e": "650102"}
    await store_postings(
        store, **{each: posting_terms(place_code=code) for each, code in codes.items()}
    )
    page = await store.search.page(query(near=HERE), SearchOrder.DISTANCE, PageRequest(limit=10))
    assert [hit.posting.id for hit in page.items] == ["d", "b", "c", "a", "e"]
    for hit in page.items:
        region = region_of(hit.posting.terms.place_code)
        assert region is not None
        assert hit.metres is not None
        assert hit.metres / 1_000 == pytest.approx(distance_km(HERE, region.centre), rel=0.005)


async def test_counts_cover_every_match(store: Store) -> None:
    await store_tied_postings(store)
    counts = await store.search.count(query("焊工"))
    assert counts.is_complete
    assert counts.places == {"330402": 7, "310115": 4, "650102": 3}
    assert counts.pays == {5_000: 5, 5_500: 5, 6_000: 4}
    assert group_facet_counts(counts.facets)[Occupation] == [(Occupation.ELECTRICIAN, 14)]


async def test_counting_stops_at_its_limit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_COUNTED_POSTINGS == 2_000
    monkeypatch.setattr("storage.search.posting_search.MAX_COUNTED_POSTINGS", 10)
    await store_tied_postings(store)
    counts = await store.search.count(query())
    assert (counts.total, counts.is_complete) == (10, False)


@pytest.mark.parametrize("order", list(SearchOrder))
async def test_postings_without_an_entry_are_listed_and_counted_but_not_ranked(
    store: Store, order: SearchOrder
) -> None:
    await store_postings(
        store, a=posting_terms(benefits=(Benefit.MEALS,)), c=posting_terms(place_code="330402")
    )
    await store.postings.add([records.posting(id="b")], findable=False)
    wanted = query(near=HERE)
    has_entry = order in {SearchOrder.PAY, SearchOrder.DISTANCE}
    ids = await find_ids(store, wanted, order)
    assert sorted(ids) == (["a", "c"] if has_entry else ["a", "b", "c"])
    for backward in (False, True):
        hits = await all_pages(store, order, wanted, 1, backward=backward)
        assert [hit.posting.id for hit in hits] == ids
    counts = await store.search.count(wanted)
    assert (counts.total, counts.is_complete) == (3, False)
    assert counts.places == {"310115": 2, "330402": 1}
    assert (sum(counts.pays.values()), group_facet_counts(counts.facets)[Benefit]) == (
        2,
        [(Benefit.MEALS, 1)],
    )
    for narrowed in (query("电工"), query(pay_from=1), query(occupations=tuple(Occupation))):
        assert await find_ids(store, narrowed) == ["c", "a"]
        of_these = await store.search.count(narrowed)
        assert (of_these.total, of_these.is_complete) == (2, True)


async def test_a_posting_hidden_between_index_and_read_is_left_out(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_postings(store, a=posting_terms(), b=posting_terms())
    from_keys = type(store.search)._page_by_keys

    async def then_closed(*arguments: Any) -> Any:
        page = await from_keys(*arguments)
        before: Posting = (await store.postings.by_ids(["a"]))["a"]
        await store.postings.update_if_unchanged(
            before, replace(before, status=PostingStatus.CLOSED, version=2)
        )
        return page

    monkeypatch.setattr(type(store.search), "_page_by_keys", then_closed)
    assert await find_ids(store, query("电工")) == ["b"]
