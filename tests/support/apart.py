"""Fixtures of a whole app over a database of its own, with a showcase in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest
from starlette.applications import Starlette

from api.app import create_app
from api.codes import CodePages
from api.exports import Exports
from api.feeds import Feeds
from api.health import Health
from api.imports import Imports
from api.metrics import Metrics
from api.opendata import OpenData
from api.pages import JobPages
from api.settings import Settings
from api.webhooks import Sender
from api.wire_protocol import WireProtocol
from realtime.codes import Scans
from realtime.deliveries import Dispatcher
from tests.support.fixtures import over_new_database
from tests.support.graphql import Server
from tests.support.services import Running
from tests.support.showcase import Showcase


@pytest.fixture(scope="module")
async def apart(mongo_uri: str) -> AsyncIterator[Running]:
    """Services of a database in which there is nothing but the showcase."""
    async with over_new_database(mongo_uri) as running:
        yield running


@pytest.fixture(scope="module")
async def showcase(apart: Running) -> Showcase:
    world = Showcase(apart)
    await world.settle()
    return world


@pytest.fixture(scope="module")
async def served_apart(apart: Running) -> AsyncIterator[Server]:
    async with Server(app_over(apart), WireProtocol) as server:
        yield server


@pytest.fixture(scope="module")
async def visit(served_apart: Server) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app's address."""
    url = served_apart.url.replace("ws://", "http://").removesuffix("/graphql")
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        yield http


def app_over(running: Running) -> Starlette:
    """The app with all its routes; nothing works in the background."""
    services, authenticate = running.services, running.tokens.authenticate
    store, feed = running.store, running.feed
    sends = Dispatcher(store, Sender(private=False), services.clock)
    app = create_app(Settings.read())
    app.state.node = SimpleNamespace(
        endpoint=running.endpoint,
        exports=Exports(store, authenticate),
        imports=Imports(store, authenticate, services.clock, lambda: None),
        health=Health(store.mongo, feed),
        metrics=Metrics(services, running.engine, running.endpoint, feed, sends, token=None),
        jobs=JobPages(services),
        feeds=Feeds(services),
        open_data=OpenData(services),
        codes=CodePages(services, Scans(store)),
    )
    return app
