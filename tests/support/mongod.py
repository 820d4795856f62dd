"""A real mongod for tests, in a folder that is removed with it."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from storage.mongo.client import Mongo
from storage.mongo.embedded import EmbeddedMongod, run_embedded


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A new folder. pytest's own would be kept, and a mongod's takes 200 MB."""
    with tempfile.TemporaryDirectory(prefix="songgang-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@asynccontextmanager
async def temporary_mongod() -> AsyncIterator[EmbeddedMongod]:
    """A mongod with nothing in it, gone after the block with all its data.

    It forgets nothing by itself: what tests store has fixed dates, which are long past some day.
    """
    with temporary_folder() as folder:
        async with run_embedded(folder) as running:
            mongo = await Mongo.connect(running.uri, "admin")
            await mongo.command({"setParameter": 1, "ttlMonitorEnabled": False})
            await mongo.close()
            yield running
