"""How often somebody may do something: counts over a moving window, in this process."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from domain.errors import TooManyAttempts

MAX_COUNTED_KEYS = 20_000
"""Those that are counted; the oldest is forgotten beyond that."""

KeyedLimit = tuple[RateLimitItem, *tuple[str, ...]]
"""A limit, and whom it is counted for."""


class RateLimiter:
    """Counts, each for its limit and whom it is for."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)

    def check(self, *limits: KeyedLimit, why: str, why_zh: str) -> None:
        """Pass unless one of the limits is reached; ``why`` and ``why_zh`` begin its texts.

        :raises TooManyAttempts: says how many seconds to wait.
        """
        for limit, *who in limits:
            if not self._limiter.test(limit, *who):
                opens = self._limiter.get_window_stats(limit, *who).reset_time
                seconds = max(1, math.ceil(opens - time.time()))
                raise TooManyAttempts(
                    f"{why} Wait {seconds} seconds.", f"{why_zh}请等待{seconds}秒后再试。"
                )

    def hit(self, *limits: KeyedLimit) -> None:
        """It was done once more."""
        for limit, *who in limits:
            self._limiter.hit(limit, *who)
        # The library keeps an empty list for each key that it ever saw.
        events = self._storage.events
        while len(events) > MAX_COUNTED_KEYS:
            oldest = next(iter(events))
            with self._storage.locks[oldest]:
                events.pop(oldest, None)
