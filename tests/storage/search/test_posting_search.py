"""Searches over real postings: what is found, in which order, page by page, and by which index."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.postings.postings import (
    Benefit,
    EmploymentType,
    InsuranceKind,
    Intensity,
    Occupation,
    Posting,
    PostingStatus,
    PostingTerms,
    Shift,
)
from domain.reference.geo import Point, distance_km
from domain.reference.regions import region_of
from domain.search.facets import group_facet_counts
from domain.search.query_parser import parse_search
from domain.seekers.groups import SeekerGroup
from storage.mongo.client import Document
from storage.mongo.paging import Page, PageRequest
from storage.search.posting_search import MAX_COUNTED_POSTINGS, SearchHit
from storage.search.search_query import SearchOrder, SearchQuery
from storage.store import Store
from tests.domain.posting_terms_samples import hourly_pay, monthly_pay, posting_terms
from tests.support import records

TODAY = records.FIXED_NOW.date()
EMPLOYER = "合成电机有限公司"
HERE = Point(latitude=30.75, longitude=120.78)


def words(text: str) -> Any:
    return parse_search(text, ("search",))


def query(text: str = "", **changes: Any) -> SearchQuery:
    return SearchQuery(on=TODAY, words=words(text), **changes)


async def keep(store: Store, **offers: PostingTerms) -> None:
    """Store open postings of these ids and terms."""
    if not await store.employers.by_ids(["employer"]):
        await store.employers.add([records.employer(id="employer", name=EMPLOYER)])
    await store.postings.add(
        [records.posting(id=each, terms=made) for each, made in offers.items()]
    )


async def found(
    store: Store, wanted: SearchQuery, order: SearchOrder = SearchOrder.NEWEST
) -> list[str]:
    page = await store.search.page(wanted, order, PageRequest(limit=50))
    return [hit.posting.id for hit in page.items]


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
async def test_all_that_a_search_names_must_hold(
    store: Store, wanted: SearchQuery, ids: str
) -> None:
    both = (Benefit.MEALS, Benefit.DORMITORY)
    welder = posting_terms(title="焊工", occupation=Occupation.WELDER)
    await keep(
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
    assert "".join(await found(store, wanted)) == ids
    counts = await store.search.count(wanted)
    assert (counts.total, counts.is_complete) == (len(ids), True)


async def test_only_what_may_be_shown_is_found_and_staff_finds_the_rest(store: Store) -> None:
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
        assert await found(store, query("电工"), order) == ["open"]
    near = query("电工", near=HERE)
    assert await found(store, near, SearchOrder.DISTANCE) == ["open"]
    assert (await store.search.count(query("电工"))).total == 1
    waiting = query(status=PostingStatus.IN_REVIEW)
    assert await found(store, replace(waiting, union_id=records.UNION_ID)) == ["held"]
    assert await found(store, replace(waiting, union_id="root")) == ["held", "elsewhere"]
    assert await found(store, replace(waiting, employer_id="other")) == ["elsewhere"]


async def test_new_terms_are_found_and_old_ones_no_more(store: Store) -> None:
    await keep(store, a=posting_terms())
    before = (await store.postings.by_ids(["a"]))["a"]
    after = replace(before, terms=posting_terms(title="月嫂"), version=2)
    assert await store.postings.update_if_unchanged(before, after)
    assert await found(store, query("月嫂")) == ["a"]
    assert await found(store, query("电工 电工")) == ["a"]  # still its occupation


RELEVANT = {
    "a": posting_terms(title="焊工"),
    "b": posting_terms(duties="配合焊工作业。"),
    "c": posting_terms(title="高级焊工"),
    "d": posting_terms(title="仓管", duties="与焊工、叉车司机配合。"),
    "e": posting_terms(title="焊工", duties="会开叉车。"),
    "f": posting_terms(title="叉车焊工"),
}


@pytest.mark.parametrize(
    ("text", "ids"),
    [("焊工", "fecadb"), ("焊工 叉车", "fed"), ("叉车", "fed"), ("", "fedcba")],
)
async def test_what_is_in_the_title_comes_first_and_of_equals_the_newest(
    store: Store, text: str, ids: str
) -> None:
    await keep(store, **RELEVANT)
    assert "".join(await found(store, query(text), SearchOrder.RELEVANCE)) == ids


async def test_the_best_paid_of_a_month_come_first(store: Store) -> None:
    await keep(
        store,
        a=posting_terms(pay=monthly_pay(5_000)),
        b=posting_terms(pay=hourly_pay(30)),  # 5,220 a month
        c=posting_terms(pay=monthly_pay(6_000)),
        d=posting_terms(pay=monthly_pay(6_000)),
    )
    assert await found(store, query(), SearchOrder.PAY) == ["d", "c", "b", "a"]


async def test_the_nearest_come_first_and_say_how_far(store: Store) -> None:
    codes = {"a": "310115", "b": "330402", "c": "330411", "d": "330402", "e": "650102"}
    await keep(store, **{each: posting_terms(place_code=code) for each, code in codes.items()})
    page = await store.search.page(query(near=HERE), SearchOrder.DISTANCE, PageRequest(limit=10))
    assert [hit.posting.id for hit in page.items] == ["d", "b", "c", "a", "e"]
    for hit in page.items:
        region = region_of(hit.posting.terms.place_code)
        assert region is not None
        assert hit.metres is not None
        assert hit.metres / 1_000 == pytest.approx(distance_km(HERE, region.centre), rel=0.005)


ORDERS = [
    (SearchOrder.NEWEST, query()),
    (SearchOrder.PAY, query()),
    (SearchOrder.RELEVANCE, query("焊工 叉车")),
    (SearchOrder.RELEVANCE, query("焊工")),
    (SearchOrder.DISTANCE, query(near=HERE)),
]
PLACES = ["330402", "310115", "330402", "650102", "330411", "330402"]


async def spread(store: Store) -> None:
    """Postings of which many are equal in every order."""
    made = list(RELEVANT.values())
    await keep(
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


async def turned(
    store: Store, order: SearchOrder, wanted: SearchQuery, size: int, *, backward: bool
) -> list[SearchHit]:
    """All pages of that size one after the other, in list order."""
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


@pytest.mark.parametrize(("order", "wanted"), ORDERS)
@pytest.mark.parametrize("backward", [False, True])
async def test_pages_in_any_order_hold_everything_once(
    store: Store, order: SearchOrder, wanted: SearchQuery, backward: bool
) -> None:
    await spread(store)
    everything = await found(store, wanted, order)
    assert len(everything) == 14
    for size in (1, 4, 14):
        hits = await turned(store, order, wanted, size, backward=backward)
        assert [hit.posting.id for hit in hits] == everything


@pytest.mark.parametrize(("order", "wanted"), ORDERS)
async def test_what_is_stored_meanwhile_shifts_no_page(
    store: Store, order: SearchOrder, wanted: SearchQuery
) -> None:
    await spread(store)
    everything = await found(store, wanted, order)
    first = await store.search.page(wanted, order, PageRequest(limit=5))
    await keep(
        store,
        **{
            f"{place}x": posting_terms(title="叉车焊工", place_code=code, pay=monthly_pay(pay))
            for place, (code, pay) in enumerate(
                itertools.product(("330402", "650102"), (3_000, 9_000))
            )
        },
    )
    rest = await store.search.page(wanted, order, PageRequest(limit=50, after=first.items[-1].key))
    later = [hit.posting.id for hit in rest.items if not hit.posting.id.endswith("x")]
    assert [*(hit.posting.id for hit in first.items), *later] == everything


async def test_counts_are_of_all_that_is_found(store: Store) -> None:
    await spread(store)
    counts = await store.search.count(query("焊工"))
    assert counts.is_complete
    assert counts.places == {"330402": 7, "310115": 4, "650102": 3}
    assert counts.pays == {5_000: 5, 5_500: 5, 6_000: 4}
    assert group_facet_counts(counts.facets)[Occupation] == [(Occupation.ELECTRICIAN, 14)]


async def test_counting_ends_at_its_bound(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_COUNTED_POSTINGS == 2_000
    monkeypatch.setattr("storage.search.posting_search.MAX_COUNTED_POSTINGS", 10)
    await spread(store)
    counts = await store.search.count(query())
    assert (counts.total, counts.is_complete) == (10, False)


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


def stages(plan: Any) -> list[Document]:
    """Every stage of every plan that an explanation names."""
    if isinstance(plan, list):
        return [stage for each in plan for stage in stages(each)]
    if not isinstance(plan, dict):
        return []
    own = [plan] if "stage" in plan else []
    return own + [stage for each in plan.values() for stage in stages(each)]


@pytest.mark.parametrize("order", list(SearchOrder))
async def test_every_combination_of_filters_is_read_through_an_index(
    store: Store, order: SearchOrder
) -> None:
    await spread(store)
    await store.mongo.command({"create": "system.profile", "capped": True, "size": 64 << 20})
    await store.mongo.command({"profile": 2})
    for narrowed in COMBINED:
        wanted = replace(query(near=HERE), **narrowed)
        await store.search.page(wanted, order, PageRequest(limit=2))
        await store.search.count(wanted)
    await store.mongo.command({"profile": 0})
    profile = store.mongo["system.profile"]
    seen = [each async for each in profile.find({"planSummary": {"$exists": True}})]
    await profile.drop()
    assert len(seen) >= 2 * len(COMBINED)
    assert [each["planSummary"] for each in seen if "COLLSCAN" in each["planSummary"]] == []


@pytest.mark.parametrize("order", [SearchOrder.NEWEST, SearchOrder.PAY])
async def test_what_is_sorted_in_memory_is_bounded_by_the_page(
    store: Store, order: SearchOrder
) -> None:
    await spread(store)
    for narrowed in COMBINED:
        reading = {
            "find": "postings",
            "filter": replace(query(near=HERE), **narrowed).where(),
            "sort": dict(order.value),
            "limit": 21,
        }
        told = await store.mongo.command({"explain": reading, "verbosity": "queryPlanner"})
        plan = stages(told["queryPlanner"])
        assert "COLLSCAN" not in {stage["stage"] for stage in plan}
        for sort in (stage for stage in plan if stage["stage"] == "SORT"):
            assert sort["limitAmount"] == 21


async def test_what_is_counted_of_a_word_is_read_from_the_index_alone(store: Store) -> None:
    await spread(store)
    wanted = query(
        "焊工",
        region="330000",
        shifts=(Shift.DAY,),
        benefits=(Benefit.MEALS,),
        pay_from=1_000,
    )
    told = await store.mongo.command(
        {
            "explain": {
                "aggregate": "postings",
                "pipeline": wanted.key_stages(),
                "cursor": {},
                "hint": "by_word",
            },
            "verbosity": "executionStats",
        }
    )
    stats = told.get("executionStats") or told["stages"][0]["$cursor"]["executionStats"]
    assert stats["totalDocsExamined"] == 0
    assert stats["totalKeysExamined"] > 0


@pytest.mark.parametrize("order", list(SearchOrder))
async def test_what_is_not_findable_yet_is_listed_and_counted_but_in_no_order_of_its_entry(
    store: Store, order: SearchOrder
) -> None:
    await keep(
        store, a=posting_terms(benefits=(Benefit.MEALS,)), c=posting_terms(place_code="330402")
    )
    await store.postings.add([records.posting(id="b")], findable=False)
    wanted = query(near=HERE)
    has_entry = order in {SearchOrder.PAY, SearchOrder.DISTANCE}
    ids = await found(store, wanted, order)
    assert sorted(ids) == (["a", "c"] if has_entry else ["a", "b", "c"])
    for backward in (False, True):
        hits = await turned(store, order, wanted, 1, backward=backward)
        assert [hit.posting.id for hit in hits] == ids
    counts = await store.search.count(wanted)
    assert (counts.total, counts.is_complete) == (3, False)
    assert counts.places == {"310115": 2, "330402": 1}
    assert (sum(counts.pays.values()), group_facet_counts(counts.facets)[Benefit]) == (
        2,
        [(Benefit.MEALS, 1)],
    )
    for narrowed in (query("电工"), query(pay_from=1), query(occupations=tuple(Occupation))):
        assert await found(store, narrowed) == ["c", "a"]
        of_these = await store.search.count(narrowed)
        assert (of_these.total, of_these.is_complete) == (2, True)


async def test_a_posting_that_vanishes_between_key_and_reading_is_left_out(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(store, a=posting_terms(), b=posting_terms())
    from_keys = type(store.search)._page_by_keys

    async def then_closed(*arguments: Any) -> Any:
        page = await from_keys(*arguments)
        before: Posting = (await store.postings.by_ids(["a"]))["a"]
        await store.postings.update_if_unchanged(
            before, replace(before, status=PostingStatus.CLOSED, version=2)
        )
        return page

    monkeypatch.setattr(type(store.search), "_page_by_keys", then_closed)
    assert await found(store, query("电工")) == ["b"]
