"""A lease has one holder at a time, and expires."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from storage.mongo.leases import MAX_AHEAD
from storage.store import Store
from tests.support import records

MINUTE = timedelta(minutes=1)


async def take(store: Store, holder: str, at: datetime) -> bool:
    return await store.leases.acquire("work", holder, at=at, until=at + MINUTE)


async def test_one_of_many_concurrent_nodes_gets_a_lease(either_store: Store) -> None:
    nodes = [f"node{number}" for number in range(8)]
    taken = await asyncio.gather(*(take(either_store, node, records.FIXED_NOW) for node in nodes))
    assert sorted(taken) == [False] * 7 + [True]


async def test_a_lease_is_renewed_by_its_holder_and_expires_for_others(
    store: Store,
) -> None:
    assert await take(store, "a", records.FIXED_NOW)
    assert await take(store, "a", records.FIXED_NOW + MINUTE / 2)
    assert not await take(store, "b", records.FIXED_NOW + MINUTE)
    assert await take(store, "b", records.FIXED_NOW + MINUTE * 3 / 2)
    assert not await take(store, "a", records.FIXED_NOW + MINUTE * 2)
    assert await store.leases.acquire(
        "else", "a", at=records.FIXED_NOW, until=records.FIXED_NOW + MINUTE
    )


async def test_only_its_holder_releases_a_lease(store: Store) -> None:
    assert await take(store, "a", records.FIXED_NOW)
    await store.leases.release("work", "b")
    assert not await take(store, "b", records.FIXED_NOW)
    await store.leases.release("work", "a")
    assert await take(store, "b", records.FIXED_NOW)


async def test_a_lease_that_was_taken_in_the_future_is_void(store: Store) -> None:
    now = records.FIXED_NOW
    assert await take(store, "ahead", now + MAX_AHEAD)
    assert not await take(store, "b", now)
    assert await take(store, "ahead", now + MAX_AHEAD + timedelta(milliseconds=1))
    assert await take(store, "b", now)
    assert not await take(store, "ahead", now)


async def test_a_lease_of_the_version_before_is_honoured(store: Store) -> None:
    now = records.FIXED_NOW
    await store.mongo["leases"].insert_one({"_id": "work", "holder": "old", "until": now + MINUTE})
    assert not await take(store, "b", now)
    assert await take(store, "b", now + MINUTE)


async def test_the_held_leases_are_those_that_have_not_expired(store: Store) -> None:
    leases = store.leases
    assert await leases.find_held(at=records.FIXED_NOW) == []
    await take(store, "a", records.FIXED_NOW)
    await leases.acquire("later", "b", at=records.FIXED_NOW, until=records.FIXED_NOW + MINUTE * 2)
    held = await leases.find_held(at=records.FIXED_NOW)
    assert [(lease.name, lease.holder) for lease in held] == [("later", "b"), ("work", "a")]
    held = await leases.find_held(at=records.FIXED_NOW + MINUTE)
    assert [lease.name for lease in held] == ["later"]
