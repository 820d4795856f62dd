"""Stores over prepared databases, for the tests of repositories."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage.store import Store
from tests.support.stores import connect_second_store, empty_store, prepare_store


@pytest.fixture(scope="session")
async def pymongo_store(mongo_uri: str) -> AsyncIterator[Store]:
    async with prepare_store(mongo_uri) as store:
        yield store


@pytest.fixture(scope="session")
async def motor_store(mongo_uri: str) -> AsyncIterator[Store]:
    async with prepare_store(mongo_uri, "motor") as store:
        yield store


@pytest.fixture
async def store(pymongo_store: Store) -> Store:
    """A store without documents."""
    return await empty_store(pymongo_store)


@pytest.fixture(scope="session")
async def second_store(mongo_uri: str, pymongo_store: Store) -> AsyncIterator[Store]:
    async with connect_second_store(mongo_uri, pymongo_store) as store:
        yield store


@pytest.fixture
async def other_store(store: Store, second_store: Store) -> Store:
    """A store over the same database, as a second node has."""
    return second_store


@pytest.fixture(params=["pymongo", "motor"])
async def either_store(
    request: pytest.FixtureRequest, pymongo_store: Store, motor_store: Store
) -> Store:
    """A store without documents, over each driver in turn."""
    return await empty_store(motor_store if request.param == "motor" else pymongo_store)
