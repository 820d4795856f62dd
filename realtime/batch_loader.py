"""Reads that are shared: what many ask for at the same moment is read once, and never too old.

A loader gathers within one operation. This gathers over all operations of a process, for what a
whole room needs at once: each answer was read after it was asked for, so that whoever has just
closed a posting sees the next interest in it refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from storage.mongo.client import deadline

R = TypeVar("R")

MAX_IDS_PER_READ = 1_000
"""Different records in one read."""
READ_TIMEOUT_SECONDS = 10.0
"""For one read: whoever waits has at most that of the read before and of their own."""


class SharedBatchLoader(Generic[R]):
    """The answers of ``find``; while one read is under way, those who ask wait for the next.

    How many wait is bounded by the operations under way: each asks for one record at a time.
    """

    def __init__(self, find: Callable[[Iterable[str]], Awaitable[dict[str, R]]]) -> None:
        self._find = find
        self._waiting: dict[str, list[asyncio.Future[R | None]]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def load(self, wanted: str) -> R | None:
        """The record as it is stored at a moment after this call; None when there is none.

        Raises what ``find`` raises, within twice ``READ_SECONDS``.
        """
        answer: asyncio.Future[R | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(wanted, []).append(answer)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await answer

    async def _read(self) -> None:
        while self._waiting:
            ids = list(self._waiting)[:MAX_IDS_PER_READ]
            asking = {wanted: self._waiting.pop(wanted) for wanted in ids}
            try:
                with deadline(READ_TIMEOUT_SECONDS):
                    found = await self._find(ids)
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told
                for _, answer in _pending_futures(asking):
                    answer.set_exception(error)
            else:
                for wanted, answer in _pending_futures(asking):
                    answer.set_result(found.get(wanted))
        self._reading = None


def _pending_futures(
    asking: dict[str, list[asyncio.Future[R | None]]],
) -> list[tuple[str, asyncio.Future[R | None]]]:
    """Those who still wait, with what they asked for."""
    return [
        (wanted, answer)
        for wanted, answers in asking.items()
        for answer in answers
        if not answer.done()
    ]
