"""A database is bound to one secret."""

from __future__ import annotations

import asyncio

import pytest

from storage.mongo.client import Mongo
from storage.mongo.meta import WrongSecret
from storage.store import Store
from tests.support.stores import SECRET


async def test_a_database_accepts_only_the_secret_it_was_created_with(store: Store) -> None:
    await store.meta.bind_to_secret(SECRET)
    await store.meta.bind_to_secret(SECRET)
    with pytest.raises(WrongSecret, match="SONGGANG_SECRET") as caught:
        await store.meta.bind_to_secret("another secret")
    assert "another secret" not in str(caught.value)
    document = await store.mongo["meta"].find_one({"_id": "secret"})
    assert document is not None
    assert SECRET not in document["fingerprint"]


async def test_of_two_concurrent_secrets_one_gets_the_database(mongo: Mongo) -> None:
    claims = await asyncio.gather(
        *(Store(mongo, secret).meta.bind_to_secret(secret) for secret in ("a", "b", "a", "b")),
        return_exceptions=True,
    )
    kinds = [type(each) for each in claims]
    refused, admitted = WrongSecret, type(None)
    assert kinds in ([admitted, refused] * 2, [refused, admitted] * 2)


async def test_a_database_becomes_a_demo_once(store: Store) -> None:
    assert not await store.meta.is_demo()
    assert await store.meta.mark_demo()
    assert not await store.meta.mark_demo()
    assert await store.meta.is_demo()
