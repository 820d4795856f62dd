"""A real mongod for tests, in a temporary folder."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from storage.mongo.client import Mongo
from storage.mongo.embedded import EmbeddedMongod, run_embedded


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder that is removed after the block. pytest keeps its own, and mongod needs
    200 MB.
    """
    with tempfile.TemporaryDirectory(prefix="songgang-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@asynccontextmanager
async def temporary_mongod() -> AsyncIterator[EmbeddedMongod]:
    """Run an empty mongod, and remove its data after the block.

    It does not expire documents: tests store fixed dates, which will be in the past one day.
    """
    with temporary_folder() as folder:
        async with run_embedded(folder) as running:
            mongo = await Mongo.connect(running.uri, "admin")
            await mongo.command({"setParameter": 1, "ttlMonitorEnabled": False})
            await mongo.close()
            yield running
