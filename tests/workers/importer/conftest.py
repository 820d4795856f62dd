"""Fixtures of the importer tests: an importer over a store of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.wiring.realtime import create_group_commit
from services.live.sessions import LiveSessionControl
from storage.clock import utc_now
from storage.store import Store
from tests.workers.importer.queued_imports import create_importer
from workers.importer import Importer


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[LiveSessionControl]:
    commit = create_group_commit(store)
    yield LiveSessionControl(store, commit, utc_now)
    await commit.close()


@pytest.fixture
async def importer(store: Store, desk: LiveSessionControl) -> Importer:
    await store.minimum_wages.seed()
    return create_importer(store, desk, "one")
