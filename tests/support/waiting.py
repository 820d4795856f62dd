"""Waiting in tests: for a condition, never for a time."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable


async def until(
    condition: Callable[[], object | Awaitable[object]],
    within: float = 10,
    *,
    every: float = 0.005,
) -> None:
    """Return once ``condition`` holds; it is looked at every few milliseconds, or ``every`` s.

    :raises TimeoutError: it does not hold within that many seconds.
    """
    async with asyncio.timeout(within):
        while True:
            held = condition()
            if inspect.isawaitable(held):
                held = await held
            if held:
                return
            await asyncio.sleep(every)
