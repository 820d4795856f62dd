"""Fixtures that start whole processes, as an operator does."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.support.songgang_process import ServerProcess, running_server

PASSWORD = "demo-for-tests-1"


@pytest.fixture
async def demo() -> AsyncIterator[ServerProcess]:
    """A demo as ``make run`` starts it, with its own mongod."""
    async with running_server(None, "songgang", "--demo") as server:
        yield server


@asynccontextmanager
async def running_nodes(
    mongo_uri: str, database_name: str, **given: str
) -> AsyncIterator[list[ServerProcess]]:
    """Run two processes of one demo on one MongoDB, with these variables, until the block ends."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                running_server(
                    mongo_uri,
                    database_name,
                    "--demo",
                    folder=None,
                    SONGGANG_SECRET="a secret that both nodes share",
                    SONGGANG_DEMO_PASSWORD=PASSWORD,
                    **given,
                )
            )
            for _ in range(2)
        ]


@pytest.fixture
async def two_nodes(mongo_uri: str, database_name: str) -> AsyncIterator[list[ServerProcess]]:
    """Two processes of one demo on one MongoDB."""
    async with running_nodes(mongo_uri, database_name) as nodes:
        yield nodes
