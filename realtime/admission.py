"""Admission at a pace: a storm of clients that come back must not starve those who are there."""

from __future__ import annotations

import asyncio
from collections import deque

ADMISSIONS_PER_TICK = 32
"""Admissions a tick: about 10 ms of work."""
TICK_SECONDS = 0.005
"""Seconds. Together 6,400 admissions a second, more than one core can serve."""


class Admission:
    """Lets at most ``MOST`` callers pass a ``TICK``, in the order in which they came.

    How many wait is bounded by the server's limit on connections: each waits with one socket.
    """

    def __init__(self) -> None:
        self._remaining = ADMISSIONS_PER_TICK
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def wait_turn(self) -> None:
        """Return when it is the caller's turn."""
        self._start_timer()
        # Some are left only when nobody waits.
        if self._remaining:
            self._remaining -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    def _start_timer(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._next_tick)

    def _next_tick(self) -> None:
        self._timer = None
        self._remaining = ADMISSIONS_PER_TICK
        while self._remaining and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._remaining -= 1
        if self._waiting:
            self._start_timer()
