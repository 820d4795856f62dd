"""Deadlines of one connection: for what a client sends, and for what it reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from api.connections.limits import RequestLimits


class ArrivalDeadline:
    """The time by which the next part of a request must be whole: its head, or its body.

    A body has a base time and that of its bytes at the slowest speed. It is not late while
    ``is_paused``: what has arrived waits for the application, and the client cannot send.
    ``on_late_head`` or ``on_late_body`` is called once.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        limits: RequestLimits,
        *,
        on_late_head: Callable[[], None],
        on_late_body: Callable[[], None],
        is_paused: Callable[[], bool],
    ) -> None:
        self._loop = loop
        self._limits = limits
        self._on_late_head = on_late_head
        self._on_late_body = on_late_body
        self._is_paused = is_paused
        self._timer: asyncio.TimerHandle | None = None
        self._body_due = 0.0

    def start_head(self) -> None:
        """Wait for a head from now on, unless something is waited for already."""
        if self._timer is None:
            self._timer = self._loop.call_later(self._limits.head_timeout_seconds, self._end_head)

    def start_body(self) -> None:
        """Wait for a body from now on."""
        self.stop()
        self._body_due = self._loop.time() + self._limits.body_timeout_seconds
        self._timer = self._loop.call_at(self._body_due, self._end_body)

    def count_body(self, length: int) -> None:
        """Allow for bytes of the body that have arrived."""
        self._body_due += length / self._limits.min_bytes_per_second

    def stop(self) -> None:
        """Wait for nothing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_head(self) -> None:
        self._timer = None
        self._on_late_head()

    def _end_body(self) -> None:
        now = self._loop.time()
        if self._is_paused():
            self._body_due = now + self._limits.body_timeout_seconds
        if now < self._body_due:
            self._timer = self._loop.call_at(self._body_due, self._end_body)
        else:
            self._timer = None
            self._on_late_body()


class WriteDeadline:
    """Aborts the transport of a client that does not read what is written.

    In each ``write_timeout_seconds`` it must take a part of what waits, at the slowest speed.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, limits: RequestLimits, transport: asyncio.Transport
    ) -> None:
        self._loop = loop
        self._limits = limits
        self._transport = transport
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look at what waits now and later, unless it is looked at already."""
        if self._timer is None:
            self._timer = self._loop.call_later(
                self._limits.write_timeout_seconds,
                self._check,
                self._transport.get_write_buffer_size(),
            )

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self, before: int) -> None:
        self._timer = None
        waiting = self._transport.get_write_buffer_size()
        taken = self._limits.min_bytes_per_second * self._limits.write_timeout_seconds
        if waiting > max(0.0, before - taken):
            self._transport.abort()
        elif waiting:
            self.start()
