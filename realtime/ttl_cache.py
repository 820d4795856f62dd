"""A cache of values for a short time: concurrent callers of one key share one read.

It serves the admission of subscribers, scans, consent texts and viewer counts, where a value may
be a second old. Everything else is read for each operation.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

R = TypeVar("R")


class TtlCache(Generic[R]):
    """Caches the result of ``find`` for each key, up to ``max_entries`` keys."""

    def __init__(
        self,
        find: Callable[[str], Awaitable[R]],
        *,
        ttl_seconds: float = 1.0,
        max_entries: int = 1_000,
    ) -> None:
        self._find = find
        self._ttl_seconds = ttl_seconds
        self._max_entries = max_entries
        self._cached: OrderedDict[str, tuple[float, asyncio.Future[R]]] = OrderedDict()

    async def get(self, key: str) -> R:
        """The result of ``find(key)``, at most ``ttl_seconds`` old. Errors are not cached."""
        now = asyncio.get_running_loop().time()
        entry = self._cached.get(key)
        if entry is None or entry[0] < now:
            reading = asyncio.ensure_future(self._find(key))
            # All callers may be cancelled: an error that nobody sees must not be reported.
            reading.add_done_callback(lambda done: done.cancelled() or done.exception())
            entry = self._cached[key] = (now + self._ttl_seconds, reading)
            self._cached.move_to_end(key)
            if len(self._cached) > self._max_entries:
                self._cached.popitem(last=False)
        try:
            return await asyncio.shield(entry[1])
        except Exception:
            if self._cached.get(key) is entry:
                del self._cached[key]
            raise
