"""Fixtures for GraphQL tests: running services, a world of records, and clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from api.websocket.uvicorn_protocol import WireProtocol
from storage.mongo.client import Mongo, new_id
from tests.support.graphql_clients import GraphQLClient, UvicornServer
from tests.support.services import RunningServices, running_services
from tests.support.world import World


@asynccontextmanager
async def run_services_over_new_database(mongo_uri: str) -> AsyncIterator[RunningServices]:
    """Run services over a new database, and drop it at the end of the block."""
    mongo = await Mongo.connect(mongo_uri, f"test_{new_id()}")
    async with running_services(mongo) as running:
        yield running
    await mongo.drop_database()
    await mongo.close()


@pytest.fixture(scope="session")
async def running(mongo_uri: str) -> AsyncIterator[RunningServices]:
    """Services over one database for all tests; each test has its own world in it."""
    async with run_services_over_new_database(mongo_uri) as running:
        yield running


@pytest.fixture
async def world(running: RunningServices) -> World:
    """A new world, stored."""
    world = World(running)
    await world.store_records()
    return world


@pytest.fixture(scope="module")
async def readonly_world(running: RunningServices) -> World:
    """A world that all tests share which change nothing in it."""
    world = World(running)
    await world.store_records()
    return world


@pytest.fixture
async def api(running: RunningServices) -> AsyncIterator[GraphQLClient]:
    async with GraphQLClient(running.endpoint) as api:
        yield api


@pytest.fixture(scope="session", params=["our protocol", "any ASGI server"])
async def server(
    running: RunningServices, request: pytest.FixtureRequest
) -> AsyncIterator[UvicornServer]:
    """The endpoint on a real socket, with each of the two WebSocket protocols."""
    ours = request.param == "our protocol"
    async with UvicornServer(
        running.endpoint, WireProtocol if ours else "websockets-sansio"
    ) as server:
        yield server
