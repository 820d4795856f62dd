"""What many ask for at the same moment is made once for them, and never from before they asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

R = TypeVar("R")


class SingleFlight(Generic[R]):
    """Makings by key: one at a time each; who asks while one is under way shares the next.

    The more ask, the more share: under load each making serves all who came during the last.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[R]] = {}
        self._next: dict[Hashable, asyncio.Task[R]] = {}

    async def run(self, key: Hashable, make: Callable[[], Awaitable[R]]) -> R:
        """What ``make`` gives, begun after this call; it goes on when whoever asked gives up.

        Raises what ``make`` raises.
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
