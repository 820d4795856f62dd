"""Lanes of the sign-in: who waits for a password hash, and for how many guesses of one account.

An account at an address from which it has signed in before has a lane of its own. So others who
guess its password, or crowd the sign-in, do not keep it out.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from limits import RateLimitItemPerMinute

from domain.refusals import Busy, SignInFailed
from realtime.rate_limits import KeyedLimit, RateLimiter
from realtime.usage_counter import UsageCounter
from realtime.usage_limits import DEFAULT_USAGE_LIMITS, UsageLimits


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneLimits:
    """The bounds of one lane. A hash takes 50 ms and 64 MiB."""

    hashes: int
    """Hashes computed at once."""
    max_waiting: int = 64
    """Sign-ins that may wait: about two seconds of waiting."""
    max_waiting_per_peer: int = 24
    """Sign-ins of one address that may wait: one address alone cannot fill the lane."""


STRANGERS = LaneLimits(hashes=2)
KNOWN = LaneLimits(hashes=1)
FAILURES_PER_ACCOUNT = RateLimitItemPerMinute(30, 5)
"""Failed sign-ins of one account, in five minutes, from all addresses that it has not used before:
a password is guessed 9,000 times a day at most, from however many addresses."""


class SignInLanes:
    """Gives each sign-in its turn, within the bounds of its lane."""

    def __init__(self, usage: UsageCounter, limits: UsageLimits = DEFAULT_USAGE_LIMITS) -> None:
        self._usage = usage
        self._addresses = limits.known_addresses
        self._strangers = _Lane(STRANGERS)
        self._known = _Lane(KNOWN)
        self._failures = RateLimiter()

    @asynccontextmanager
    async def take_turn(self, username: str, peer: str) -> AsyncIterator[None]:
        """Wait for a turn, and hold it while the block checks the password.

        A block that raises SignInFailed counts as a failure; one that ends makes the address known.

        :raises TooManyAttempts: the account has failed too often from other addresses.
        :raises Busy: too many wait, or too many of this address.
        """
        is_known = self._usage.knows(self._addresses, username, peer)
        failures: KeyedLimit = (FAILURES_PER_ACCOUNT, "account", username)
        lane = self._known if is_known else self._strangers
        async with lane.take_turn(peer):
            # Here and not before: others may have failed while this one waited.
            if not is_known:
                self._failures.check(
                    failures, why="Too many failed sign-ins.", why_zh="登录失败次数过多。"
                )
            try:
                yield
            except SignInFailed:
                if not is_known:
                    self._failures.hit(failures)
                raise
        self._usage.take(self._addresses, username, peer)


class _Lane:
    def __init__(self, limits: LaneLimits) -> None:
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.hashes)
        self._waiting: Counter[str] = Counter()

    @asynccontextmanager
    async def take_turn(self, peer: str) -> AsyncIterator[None]:
        if (
            self._waiting.total() >= self._limits.max_waiting
            or self._waiting[peer] >= self._limits.max_waiting_per_peer
        ):
            raise Busy(
                "Very many sign in just now. Try again in a few seconds.",
                "当前登录人数过多，请几秒后再试。",
                retry_after=3,
            )
        self._waiting[peer] += 1
        try:
            async with self._slots:
                yield
        finally:
            self._waiting[peer] -= 1
            if not self._waiting[peer]:
                del self._waiting[peer]
