"""Starts a background worker and has it closed with its block."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Protocol, TypeVar

from realtime.background import Monitored


class Worker(Monitored, Protocol):
    """A task that runs in the background from ``start`` to ``close``."""

    def start(self) -> None: ...

    async def close(self) -> None: ...


W = TypeVar("W", bound=Worker)


def start_worker(stack: AsyncExitStack, worker: W) -> W:
    """Start the worker, close it with the stack, and return it."""
    worker.start()
    stack.push_async_callback(worker.close)
    return worker
