"""Phones whose owners want no more messages."""

from __future__ import annotations

from datetime import timedelta

from storage.store import Store
from tests.support.records import FIXED_NOW


async def test_a_stop_holds_until_it_is_removed(store: Store, other_store: Store) -> None:
    assert not await store.phone_stops.has("person")
    await store.phone_stops.add("person", at=FIXED_NOW)
    assert await other_store.phone_stops.has("person")
    assert not await store.phone_stops.has("another")
    await other_store.phone_stops.remove("person")
    await store.phone_stops.remove("person")
    assert not await store.phone_stops.has("person")


async def test_a_repeated_stop_keeps_the_time_of_the_first(store: Store) -> None:
    for days in (0, 1):
        await store.phone_stops.add("person", at=FIXED_NOW + timedelta(days=days))
    document = await store.mongo["phone_stops"].find_one({})
    assert document == {"_id": "person", "at": FIXED_NOW}
