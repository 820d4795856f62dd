"""Stores over prepared databases: created once in a run, emptied before each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storage.mongo.client import Driver, Mongo, new_id
from storage.mongo.indexes import INDEXES
from storage.store import Store

SECRET = "a secret of tests, long enough"


@asynccontextmanager
async def prepare_store(uri: str, driver: Driver = "pymongo") -> AsyncIterator[Store]:
    """Yield a store over a new database with collections and indexes; drop it after the block."""
    mongo = await Mongo.connect(uri, f"test_{new_id()}", driver=driver)
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    yield store
    await mongo.drop_database()
    await mongo.close()


async def empty_store(store: Store) -> Store:
    """Delete all documents of a store, and return it."""
    await asyncio.gather(*(store.mongo[name].delete_many({}) for name in INDEXES))
    return store


@asynccontextmanager
async def connect_second_store(uri: str, store: Store) -> AsyncIterator[Store]:
    """Yield a second store over the same database with its own client, as a second node has."""
    mongo = await Mongo.connect(uri, store.mongo.database_name)
    yield Store(mongo, SECRET)
    await mongo.close()
