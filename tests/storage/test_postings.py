from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.postings import Finding, Occupation, Posting, PostingStatus, Review, Severity
from storage.pages import Slice
from storage.postings import NEWEST_FIRST, PostingQuery
from storage.store import Store
from tests.domain.samples import monthly, terms
from tests.support import records

TODAY = date(2026, 10, 1)


async def ids(store: Store, query: PostingQuery) -> list[str]:
    page = await store.postings.page(query, NEWEST_FIRST, Slice(limit=20))
    return [posting.id for posting in page.items]


async def test_only_an_open_posting_is_visible_until_its_last_day(store: Store) -> None:
    made = [
        *(records.posting(id=status.value, status=status) for status in PostingStatus),
        records.posting(id="LAST DAY", terms=terms(valid_until=TODAY)),
        records.posting(id="PAST", terms=terms(valid_until=date(2026, 9, 30))),
    ]
    await store.postings.add(made)
    everything = [posting.id for posting in made]
    assert await store.postings.visible_ids(everything, TODAY) == ["OPEN", "LAST DAY"]
    assert await ids(store, PostingQuery(open_on=TODAY)) == ["OPEN", "LAST DAY"]
    assert {posting.id for posting in made if posting.is_open(TODAY)} == {"OPEN", "LAST DAY"}
    assert (await store.postings.by_ids([*everything, "none"])).keys() == set(everything)


async def test_visible_postings_keep_the_order_in_which_they_are_given(store: Store) -> None:
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
async def test_all_that_a_query_names_must_hold(
    store: Store, query: PostingQuery, found: str
) -> None:
    await store.postings.add(
        [
            records.posting(id="a"),
            records.posting(id="b", status=PostingStatus.IN_REVIEW),
            records.posting(id="c", employer_id="other", terms=terms(place_code="330402")),
            records.posting(id="d", union_id="other", terms=terms(place_code="330411")),
            records.posting(id="e", terms=terms(occupation=Occupation.WELDER)),
        ]
    )
    assert "".join(await ids(store, query)) == found


async def test_the_best_paid_come_first_and_of_equals_the_newest(store: Store) -> None:
    pays = {"a": 5000, "b": 7000, "c": 5000, "d": 6000}
    await store.postings.add(
        [records.posting(id=each, terms=terms(pay=monthly(pay))) for each, pay in pays.items()]
    )
    order = (("terms.pay.amount", -1), ("_id", -1))
    page = await store.postings.page(PostingQuery(open_on=TODAY), order, Slice(limit=3))
    assert [posting.id for posting in page.items] == ["b", "d", "c"]
    rest = await store.postings.page(
        PostingQuery(open_on=TODAY), order, Slice(limit=3, after=(5000, "c"))
    )
    assert [posting.id for posting in rest.items] == ["a"]


@pytest.mark.parametrize(
    ("approved", "status"), [(True, PostingStatus.OPEN), (False, PostingStatus.REFUSED)]
)
async def test_a_held_posting_is_decided_once(
    store: Store, approved: bool, status: PostingStatus
) -> None:
    held = records.posting(status=PostingStatus.IN_REVIEW)
    await store.postings.add([held])
    review = Review(by="officer", at=records.AT, approved=approved, reason="看过执照")
    decided: Posting = replace(held, status=status, review=review)
    assert await store.postings.decide(held, review) == decided
    assert await store.postings.decide(held, replace(review, approved=not approved)) is None
    assert await store.postings.by_ids([held.id]) == {held.id: decided}


async def test_a_posting_is_changed_and_closed_from_the_revision_that_was_read(
    store: Store,
) -> None:
    first = records.posting()
    await store.postings.add([first])
    # As one that was stored before there were revisions.
    await store.mongo["postings"].update_one({"_id": first.id}, {"$unset": {"revision": 1}})
    assert await store.postings.by_ids([first.id]) == {first.id: first}
    finding = Finding(
        code="PAY", severity=Severity.REVIEW, field="pay", message="-", message_zh="-", basis="-"
    )
    paid, held = terms(pay=monthly(7000)), PostingStatus.IN_REVIEW
    changed = replace(first, terms=paid, status=held, findings=(finding,), revision=2)
    assert await store.postings.change(first, paid, held, [finding]) == changed
    assert await store.postings.change(first, paid, held, [finding]) is None
    assert await store.postings.close(first) is None
    review = Review(by="officer", at=records.AT, approved=True, reason="看过执照")
    unseen = replace(changed, revision=1)
    assert await store.postings.decide(unseen, review) is None
    closed = replace(changed, status=PostingStatus.CLOSED)
    assert await store.postings.close(changed) == closed
    assert await store.postings.by_ids([first.id]) == {first.id: closed}
