"""Rate limits: how often one key may do something, over a moving window, in this process."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from domain.refusals import TooManyAttempts

MAX_COUNTED_KEYS = 20_000
"""Keys that one limiter counts; beyond that the oldest is forgotten."""

KeyedLimit = tuple[RateLimitItem, *tuple[str, ...]]
"""A limit, and the key it is counted for."""


class RateLimiter:
    """Counts hits for each limit and key."""

    def __init__(self, *, max_keys: int = MAX_COUNTED_KEYS) -> None:
        self._max_keys = max_keys
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)

    def check(self, *limits: KeyedLimit, why: str, why_zh: str) -> None:
        """Return unless one of the limits is reached; nothing is counted.

        ``why`` and ``why_zh`` are the first sentence of the message, which then says how many
        seconds to wait.

        :raises TooManyAttempts: a limit is reached.
        """
        seconds = self.find_wait(*limits)
        if seconds is not None:
            raise TooManyAttempts(
                f"{why} Wait {seconds} seconds.",
                f"{why_zh}请等待{seconds}秒后再试。",
                retry_after=seconds,
            )

    def find_wait(self, *limits: KeyedLimit) -> int | None:
        """Return after how many seconds the first reached limit opens; None if none is reached."""
        for limit, *key in limits:
            if not self._limiter.test(limit, *key):
                opens = self._limiter.get_window_stats(limit, *key).reset_time
                return max(1, math.ceil(opens - time.time()))
        return None

    def hit(self, *limits: KeyedLimit) -> None:
        """Count one hit for each limit."""
        for limit, *key in limits:
            self._limiter.hit(limit, *key)
        # The library keeps an empty list for each key that it ever saw.
        events = self._storage.events
        while len(events) > self._max_keys:
            oldest = next(iter(events))
            with self._storage.locks[oldest]:
                events.pop(oldest, None)
