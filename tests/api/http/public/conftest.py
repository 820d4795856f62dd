"""Fixtures of the public routes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.public_routes import serve_public_routes
from tests.support.services import RunningServices


@pytest.fixture
async def http(running: RunningServices) -> AsyncIterator[httpx.AsyncClient]:
    async with serve_public_routes(running.services) as http:
        yield http
