"""Records that were read a moment ago: what thousands ask for at once is read once.

For admission (whether a session exists, and whose it is) and for the count of viewers, which is a
second old by itself. Anything else that is shown is read anew.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

R = TypeVar("R")

TTL_SECONDS = 1.0
MAX_ENTRIES = 1_000


class TtlCache(Generic[R]):
    """The answers of ``find``, each for ``SECONDS``; those who ask meanwhile wait for the same."""

    def __init__(self, find: Callable[[str], Awaitable[R]]) -> None:
        self._find = find
        self._found: OrderedDict[str, tuple[float, asyncio.Future[R]]] = OrderedDict()

    async def get(self, wanted: str) -> R:
        """What ``find`` says, at most ``SECONDS`` ago; an error is not kept."""
        now = asyncio.get_running_loop().time()
        known = self._found.get(wanted)
        if known is None or known[0] < now:
            finding = asyncio.ensure_future(self._find(wanted))
            # Whoever waits may give up: then nobody else looks at how it failed.
            finding.add_done_callback(lambda done: done.cancelled() or done.exception())
            known = self._found[wanted] = (now + TTL_SECONDS, finding)
            self._found.move_to_end(wanted)
            if len(self._found) > MAX_ENTRIES:
                self._found.popitem(last=False)
        try:
            return await asyncio.shield(known[1])
        except Exception:
            if self._found.get(wanted) is known:
                del self._found[wanted]
            raise
