"""Turns at long answers: one at a time for each caller, and few in the whole process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import TooManyAttempts


class ConcurrencyLimit:
    """At most ``most`` at the same moment, of different callers."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: set[str] = set()

    @contextmanager
    def acquire(self, caller: str) -> Iterator[None]:
        """A turn of this caller, for as long as the block lasts.

        :raises TooManyAttempts: the caller has one already, or all are taken.
        """
        if caller in self._taken:
            raise TooManyAttempts("Your other download is still running. Wait until it is done.")
        if len(self._taken) >= self._most:
            raise TooManyAttempts("Several downloads are running. Try again in a moment.")
        self._taken.add(caller)
        try:
            yield
        finally:
            self._taken.discard(caller)
