"""Fixtures of the rescreening tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.wiring.realtime import create_group_commit
from services.live.sessions import LiveSessionControl
from storage.store import Store
from tests.support.records import ManualClock
from tests.workers.rescreening.screening_node import ScreeningNode


@pytest.fixture
async def node(store: Store) -> AsyncIterator[ScreeningNode]:
    commit = create_group_commit(store)
    clock = ManualClock()
    node = ScreeningNode(store, LiveSessionControl(store, commit, clock), clock)
    await store.minimum_wages.seed()
    await store.employers.add([node.employer])
    await node.wages.refresh()
    yield node
    await node.gate.wait_for_rescreens()
    await commit.close()
