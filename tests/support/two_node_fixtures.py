"""Fixtures of two nodes over one database: each has a client and a group commit of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.wiring.realtime import run_group_commit
from realtime.group_commit import GroupCommit
from storage.store import Store
from tests.support.hub_session import HubSession
from tests.support.stores import connect_second_store, empty_store, prepare_store
from tests.support.waiting import ignore_running_tasks


@pytest.fixture(autouse=True)
async def ignore_tasks_of_other_tests() -> None:
    """Leave out tasks of services that other tests keep running for the whole run."""
    ignore_running_tasks()


@pytest.fixture(scope="session")
async def prepared_store(mongo_uri: str) -> AsyncIterator[Store]:
    async with prepare_store(mongo_uri) as store:
        yield store


@pytest.fixture(scope="session")
async def second_store(mongo_uri: str, prepared_store: Store) -> AsyncIterator[Store]:
    async with connect_second_store(mongo_uri, prepared_store) as store:
        yield store


@pytest.fixture
async def store(prepared_store: Store) -> Store:
    """A store over a database that holds only collections and indexes."""
    return await empty_store(prepared_store)


@pytest.fixture
async def other_store(store: Store, second_store: Store) -> Store:
    """A store over the same database, as a second node has."""
    return second_store


@pytest.fixture
async def commit(store: Store) -> AsyncIterator[GroupCommit]:
    async with run_group_commit(store) as commit:
        yield commit


@pytest.fixture
async def other_commit(other_store: Store) -> AsyncIterator[GroupCommit]:
    async with run_group_commit(other_store) as commit:
        yield commit


@pytest.fixture
async def room(store: Store) -> AsyncIterator[HubSession]:
    room = HubSession(store)
    yield room
    await room.hub.close()
