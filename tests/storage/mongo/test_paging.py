"""Pages equal slices of the whole list, and inserts between two pages shift nothing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.live.sessions import BY_START
from storage.mongo.client import Document, Mongo
from storage.mongo.paging import Page, PageRequest, SortOrder, find_page
from storage.mongo.repository import NEWEST_FIRST
from tests.support.records import FIXED_NOW

BEST_PAID: SortOrder = (("terms.pay.amount", -1), ("_id", -1))
ORDERS = [NEWEST_FIRST, BY_START, BEST_PAID, (("_id", 1),)]
# Few values, so that many records differ only in the id.
keys = st.tuples(st.integers(0, 3), st.integers(0, 60))
# All examples share the database: each begins by emptying the list.
checked = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def document(key: tuple[int, int]) -> Document:
    value, number = key
    return {
        "_id": f"{number:02}",
        "starts_at": FIXED_NOW + timedelta(hours=value),
        "terms": {"pay": {"amount": value}},
    }


def field(item: Document, name: str) -> Any:
    value: Any = item
    for part in name.split("."):
        value = value[part]
    return value


def key_of(item: Document, order: SortOrder) -> tuple[Any, ...]:
    return tuple(field(item, name) for name, _ in order)


def in_order(items: Sequence[Document], order: SortOrder) -> list[Document]:
    ranked = list(items)
    for name, way in reversed(order):
        ranked.sort(key=lambda item: field(item, name), reverse=way < 0)
    return ranked


def unique(chosen: Sequence[tuple[int, int]]) -> list[Document]:
    return [document(key) for key in {number: (value, number) for value, number in chosen}.values()]


async def put(mongo: Mongo, items: Sequence[Document]) -> None:
    await mongo["list"].delete_many({})
    if items:
        await mongo["list"].insert_many(items)


def ids(items: Sequence[Document]) -> list[str]:
    return [item["_id"] for item in items]


@checked
@given(
    order=st.sampled_from(ORDERS),
    chosen=st.lists(keys, max_size=12),
    limit=st.integers(1, 5),
    ends=st.tuples(st.integers(-1, 12), st.integers(-1, 12)),
    backward=st.booleans(),
)
async def test_a_page_is_a_slice_of_the_whole_list(
    mongo: Mongo,
    order: SortOrder,
    chosen: list[tuple[int, int]],
    limit: int,
    ends: tuple[int, int],
    backward: bool,
) -> None:
    whole = in_order(unique(chosen), order)
    await put(mongo, whole)
    start, end = (each if 0 <= each < len(whole) else None for each in ends)
    page = await find_page(
        mongo["list"],
        {},
        order,
        PageRequest(
            limit=limit,
            after=None if start is None else key_of(whole[start], order),
            before=None if end is None else key_of(whole[end], order),
            backward=backward,
        ),
    )
    between = whole[None if start is None else start + 1 : end]
    if start is not None and end is not None and end <= start:
        between = []
    assert ids(page.items) == ids(between[-limit:] if backward else between[:limit])
    more = len(between) > limit
    assert page.has_next == (end is not None if backward else more)
    assert page.has_previous == (more if backward else start is not None)


@checked
@given(
    order=st.sampled_from(ORDERS),
    chosen=st.lists(keys, max_size=12),
    limit=st.integers(1, 4),
    added=st.lists(st.lists(keys, max_size=3), max_size=6),
    backward=st.booleans(),
)
async def test_no_record_is_skipped_or_repeated_while_the_list_grows(
    mongo: Mongo,
    order: SortOrder,
    chosen: list[tuple[int, int]],
    limit: int,
    added: list[list[tuple[int, int]]],
    backward: bool,
) -> None:
    there = in_order(unique(chosen), order)
    await put(mongo, there)
    taken = set(ids(there))
    seen: list[Document] = []
    for fresh in itertools.chain(added, itertools.repeat([])):
        edge = key_of(seen[0 if backward else -1], order) if seen else None
        wanted = (
            PageRequest(limit=limit, before=edge, backward=True)
            if backward
            else PageRequest(limit=limit, after=edge)
        )
        page = await find_page(mongo["list"], {}, order, wanted)
        seen = [*page.items, *seen] if backward else [*seen, *page.items]
        if not (page.has_previous if backward else page.has_next):
            break
        late = [item for item in unique(fresh) if item["_id"] not in taken]
        taken.update(ids(late))
        if late:
            await mongo["list"].insert_many(late)
    assert ids(seen) == ids(in_order(seen, order))
    assert len(set(ids(seen))) == len(seen)
    assert set(ids(there)) <= set(ids(seen))


async def test_a_page_holds_the_matching_records_and_only_the_requested_fields(
    mongo: Mongo,
) -> None:
    await put(mongo, unique([(0, 1), (1, 2), (1, 3)]))
    page = await find_page(
        mongo["list"],
        {"terms.pay.amount": 1},
        NEWEST_FIRST,
        PageRequest(limit=5, after=("03",)),
        projection={"_id": 1},
    )
    assert page == Page(items=[{"_id": "02"}], has_next=False, has_previous=True)


@pytest.mark.parametrize("has_next", [True, False])
def test_a_page_can_be_mapped(has_next: bool) -> None:
    page = Page(items=[1, 2], has_next=has_next, has_previous=False)
    assert page.map(str) == Page(items=["1", "2"], has_next=has_next, has_previous=False)
