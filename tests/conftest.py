"""What every test may ask for: a mongod for the worker, a database of its own for each test.

`make test` runs a worker a core (pytest-xdist); each has the fixtures of the session to itself.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.client import Driver, Mongo, new_id
from tests.support.alone import pytest_runtest_protocol
from tests.support.mongod import temporary_folder, temporary_mongod
from tests.support.server import Server, running_server
from tests.support.skips import pytest_runtest_makereport

__all__ = ["pytest_runtest_makereport", "pytest_runtest_protocol"]


def pytest_configure(config: pytest.Config) -> None:
    # PyMongo 4.20 leaves a socket to the garbage collector when the client is closed while it
    # connects (`_async_create_connection` has no branch for a cancellation). Such a socket has no
    # peer yet; one that we had forgotten ourselves has, and still fails the test.
    config.addinivalue_line(
        "filterwarnings",
        r"ignore:Exception ignored in. <socket\.socket fd=\d+, family=\d+, type=1, proto=6, "
        r"laddr=\('127.0.0.1', \d+\)>:pytest.PytestUnraisableExceptionWarning",
    )


@pytest.fixture(scope="session")
async def mongo_uri() -> AsyncIterator[str]:
    """The replica set of the run."""
    async with temporary_mongod() as running:
        yield running.uri


@pytest.fixture(scope="session")
async def demo(mongo_uri: str) -> AsyncIterator[Server]:
    """One `songgang run --demo` for the run, with a database of its own that tests share."""
    name = f"test_{new_id()}"
    async with running_server(mongo_uri, name, "--demo") as server:
        yield server
    mongo = await Mongo.connect(mongo_uri, name)
    await mongo.drop()
    await mongo.close()


@pytest.fixture
async def database_name(mongo_uri: str) -> AsyncIterator[str]:
    """The name of a database that is new, and dropped after the test."""
    name = f"test_{new_id()}"
    yield name
    mongo = await Mongo.connect(mongo_uri, name)
    await mongo.drop()
    await mongo.close()


@pytest.fixture
async def mongo(mongo_uri: str, database_name: str) -> AsyncIterator[Mongo]:
    """A connection to the test's database, over the default driver."""
    mongo = await Mongo.connect(mongo_uri, database_name)
    yield mongo
    await mongo.close()


@pytest.fixture(params=["pymongo", "motor"])
def driver(request: pytest.FixtureRequest) -> Driver:
    """Each driver in turn."""
    driver: Driver = request.param
    return driver


@pytest.fixture
async def either_mongo(mongo_uri: str, database_name: str, driver: Driver) -> AsyncIterator[Mongo]:
    """A connection to the test's database, over each driver in turn."""
    mongo = await Mongo.connect(mongo_uri, database_name, driver=driver)
    yield mongo
    await mongo.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new folder, removed after the test."""
    with temporary_folder() as path:
        yield path
