"""Single flight: concurrent callers share one execution that started after their call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

R = TypeVar("R")


class SingleFlight(Generic[R]):
    """Executions by key, one at a time for each key.

    A caller that comes during an execution shares the next one with all others that do. Under
    load each execution so serves everybody who came during the last one.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[R]] = {}
        self._next: dict[Hashable, asyncio.Task[R]] = {}

    async def run(self, key: Hashable, make: Callable[[], Awaitable[R]]) -> R:
        """The result of an execution of ``make`` that starts after this call.

        It goes on when a caller is cancelled. Raises what ``make`` raises.
        """
        following = self._next.get(key)
        if following is None:
            following = asyncio.create_task(self._run_after(key, self._running.get(key), make))
            self._next[key] = following
        return await asyncio.shield(following)

    async def _run_after(
        self, key: Hashable, before: asyncio.Task[R] | None, make: Callable[[], Awaitable[R]]
    ) -> R:
        if before is not None:
            await asyncio.wait({before})
        self._running[key] = self._next.pop(key)
        try:
            return await make()
        finally:
            del self._running[key]
