"""Admission control: a fixed number of subscribers joins per tick.

So a storm of reconnecting clients does not starve the connected ones."""

from __future__ import annotations

import asyncio
from collections import deque

from realtime.limits import DEFAULT_LIMITS, RealtimeLimits


class Admission:
    """Lets at most ``admissions_per_tick`` callers pass a tick, in their order of arrival.

    The server's limit on connections bounds how many wait: each caller waits with one socket.
    """

    def __init__(self, limits: RealtimeLimits = DEFAULT_LIMITS) -> None:
        self._per_tick = limits.admissions_per_tick
        self._tick_seconds = limits.admission_tick_seconds
        self._remaining = self._per_tick
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def wait_turn(self) -> None:
        """Return when the caller may go on."""
        self._start_timer()
        # A tick has some left only when nobody waits.
        if self._remaining:
            self._remaining -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    def _start_timer(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._tick_seconds, self._next_tick)

    def _next_tick(self) -> None:
        self._timer = None
        self._remaining = self._per_tick
        while self._remaining and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._remaining -= 1
        if self._waiting:
            self._start_timer()
