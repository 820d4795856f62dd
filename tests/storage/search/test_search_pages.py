"""The pages of a search in each of its orders."""

from __future__ import annotations

import itertools

import pytest

from storage.mongo.paging import PageRequest
from storage.search.search_query import SearchOrder, SearchQuery
from storage.store import Store
from tests.domain.posting_terms_samples import monthly_pay, posting_terms
from tests.storage.search.stored_postings import (
    HERE,
    all_pages,
    find_ids,
    query,
    store_postings,
    store_tied_postings,
)

ORDERS = [
    (SearchOrder.NEWEST, query()),
    (SearchOrder.PAY, query()),
    (SearchOrder.RELEVANCE, query("焊工 叉车")),
    (SearchOrder.RELEVANCE, query("焊工")),
    (SearchOrder.DISTANCE, query(near=HERE)),
]


@pytest.mark.parametrize(("order", "wanted"), ORDERS)
@pytest.mark.parametrize("backward", [False, True])
async def test_pages_in_any_order_hold_each_posting_once(
    store: Store, order: SearchOrder, wanted: SearchQuery, backward: bool
) -> None:
    await store_tied_postings(store)
    everything = await find_ids(store, wanted, order)
    assert len(everything) == 14
    for size in (1, 4, 14):
        hits = await all_pages(store, order, wanted, size, backward=backward)
        assert [hit.posting.id for hit in hits] == everything


@pytest.mark.parametrize(("order", "wanted"), ORDERS)
async def test_postings_stored_meanwhile_do_not_shift_pages(
    store: Store, order: SearchOrder, wanted: SearchQuery
) -> None:
    await store_tied_postings(store)
    everything = await find_ids(store, wanted, order)
    first = await store.search.page(wanted, order, PageRequest(limit=5))
    await store_postings(
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
