"""The search follows the terms of version 2: places, ranges of pay, and further codes."""

from __future__ import annotations

from typing import Any

import pytest

from domain.postings.pay import Pay, PayPeriod
from domain.postings.postings import Benefit
from domain.postings.work_schedule import RestDays, WorkMode, Workplace, WorkSchedule
from domain.search.facets import group_facet_counts
from domain.seekers.seeker_groups import SeekerGroup
from storage.mongo.paging import PageRequest
from storage.search.search_query import SearchOrder
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.storage.search.stored_postings import HERE, find_ids, query, store_postings


async def test_a_posting_is_found_in_each_of_its_places(store: Store) -> None:
    other = Workplace(place_code="330402", point=HERE)
    await store_postings(
        store,
        a=posting_terms(further_places=(other,)),
        b=posting_terms(),
        c=posting_terms(place_code="330402"),
    )
    for region, ids in (("330000", "ca"), ("310000", "ba"), ("330402", "ca"), ("110000", "")):
        assert await find_ids(store, query(region=region)) == list(ids)
        assert await find_ids(store, query("电工", region=region)) == list(ids)
    page = await store.search.page(query(near=HERE), SearchOrder.DISTANCE, PageRequest(limit=10))
    assert [hit.posting.id for hit in page.items] == ["a", "c", "b"]
    assert page.items[0].metres == pytest.approx(0, abs=1)
    assert await find_ids(store, query(near=HERE, within_km=0.01)) == ["a"]
    assert await find_ids(store, query(near=HERE, within_km=5_000.0)) == ["c", "b", "a"]


async def test_a_range_of_pay_matches_where_it_overlaps(store: Store) -> None:
    def pay(from_yuan: int, to_yuan: int | None) -> Pay:
        upper = None if to_yuan is None else to_yuan * 100
        return Pay(from_fen=from_yuan * 100, to_fen=upper, period=PayPeriod.MONTH)

    await store_postings(
        store,
        a=posting_terms(pay=pay(5_000, 8_000)),
        b=posting_terms(pay=pay(6_000, 6_000)),
        c=posting_terms(pay=pay(7_000, None)),
    )
    searches: list[tuple[dict[str, Any], str]] = [
        ({"pay_from": 7_500}, "a"),
        ({"pay_from": 6_500, "pay_to": 6_900}, "a"),
        ({"pay_to": 5_500}, "a"),
        ({"pay_from": 6_000, "pay_to": 7_000}, "cba"),
        ({"pay_from": 8_001}, ""),
    ]
    for bounds, ids in searches:
        assert await find_ids(store, query(**bounds)) == list(ids)
        assert await find_ids(store, query("电工", **bounds)) == list(ids)
    assert await find_ids(store, query(), SearchOrder.PAY) == ["c", "b", "a"]


async def test_codes_of_version_2_filter_and_are_counted(store: Store) -> None:
    await store_postings(
        store,
        a=posting_terms(schedule=WorkSchedule(rest=RestDays.TWO_A_WEEK)),
        b=posting_terms(work_mode=WorkMode.REMOTE),
        c=posting_terms(),
    )
    for codes, ids in (
        ((RestDays.TWO_A_WEEK, RestDays.ONE_A_WEEK), "a"),
        ((WorkMode.REMOTE,), "b"),
        ((WorkMode.ON_SITE, WorkMode.REMOTE), "cba"),
    ):
        assert await find_ids(store, query(further_codes=(codes,))) == list(ids)
        assert await find_ids(store, query("电工", further_codes=(codes,))) == list(ids)
    assert await find_ids(store, query("双休")) == ["a"]
    counts = group_facet_counts((await store.search.count(query())).facets)
    assert counts[WorkMode] == [(WorkMode.ON_SITE, 2), (WorkMode.REMOTE, 1)]


async def test_groups_and_barrier_free_places_filter_are_counted_and_are_words(
    store: Store,
) -> None:
    await store_postings(
        store,
        a=posting_terms(benefits=(Benefit.BARRIER_FREE,), friendly_to=(SeekerGroup.DISABLED,)),
        b=posting_terms(friendly_to=(SeekerGroup.VETERAN, SeekerGroup.LAID_OFF)),
        c=posting_terms(benefits=(Benefit.MEALS,)),
    )
    searches: list[tuple[dict[str, Any], str]] = [
        ({"benefits": (Benefit.BARRIER_FREE,)}, "a"),
        ({"benefits": (Benefit.MEALS, Benefit.BARRIER_FREE)}, ""),
        ({"friendly_to": (SeekerGroup.VETERAN,)}, "b"),
        ({"friendly_to": (SeekerGroup.DISABLED, SeekerGroup.LAID_OFF)}, "ba"),
    ]
    for filters, ids in searches:
        assert await find_ids(store, query(**filters)) == list(ids)
        assert await find_ids(store, query("电工", **filters)) == list(ids)
    for words, ids in (("残疾人", "a"), ("无障碍", "a"), ("退伍军人", "b"), ("下岗", "b")):
        assert await find_ids(store, query(words)) == list(ids)
    counts = group_facet_counts((await store.search.count(query())).facets)
    assert counts[SeekerGroup] == [
        (SeekerGroup.LAID_OFF, 1),
        (SeekerGroup.VETERAN, 1),
        (SeekerGroup.DISABLED, 1),
    ]
    assert counts[Benefit] == [(Benefit.MEALS, 1), (Benefit.BARRIER_FREE, 1)]
