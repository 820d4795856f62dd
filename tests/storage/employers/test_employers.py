"""Employers by credit code, and their pages."""

from __future__ import annotations

import pytest

from storage.mongo.client import Duplicate
from storage.mongo.paging import Page, PageRequest
from storage.store import Store
from tests.support import records


async def test_employers_are_listed_newest_first(store: Store) -> None:
    made = [records.employer() for _ in range(3)]
    await store.employers.add(made)
    assert await store.employers.page(PageRequest(limit=2)) == Page(
        items=[made[2], made[1]], has_next=True, has_previous=False
    )
    assert await store.employers.by_ids([made[0].id, "none"]) == {made[0].id: made[0]}


async def test_a_credit_code_stands_for_one_employer(store: Store) -> None:
    first = records.employer()
    await store.employers.add([first])
    with pytest.raises(Duplicate) as caught:
        await store.employers.add([records.employer(credit_code=first.credit_code)])
    assert caught.value.fields == ("credit_code",)
