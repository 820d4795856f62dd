"""MongoDB's plans for searches: which index they use, and how much they examine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.postings.postings import Benefit, Shift
from storage.mongo.client import Document
from storage.mongo.paging import PageRequest
from storage.search.search_query import SearchOrder
from storage.store import Store
from tests.storage.search.stored_postings import COMBINED, HERE, query, store_tied_postings


def stages(plan: Any) -> list[Document]:
    """Return every stage of every plan in an explain result."""
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
    await store_tied_postings(store)
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
async def test_an_in_memory_sort_is_limited_to_the_page(store: Store, order: SearchOrder) -> None:
    await store_tied_postings(store)
    for narrowed in COMBINED:
        reading = {
            "find": "postings",
            "filter": replace(query(near=HERE), **narrowed).where(),
            "sort": dict(order.value),
            "limit": 21,
        }
        explained = await store.mongo.command({"explain": reading, "verbosity": "queryPlanner"})
        plan = stages(explained["queryPlanner"])
        assert "COLLSCAN" not in {stage["stage"] for stage in plan}
        for sort in (stage for stage in plan if stage["stage"] == "SORT"):
            assert sort["limitAmount"] == 21


async def test_counting_a_word_reads_only_the_index(store: Store) -> None:
    await store_tied_postings(store)
    wanted = query(
        "焊工",
        shifts=(Shift.DAY,),
        benefits=(Benefit.MEALS,),
        pay_to=100_000,
    )
    explained = await store.mongo.command(
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
    stats = explained.get("executionStats") or explained["stages"][0]["$cursor"]["executionStats"]
    assert stats["totalDocsExamined"] == 0
    assert stats["totalKeysExamined"] > 0
