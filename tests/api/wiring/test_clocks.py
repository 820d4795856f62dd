"""A node whose clock is wrong, beside a right one over the same database."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.wiring.node import run_node
from storage.clock import utc_now
from storage.mongo.client import Mongo
from storage.store import Store
from tests.api.wiring.test_parts import settings
from tests.support.waiting import wait_until

HOUR = timedelta(hours=1)
NEAR = timedelta(minutes=5)


@pytest.fixture
async def right(mongo_uri: str, database_name: str) -> Store:
    """A store as a node has it whose clock is right."""
    mongo = await Mongo.connect(mongo_uri, database_name)
    return Store(mongo, "a secret for tests")


@pytest.mark.parametrize("off", [HOUR, -HOUR])
async def test_its_leases_and_reports_have_the_time_of_the_database(
    mongo_uri: str, database_name: str, right: Store, off: timedelta
) -> None:
    given = settings(mongo_uri, database_name)
    async with run_node(given, wall_clock=lambda: utc_now() + off) as node:
        presence = node.engine.services.presence
        presence.enter("session", "viewer")
        presence.wake()

        async def written(collection: str, field: str) -> list[datetime]:
            found = await right.mongo[collection].find().to_list()
            return [document[field] for document in found]

        await wait_until(lambda: written("presence", "at"))
        await wait_until(lambda: written("leases", "taken_at"))
        now = await right.mongo.read_clock()
        for at in [*await written("presence", "at"), *await written("leases", "taken_at")]:
            assert abs(at - now) < NEAR
        counted = await right.presence_reports.count_viewers(["session"], at=right.clock())
        assert counted == {"session": 1}
    await right.mongo.close()


async def test_it_is_unready_until_its_clock_is_right(mongo_uri: str, database_name: str) -> None:
    off = HOUR
    given = settings(mongo_uri, database_name)
    async with run_node(given, wall_clock=lambda: utc_now() + off) as node:
        assert await node.health.failed_checks() == ["clock"]
        off = timedelta(0)

        async def is_ready() -> bool:
            return await node.health.failed_checks() == []

        await wait_until(is_ready, within=60)
        off = -HOUR

        async def is_unready() -> bool:
            return await node.health.failed_checks() == ["clock"]

        await wait_until(is_unready, within=60)


async def test_a_primary_whose_clock_is_wrong_leaves_the_node_ready(
    mongo_uri: str, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read_clock(_: Mongo, *, of_secondary: bool = False) -> datetime:
        return utc_now() + (timedelta(0) if of_secondary else HOUR)

    monkeypatch.setattr(Mongo, "read_clock", read_clock)
    async with run_node(settings(mongo_uri, database_name)) as node:
        assert await node.health.failed_checks() == []
        assert node.health.degraded_tasks() == ["database_clock"]
