"""Fixtures of a whole app over a database of its own, with a showcase in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest
from starlette.applications import Starlette

from api.app import create_app
from api.http.health import Health
from api.http.imports.endpoint import Imports
from api.http.lead_exports import Exports
from api.http.metrics import Metrics
from api.http.public.feeds import Feeds
from api.http.public.job_pages import JobPages
from api.http.public.open_data import OpenData
from api.http.public.qr_codes import CodePages
from api.settings import Settings
from api.websocket.uvicorn_protocol import WireProtocol
from tests.support.fixtures import over_new_database
from tests.support.graphql import Server
from tests.support.services import Running
from tests.support.showcase import Showcase
from workers.deliveries import Dispatcher
from workers.scan_counts import Scans
from workers.webhook_sender import Sender


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
