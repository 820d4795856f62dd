"""Background work that one node at a time does, under a lease.

The lease only spares the other nodes the work: what is done must stay right when two do it.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from datetime import timedelta

import structlog

from domain.errors import Refusal
from storage.clock import Clock
from storage.mongo.client import StorageError
from storage.store import Store

_log = structlog.get_logger(__name__)


class Leased(ABC):
    """Looks for its ``work`` now and every ``every`` seconds; ``node`` names this process.

    The lease has the name of the work and is ``held`` that long after it was last taken.
    """

    def __init__(
        self, store: Store, clock: Clock, node: str, *, work: str, held: timedelta, every: float
    ) -> None:
        self._store = store
        self._clock = clock
        self._node = node
        self._name = work
        self._lease_duration = held
        self._interval_seconds = every
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run_forever())

    def wake(self) -> None:
        """There is something to do: do not wait for the next look."""
        self._woken.set()

    async def close(self) -> None:
        """Stop, and let another node go on at once."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.wait({self._task})
        try:
            await self._store.leases.release(self._name, self._node)
        except StorageError as error:
            _log.warning("lease runs out by itself", error=type(error).__name__)

    @abstractmethod
    async def _run_once(self) -> None:
        """Do what there is to do now, and log what was done."""

    async def _take_lease(self) -> bool:
        """Whether this node has the lease, from now on for as long as it is held."""
        at = self._clock()
        return await self._store.leases.acquire(
            self._name, self._node, at=at, until=at + self._lease_duration
        )

    async def _run_forever(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._run_once()
            except (Refusal, StorageError) as error:
                _log.warning("work put off", work=self._name, error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - ending here would end it for this process
                _log.error("work failed", work=self._name, error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._interval_seconds):
                    await self._woken.wait()
