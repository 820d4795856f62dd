"""Fixtures of those who ask GraphQL: services for the run, a world and a client for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from api.websocket.uvicorn_protocol import WireProtocol
from storage.mongo.client import Mongo, new_id
from tests.support.graphql import Api, Server
from tests.support.services import Running, World, running_services


@asynccontextmanager
async def over_new_database(mongo_uri: str) -> AsyncIterator[Running]:
    """Services over a database of their own, which is dropped after them."""
    mongo = await Mongo.connect(mongo_uri, f"test_{new_id()}")
    async with running_services(mongo) as running:
        yield running
    await mongo.drop()
    await mongo.close()


@pytest.fixture(scope="session")
async def running(mongo_uri: str) -> AsyncIterator[Running]:
    """Services over one database; each test has a world of its own in it."""
    async with over_new_database(mongo_uri) as running:
        yield running


@pytest.fixture
async def world(running: Running) -> World:
    world = World(running)
    await world.settle()
    return world


@pytest.fixture(scope="module")
async def still_world(running: Running) -> World:
    """A world for tests that change nothing in it."""
    world = World(running)
    await world.settle()
    return world


@pytest.fixture
async def api(running: Running) -> AsyncIterator[Api]:
    async with Api(running.endpoint) as api:
        yield api


@pytest.fixture(scope="session", params=["our protocol", "any ASGI server"])
async def server(running: Running, request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """The endpoint behind a real socket, over each of the two ways to write to it."""
    ours = request.param == "our protocol"
    async with Server(running.endpoint, WireProtocol if ours else "websockets-sansio") as server:
        yield server
