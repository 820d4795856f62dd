"""Fixtures of a whole app over a database of its own, with a showcase in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest
from starlette.applications import Starlette

from api.app import create_app
from api.http.health import Health
from api.http.imports.endpoint import ImportEndpoint
from api.http.lead_exports import LeadExportEndpoint
from api.http.metrics import Metrics
from api.http.public.feeds import PublicFeeds
from api.http.public.job_pages import JobPages
from api.http.public.open_data import OpenData
from api.http.public.qr_codes import QrCodePages
from api.settings import Settings
from api.websocket.uvicorn_protocol import WireProtocol
from tests.support.fixtures import run_services_over_new_database
from tests.support.graphql_clients import UvicornServer
from tests.support.services import RunningServices
from tests.support.showcase import Showcase
from workers.deliveries import WebhookDispatcher
from workers.scan_counts import ScanCounter
from workers.webhook_sender import WebhookSender


@pytest.fixture(scope="module")
async def isolated_running(mongo_uri: str) -> AsyncIterator[RunningServices]:
    """Services of a database in which there is nothing but the showcase."""
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
    """A client of the app's address."""
    url = isolated_server.url.replace("ws://", "http://").removesuffix("/graphql")
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        yield http


def create_app_over(running: RunningServices) -> Starlette:
    """The app with all its routes; nothing works in the background."""
    services, authenticate = running.services, running.tokens.authenticate
    store, feed = running.store, running.feed
    sends = WebhookDispatcher(store, WebhookSender(private=False), services.clock)
    app = create_app(Settings.read())
    app.state.node = SimpleNamespace(
        endpoint=running.endpoint,
        exports=LeadExportEndpoint(store, authenticate),
        imports=ImportEndpoint(store, authenticate, services.clock, lambda: None),
        health=Health(store.mongo, feed),
        metrics=Metrics(services, running.engine, running.endpoint, feed, sends, token=None),
        jobs=JobPages(services),
        feeds=PublicFeeds(services),
        open_data=OpenData(services),
        codes=QrCodePages(services, ScanCounter(store)),
    )
    return app
