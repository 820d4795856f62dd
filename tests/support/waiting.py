"""Waits for conditions in tests, and lists the tasks that still run."""

from __future__ import annotations

import asyncio
import inspect
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]


async def wait_until(
    condition: Callable[[], object | Awaitable[object]],
    within: float = 10,
    *,
    every: float = 0.005,
) -> None:
    """Return once ``condition`` holds. It is checked every few milliseconds, or ``every``
    seconds.

    :raises TimeoutError: it does not hold in time.
    """
    async with asyncio.timeout(within):
        while True:
            held = condition()
            if inspect.isawaitable(held):
                held = await held
            if held:
                return
            await asyncio.sleep(every)


_ignored_tasks: weakref.WeakSet[asyncio.Task[object]] = weakref.WeakSet()


def ignore_running_tasks() -> None:
    """Leave the tasks that run now, which belong to longer fixtures, out of later lists."""
    _ignored_tasks.update(asyncio.all_tasks())


def running_task_names() -> list[str]:
    """Return the names of the tasks that run for this test."""
    return [task.get_name() for task in asyncio.all_tasks() - set(_ignored_tasks)]


def running_coroutines(layer: str) -> list[str]:
    """Return the coroutines of one layer that run as tasks of the test."""
    folder = ROOT / layer
    running = (task.get_coro() for task in asyncio.all_tasks() - set(_ignored_tasks))
    return sorted(
        coroutine.__qualname__
        for coroutine in running
        if inspect.iscoroutine(coroutine) and folder in Path(coroutine.cr_code.co_filename).parents
    )
