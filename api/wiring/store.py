"""Opens the store of a process over its database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.settings import Settings
from api.wiring.database import DatabaseAddress, reach_database
from storage.clock import Clock, utc_now
from storage.mongo.client import Mongo
from storage.store import Store


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the store of a command: over MONGODB_URI, a running service's mongod, or an own one.

    :raises MongodNotFound: no MONGODB_URI is set and this machine has no mongod.
    :raises DataFolderBusy: another process uses the data folder and has no mongod yet.
    :raises MongodFailed: the embedded mongod does not start.

    The errors of ``connect_store`` are raised too.
    """
    settings.load_secret()  # a wrong secret is reported before a mongod is started
    async with reach_database(settings) as database, connect_store(settings, database) as store:
        yield store


@asynccontextmanager
async def open_database(settings: Settings, *, own_mongod: bool = False) -> AsyncIterator[Mongo]:
    """Open the database of a command as it is: no collection is created, nothing is upgraded.

    With ``own_mongod`` a running service's mongod is not used: ``DataFolderBusy`` is raised.

    The errors of ``open_store`` are raised, apart from ``WrongSecret``.
    """
    async with reach_database(settings, own_mongod=own_mongod) as database:
        mongo = await Mongo.connect(
            database.uri, settings.mongodb_database, driver=settings.mongodb_driver
        )
        try:
            yield mongo
        finally:
            await mongo.close()


@asynccontextmanager
async def connect_store(
    settings: Settings, database: DatabaseAddress, *, wall_clock: Clock = utc_now
) -> AsyncIterator[Store]:
    """Connect to the database, which then has its collections and is bound to the secret.

    ``wall_clock`` is this machine's; it is only compared with the database's.

    :raises StorageUnavailable: MongoDB does not answer, or refuses these settings.
    :raises WrongSecret: the database belongs to another secret.
    """
    secret = settings.load_secret()
    mongo = await Mongo.connect(
        database.uri, settings.mongodb_database, driver=settings.mongodb_driver
    )
    try:
        store = Store(mongo, secret, wall_clock=wall_clock)
        await store.prepare(secret)
        yield store
    finally:
        await mongo.close()
