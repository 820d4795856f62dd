"""Finds the MongoDB of a process: the one of MONGODB_URI, or an embedded one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from api.settings import Settings
from storage.mongo.embedded import DataFolderBusy, EmbeddedMongod, run_embedded


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseAddress:
    """Where the database of a process is."""

    uri: str = field(repr=False)
    """It may hold a password."""
    embedded: EmbeddedMongod | None = None
    """The mongod that this process runs; None when another process runs the database."""


@asynccontextmanager
async def reach_database(
    settings: Settings, *, own_mongod: bool = False
) -> AsyncIterator[DatabaseAddress]:
    """Return MONGODB_URI, or the address of an embedded mongod that runs until the block ends.

    When another process already runs a mongod in the data folder, that one is used, unless
    ``own_mongod`` is set.

    :raises MongodNotFound: no MONGODB_URI is set and this machine has no mongod.
    :raises DataFolderBusy: another process uses the data folder.
    :raises MongodFailed: the embedded mongod does not start.
    """
    if settings.mongodb_uri is not None:
        yield DatabaseAddress(uri=settings.mongodb_uri.get_secret_value())
        return
    async with AsyncExitStack() as stack:
        yield await _start_or_join(settings.data_dir, stack, own_mongod=own_mongod)


async def _start_or_join(
    data_dir: Path, stack: AsyncExitStack, *, own_mongod: bool
) -> DatabaseAddress:
    try:
        embedded = await stack.enter_async_context(run_embedded(data_dir))
    except DataFolderBusy as busy:
        if own_mongod or busy.uri is None:
            raise
        return DatabaseAddress(uri=busy.uri)
    return DatabaseAddress(uri=embedded.uri, embedded=embedded)
