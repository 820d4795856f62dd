"""The outbox of one WebSocket connection: queues events up to a bound of bytes, then closes.

Over the bound it closes the connection instead of dropping an event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from realtime.close_codes import CloseCode
from realtime.limits import DEFAULT_LIMITS

LOW_WATER_BYTES = 32 * 1024
"""Above this, state waits in its slot (latest wins) and only events are queued."""


def ignore_drained() -> None:
    """Does nothing: the ``on_drained`` of a wire without a listener."""


class Wire(Protocol):
    """The sending side of one open socket."""

    on_drained: Callable[[], None]
    """Called whenever the queued bytes fall to ``LOW_WATER_BYTES`` again."""

    def write(self, *texts: bytes) -> None:
        """Send text messages, UTF-8; never blocks, queues what the peer does not take."""

    def queued_bytes(self) -> int:
        """Bytes written that the peer has not taken yet."""

    async def wait_drained(self) -> None:
        """Return once at most ``LOW_WATER_BYTES`` wait, or the socket is gone."""

    def close(self, code: int, reason: str) -> None:
        """Close with a code; messages queued for a peer that does not read are dropped."""

    async def release(self) -> None:
        """Free what the wire holds; nothing is written afterwards."""


class Outbox:
    """Writes to one wire within ``max_bytes``.

    Events are queued in order and never dropped: if they do not fit, the connection is closed and
    the client resumes with ``after``. State (a message with a slot) is written at once to a peer
    that keeps up. For a slower peer the newest message of each slot waits until the peer has
    caught up or an event follows: a message sent after an event must not have an older cursor.
    """

    __slots__ = ("_max_bytes", "_slots", "_wire", "close_code", "closed")

    def __init__(self, wire: Wire, max_bytes: int = DEFAULT_LIMITS.max_outbox_bytes) -> None:
        self._wire = wire
        self._max_bytes = max_bytes
        self._slots: dict[str, bytes] = {}
        self.closed = False
        self.close_code: CloseCode | None = None
        """The code that this side closed with; None while open, or when the peer closed."""

    def send(self, *texts: bytes) -> None:
        """Queue messages that must arrive, or close the connection if they do not fit."""
        if self._slots:
            self.flush()
        if self.closed:
            return
        waiting = self._wire.queued_bytes()
        if waiting > LOW_WATER_BYTES and waiting + sum(map(len, texts)) > self._max_bytes:
            self.close(CloseCode.OUTBOX_FULL)
            return
        self._wire.write(*texts)

    def send_state(self, slot: str, text: bytes) -> None:
        """Send ``text`` now, or let it replace the message that waits in ``slot``."""
        if self.closed:
            return
        if self._wire.queued_bytes() > LOW_WATER_BYTES:
            self._slots[slot] = text
        else:
            self._slots.pop(slot, None)
            self._wire.write(text)

    def flush(self) -> None:
        """Queue the waiting state of every slot, before anything newer."""
        slots, self._slots = self._slots, {}
        for text in slots.values():
            self.send(text)

    def drop_state(self, prefix: str) -> None:
        """Drop the waiting state of slots that begin with ``prefix``."""
        for slot in [slot for slot in self._slots if slot.startswith(prefix)]:
            del self._slots[slot]

    def queued_bytes(self) -> int:
        """Bytes that the peer has not taken yet."""
        return self._wire.queued_bytes()

    def has_room(self) -> bool:
        """Whether the peer keeps up."""
        return self._wire.queued_bytes() <= LOW_WATER_BYTES

    async def wait_drained(self) -> None:
        """Return once the peer has taken most of the queue, or is gone."""
        await self._wire.wait_drained()

    def close(self, code: CloseCode, reason: str | None = None) -> None:
        """Close the connection with the code's own reason or another; a second call does nothing.

        State that waits in slots is dropped.
        """
        if not self.closed:
            self.closed = True
            self.close_code = code
            self._slots.clear()
            self._wire.close(code, reason or code.reason)
