"""Two nodes over one database: each has a client and a group commit of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import settings

from domain.live.events import EventEnvelope, session_id_of
from realtime.commit import GroupCommit
from storage.clock import utc_now
from storage.mongo.client import Transaction
from storage.store import Store
from tests.support.hub_session import HubSession
from tests.support.stores import connect_second_store, empty_store, prepare_store
from tests.support.waiting import ignore_running_tasks

# A busy machine is no broken rule.
settings.register_profile("songgang", deadline=None)
settings.load_profile("songgang")


@pytest.fixture(autouse=True)
async def ignore_tasks_of_other_tests() -> None:
    """Services that other tests keep for the whole run have tasks of the same layer."""
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
    """The nouns over a database that holds nothing but collections and indexes."""
    return await empty_store(prepared_store)


@pytest.fixture
async def other_store(store: Store, second_store: Store) -> Store:
    """The same database, as a second node has it."""
    return second_store


def create_group_commit(store: Store) -> GroupCommit:
    """As the app wires it: sessions know the last event that their state includes."""

    async def note_seq(placed: EventEnvelope, transaction: Transaction) -> None:
        session_id = session_id_of(placed.topic)
        if session_id is not None:
            await store.live_sessions.set_last_seq(session_id, placed.seq, transaction=transaction)

    return GroupCommit(store.mongo, store.event_log, utc_now, on_logged=note_seq)


@pytest.fixture
async def commit(store: Store) -> AsyncIterator[GroupCommit]:
    commit = create_group_commit(store)
    yield commit
    await commit.close()


@pytest.fixture
async def other_commit(other_store: Store) -> AsyncIterator[GroupCommit]:
    commit = create_group_commit(other_store)
    yield commit
    await commit.close()


@pytest.fixture
async def room(store: Store) -> AsyncIterator[HubSession]:
    room = HubSession(store)
    yield room
    await room.hub.close()
