"""Waiting in tests: for a condition, never for a time; and what still runs."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]


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


def tasks_of(layer: str) -> list[str]:
    """The coroutines of one of our layers that run as tasks now; the driver has its own."""
    folder = ROOT / layer
    running = (task.get_coro() for task in asyncio.all_tasks())
    return sorted(
        coroutine.__qualname__
        for coroutine in running
        if inspect.iscoroutine(coroutine) and folder in Path(coroutine.cr_code.co_filename).parents
    )
