"""Driver errors are translated into storage errors, and a cancellation is never lost."""

from __future__ import annotations

import asyncio
import gc

import pytest

from storage.mongo.client import StorageError, translate_errors
from storage.store import Store


# The driver leaves a socket to the garbage collector when it is cancelled between connecting it
# and keeping it in its pool.
@pytest.mark.filterwarnings(
    r"ignore:Exception ignored in. <socket\.socket:pytest.PytestUnraisableExceptionWarning"
)
async def test_a_cancellation_at_any_moment_is_never_lost(either_store: Store) -> None:
    async def read() -> None:
        await either_store.event_log.read("session/a", after=0, limit=5)

    await read()
    for turns in range(30):
        reading = asyncio.create_task(read())
        for _ in range(turns):
            await asyncio.sleep(0)
        if reading.cancel():
            with pytest.raises(asyncio.CancelledError):
                await reading
    gc.collect()


async def test_a_cancellation_wins_over_an_error(store: Store) -> None:
    async def ask() -> None:
        with translate_errors():
            this = asyncio.current_task()
            assert this is not None
            this.cancel()
            # What the driver does on the interpreters that `translated` names.
            with pytest.raises(asyncio.CancelledError):
                await asyncio.sleep(0)
            await store.mongo["list"].find({"$no": 1}).to_list(1)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(ask())
    with pytest.raises(StorageError), translate_errors():
        await store.mongo["list"].find({"$no": 1}).to_list(1)
