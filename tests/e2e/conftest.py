"""Fixtures that start whole processes, as an operator does."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.support.songgang_process import ServerProcess, running_server

PASSWORD = "demo-for-tests-1"


@pytest.fixture
async def demo() -> AsyncIterator[ServerProcess]:
    """A demo as ``make run`` starts it, with its own mongod."""
    async with running_server(None, "songgang", "--demo") as server:
        yield server


@pytest.fixture
async def two_nodes(mongo_uri: str, database_name: str) -> AsyncIterator[list[ServerProcess]]:
    """Two processes of one demo on one MongoDB."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                running_server(
                    mongo_uri,
                    database_name,
                    "--demo",
                    SONGGANG_SECRET="a secret that both nodes share",
                    SONGGANG_DEMO_PASSWORD=PASSWORD,
                )
            )
            for _ in range(2)
        ]
