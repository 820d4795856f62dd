"""Fixtures for tests in a browser: one Chromium and one service for all of them."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient
from tests.web.cables import Cable, laid_cable
from tests.web.hosts import Host, sign_in_host
from tests.web.visitors import missing_parts, running_browser


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium. Without it, or without built pages, tests are skipped by name."""
    missing = missing_parts()
    if missing:
        pytest.skip(missing)
    async with running_browser() as browser:
        yield browser


@pytest.fixture
async def http(demo: ServerProcess) -> AsyncIterator[HttpClient]:
    """A client of the demo's API."""
    async with HttpClient(demo.url) as http:
        yield http


@pytest.fixture
async def cable(demo: ServerProcess) -> AsyncIterator[Cable]:
    """A way to the demo that can be cut."""
    async with laid_cable(demo.url) as cable:
        yield cable


@pytest.fixture
async def host(demo: ServerProcess, http: HttpClient) -> Host:
    """The host of the demo."""
    return await sign_in_host(http, demo.demo_password)
