"""Opens the store of a process: a connection to MongoDB, or an embedded mongod."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from api.settings import Settings
from storage.mongo.client import Mongo
from storage.mongo.embedded import DataFolderBusy, run_embedded
from storage.store import Store


@asynccontextmanager
async def open_store(settings: Settings, *, own_mongod: bool = False) -> AsyncIterator[Store]:
    """Connect to MONGODB_URI, or to an embedded mongod that runs until the block ends.

    The database has its collections and is bound to the secret. When another process already runs
    a mongod in the data folder, that one is used, unless ``own_mongod`` is set.

    :raises MongodNotFound: no MONGODB_URI is set and this machine has no mongod.
    :raises DataFolderBusy: another process uses the data folder.
    :raises MongodFailed: the embedded mongod does not start.
    :raises StorageUnavailable: MongoDB does not answer, or refuses these settings.
    :raises WrongSecret: the database belongs to another secret.
    """
    secret = settings.load_secret()
    async with AsyncExitStack() as stack:
        if settings.mongodb_uri is None:
            uri = await _start_embedded_mongod(settings.data_dir, stack, own_mongod=own_mongod)
        else:
            uri = settings.mongodb_uri.get_secret_value()
        mongo = await Mongo.connect(uri, settings.mongodb_database, driver=settings.mongodb_driver)
        stack.push_async_callback(mongo.close)
        store = Store(mongo, secret)
        await store.prepare(secret)
        yield store


async def _start_embedded_mongod(data_dir: Path, stack: AsyncExitStack, *, own_mongod: bool) -> str:
    try:
        return (await stack.enter_async_context(run_embedded(data_dir))).uri
    except DataFolderBusy as busy:
        if own_mongod or busy.uri is None:
            raise
        return busy.uri
