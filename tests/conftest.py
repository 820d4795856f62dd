"""Fixtures for all tests: a mongod per worker, and a database per test.

``make test`` runs one pytest-xdist worker per core; each has session fixtures of its own.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from storage.mongo.client import Driver, Mongo, new_id
from tests.support.exclusive_tests import pytest_runtest_protocol
from tests.support.forbid_skips import pytest_runtest_makereport
from tests.support.memory_files import keep_temporary_files_in_memory
from tests.support.mongod import temporary_folder, temporary_mongod
from tests.support.songgang_process import ServerProcess, running_server

__all__ = ["pytest_runtest_makereport", "pytest_runtest_protocol"]

# Examples of properties have no deadline: a slow machine must not fail a test.
settings.register_profile("songgang", deadline=None)
settings.load_profile("songgang")


def left_by_pymongo(port: int | None = None) -> str:
    """Return a warning filter for a socket that PyMongo did not close, to ``port`` or unconnected.

    PyMongo 4.20 leaves it to the garbage collector when a call is cancelled while it connects
    (`_async_create_connection` has no branch for that). Any other unclosed
    socket is a fault of this project.
    """
    peer = rf", raddr=\('127.0.0.1', {port}\)" if port else ""
    return (
        r"ignore:Exception ignored in. <socket\.socket fd=\d+, family=\d+, type=1, proto=6, "
        rf"laddr=\('127.0.0.1', \d+\){peer}>:pytest.PytestUnraisableExceptionWarning"
    )


def pytest_configure(config: pytest.Config) -> None:
    keep_temporary_files_in_memory()
    config.addinivalue_line("filterwarnings", left_by_pymongo())


@pytest.fixture(scope="session")
async def mongo_uri(pytestconfig: pytest.Config) -> AsyncIterator[str]:
    """The URI of the replica set of this worker."""
    async with temporary_mongod() as running:
        pytestconfig.addinivalue_line("filterwarnings", left_by_pymongo(running.port))
        # The event loop stands still while synchronous tests run. A streaming monitor would then
        # time out and cancel operations of other tests.
        yield f"{running.uri}&serverMonitoringMode=poll"


@pytest.fixture(scope="session")
async def demo(mongo_uri: str) -> AsyncIterator[ServerProcess]:
    """One ``songgang run --demo`` with its own database, which tests of this worker share."""
    name = f"test_{new_id()}"
    async with running_server(mongo_uri, name, "--demo") as server:
        yield server
    mongo = await Mongo.connect(mongo_uri, name)
    await mongo.drop_database()
    await mongo.close()


@pytest.fixture
async def database_name(mongo_uri: str) -> AsyncIterator[str]:
    """The name of a new database, which is dropped after the test."""
    name = f"test_{new_id()}"
    yield name
    mongo = await Mongo.connect(mongo_uri, name)
    await mongo.drop_database()
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
