"""A batch loader across operations: concurrent calls share one read of many records.

A ``DataLoader`` batches within one operation. This one batches over all operations of a process,
for records that a whole room needs at once. Every record is read after it was asked for: once a
posting is closed, the next interest in it is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from storage.mongo.client import deadline

R = TypeVar("R")


class SharedBatchLoader(Generic[R]):
    """Loads records by id with ``find``; calls during a read wait for the next one.

    The number of waiting calls is bounded by the operations in progress: each loads one record at
    a time.
    """

    def __init__(
        self,
        find: Callable[[Iterable[str]], Awaitable[dict[str, R]]],
        *,
        max_ids_per_read: int = 1_000,
        read_timeout_seconds: float = 10.0,
    ) -> None:
        self._find = find
        self._max_ids_per_read = max_ids_per_read
        self._read_timeout_seconds = read_timeout_seconds
        self._waiting: dict[str, list[asyncio.Future[R | None]]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def load(self, record_id: str) -> R | None:
        """The record with this id as it is stored after this call; None if there is none.

        Raises what ``find`` raises. Waits for two reads at most: the current one and its own.
        """
        future: asyncio.Future[R | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(record_id, []).append(future)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await future

    async def _read(self) -> None:
        while self._waiting:
            ids = list(self._waiting)[: self._max_ids_per_read]
            waiting = {record_id: self._waiting.pop(record_id) for record_id in ids}
            try:
                with deadline(self._read_timeout_seconds):
                    found = await self._find(ids)
            except Exception as error:  # noqa: BLE001 - every error goes to the waiting calls
                for _, future in _pending_futures(waiting):
                    future.set_exception(error)
            else:
                for record_id, future in _pending_futures(waiting):
                    future.set_result(found.get(record_id))
        self._reading = None


def _pending_futures(
    waiting: dict[str, list[asyncio.Future[R | None]]],
) -> list[tuple[str, asyncio.Future[R | None]]]:
    """The calls that still wait, each with the id that it loads."""
    return [
        (record_id, future)
        for record_id, futures in waiting.items()
        for future in futures
        if not future.done()
    ]
