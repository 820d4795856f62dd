"""Postings: filters, orders, visibility and compare and set."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.postings.postings import PostingStatus
from domain.reference.occupations import Occupation
from storage.mongo.paging import PageRequest
from storage.mongo.repository import NEWEST_FIRST
from storage.postings.posting_query import PostingQuery
from storage.store import Store
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.support import records

TODAY = date(2026, 10, 1)


async def ids(store: Store, query: PostingQuery) -> list[str]:
    page = await store.postings.page(query, NEWEST_FIRST, PageRequest(limit=20))
    return [posting.id for posting in page.items]


async def test_only_an_open_posting_is_visible_until_its_last_day(store: Store) -> None:
    made = [
        *(records.posting(id=status.value, status=status) for status in PostingStatus),
        records.posting(id="LAST DAY", terms=posting_terms(valid_until=TODAY)),
        records.posting(id="PAST", terms=posting_terms(valid_until=date(2026, 9, 30))),
    ]
    await store.postings.add(made)
    everything = [posting.id for posting in made]
    assert await store.postings.visible_ids(everything, TODAY) == ["OPEN", "LAST DAY"]
    assert await ids(store, PostingQuery(open_on=TODAY)) == ["OPEN", "LAST DAY"]
    assert {posting.id for posting in made if posting.is_open(TODAY)} == {"OPEN", "LAST DAY"}
    assert (await store.postings.by_ids([*everything, "none"])).keys() == set(everything)


async def test_visible_postings_keep_the_given_order(store: Store) -> None:
    made = [records.posting() for _ in range(3)]
    await store.postings.add(made)
    wanted = [made[1].id, "none", made[2].id, made[0].id]
    assert await store.postings.visible_ids(wanted, TODAY) == [
        made[1].id,
        made[2].id,
        made[0].id,
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (PostingQuery(), "edcba"),
        (PostingQuery(status=PostingStatus.IN_REVIEW), "b"),
        (PostingQuery(employer_id="other"), "c"),
        (PostingQuery(union_id="other"), "d"),
        (PostingQuery(ids=("a", "b", "z")), "ba"),
        (PostingQuery(open_on=TODAY, ids=("a", "b")), "a"),
        (PostingQuery(employer_id="other", union_id="other"), ""),
    ],
)
async def test_a_posting_matches_every_condition_of_a_query(
    store: Store, query: PostingQuery, found: str
) -> None:
    await store.postings.add(
        [
            records.posting(id="a"),
            records.posting(id="b", status=PostingStatus.IN_REVIEW),
            records.posting(id="c", employer_id="other", terms=posting_terms(place_code="330402")),
            records.posting(id="d", union_id="other", terms=posting_terms(place_code="330411")),
            records.posting(id="e", terms=posting_terms(occupation=Occupation.WELDER)),
        ]
    )
    assert "".join(await ids(store, query)) == found


async def test_postings_are_ordered_by_pay_then_newest_first(store: Store) -> None:
    pays = {"a": 5000, "b": 7000, "c": 5000, "d": 6000}
    await store.postings.add(
        [
            records.posting(id=each, terms=posting_terms(pay=monthly_pay(pay)))
            for each, pay in pays.items()
        ]
    )
    order = (("terms.pay.amount", -1), ("_id", -1))
    page = await store.postings.page(PostingQuery(open_on=TODAY), order, PageRequest(limit=3))
    assert [posting.id for posting in page.items] == ["b", "d", "c"]
    rest = await store.postings.page(
        PostingQuery(open_on=TODAY), order, PageRequest(limit=3, after=(5000, "c"))
    )
    assert [posting.id for posting in rest.items] == ["a"]


async def test_a_posting_is_replaced_once_over_the_version_that_was_read(store: Store) -> None:
    first = records.posting()
    await store.postings.add([first])
    # Like a posting stored before versions existed.
    await store.mongo["postings"].update_one({"_id": first.id}, {"$unset": {"version": 1}})
    assert await store.postings.by_ids([first.id]) == {first.id: first}
    paid = replace(first, terms=posting_terms(pay=monthly_pay(7000)), revision=2, version=2)
    closed = replace(paid, status=PostingStatus.CLOSED, closed_at=records.FIXED_NOW, version=3)
    assert not await store.postings.update_if_unchanged(paid, closed)
    assert await store.postings.update_if_unchanged(first, paid)
    assert not await store.postings.update_if_unchanged(first, replace(closed, version=2))
    assert await store.postings.update_if_unchanged(paid, closed)
    assert await store.postings.by_ids([first.id]) == {first.id: closed}
