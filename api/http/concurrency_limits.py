"""Limits on long downloads: one at a time for each caller, and a few in the whole process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from domain.refusals import TooManyAttempts


class ConcurrencyLimit:
    """Lets ``most`` different callers in at the same time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: set[str] = set()

    @contextmanager
    def acquire(self, caller: str) -> Iterator[None]:
        """Hold a place for this caller while the block runs.

        :raises TooManyAttempts: the caller has a place already, or none is free.
        """
        if caller in self._taken:
            raise TooManyAttempts(
                "Your other download is still running. Wait until it is done.",
                "您的另一个下载还在进行，请等它完成。",
            )
        if len(self._taken) >= self._most:
            raise TooManyAttempts(
                "Several downloads are running. Try again in a moment.",
                "正在下载的人较多，请稍后再试。",
            )
        self._taken.add(caller)
        try:
            yield
        finally:
            self._taken.discard(caller)
