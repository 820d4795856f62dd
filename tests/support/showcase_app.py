"""Fixtures of the whole application over its own database with a showcase."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from api.app import create_app
from api.websocket.uvicorn_protocol import WireProtocol
from tests.support.fixtures import run_services_over_new_database
from tests.support.graphql_clients import UvicornServer
from tests.support.services import TEST_SETTINGS, RunningServices
from tests.support.showcase import Showcase


@pytest.fixture(scope="module")
async def isolated_running(mongo_uri: str) -> AsyncIterator[RunningServices]:
    """Services over a database that holds only the showcase."""
    async with run_services_over_new_database(mongo_uri) as running:
        yield running


@pytest.fixture(scope="module")
async def showcase(isolated_running: RunningServices) -> Showcase:
    world = Showcase(isolated_running)
    await world.store_records()
    return world


@pytest.fixture(scope="module")
async def isolated_server(isolated_running: RunningServices) -> AsyncIterator[UvicornServer]:
    async with UvicornServer(create_app_over(isolated_running), WireProtocol) as server:
        yield server


@pytest.fixture(scope="module")
async def isolated_http(isolated_server: UvicornServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the application's base URL."""
    url = isolated_server.url.replace("ws://", "http://").removesuffix("/graphql")
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        yield http


def create_app_over(running: RunningServices) -> Starlette:
    """Return the app with all its routes over these services; no worker is started."""
    app = create_app(TEST_SETTINGS)
    app.state.node = running.node
    return app
