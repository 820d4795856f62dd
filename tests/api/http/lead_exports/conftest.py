"""Fixtures of the lead exports: a world with one lead, and a server of its exports."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from api.http.lead_exports import LeadExportEndpoint
from api.http.limits import ExportLimits
from tests.api.http.lead_exports.exported_tables import serve_exports
from tests.support.services import RunningServices
from tests.support.world import World


@pytest.fixture
async def world(running: RunningServices) -> World:
    """A world with one lead."""
    world = World(running)
    await world.store_records(with_offered=False)
    return world


@pytest.fixture
def exports(running: RunningServices) -> LeadExportEndpoint:
    return LeadExportEndpoint(running.store, running.tokens.authenticate, ExportLimits())


@pytest.fixture
async def http(running: RunningServices) -> AsyncIterator[httpx.AsyncClient]:
    async with serve_exports(running, ExportLimits()) as http:
        yield http
