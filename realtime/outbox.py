"""What goes over a socket: messages of graphql-transport-ws, close codes, and the bounded outbox.

Protocol: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. Codes below 4500 are the
protocol's own; ours begin at 4510 and all mean "come back", since clients of the protocol take
an unknown code from 4000 on as a reason to retry.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

import orjson

MAX_OUTBOX_BYTES = 256 * 1024
"""Bytes that may wait for one connection; beyond that it is closed with ``OUTBOX_FULL``.

A single larger message, such as the answer to a big query, is taken while little waits: closing
would bring the client back for the very same.
"""
LOW_WATER_BYTES = 32 * 1024
"""From here on state waits in its slot (latest wins) and only events are queued."""


class CloseCode(IntEnum):
    """Close codes and whether a client comes back after them."""

    GOING_AWAY = 1001
    """The server stops. Retry."""
    BAD_REQUEST = 4400
    """A message that the protocol does not know. Do not retry."""
    UNAUTHORIZED = 4401
    """Subscribe before the acknowledgement. Do not retry."""
    FORBIDDEN = 4403
    """The token is expired or forged. Retry with a new token."""
    INIT_TIMEOUT = 4408
    """No connection_init in time. Retry."""
    SUBSCRIBER_EXISTS = 4409
    """The id of an operation is in use. Do not retry."""
    TOO_MANY_INITS = 4429
    """A second connection_init. Do not retry."""
    OUTBOX_FULL = 4510
    """The client reads too slowly. Retry with ``after``."""
    TOKEN_EXPIRED = 4511
    """The token ran out while the socket was open. Retry with a new token and ``after``."""
    DRAINING = 4512
    """This node is about to stop. Retry at once with ``after``; another node answers."""


CLOSE_REASONS = {
    CloseCode.GOING_AWAY: "The server stops",
    CloseCode.UNAUTHORIZED: "Unauthorized",
    CloseCode.FORBIDDEN: "Forbidden",
    CloseCode.INIT_TIMEOUT: "Connection initialisation timeout",
    CloseCode.TOO_MANY_INITS: "Too many initialisation requests",
    CloseCode.OUTBOX_FULL: "Too slow: come back with after",
    CloseCode.TOKEN_EXPIRED: "The token has expired: come back with a new one",
    CloseCode.DRAINING: "The server stops: come back with after",
}


def ignore_drained() -> None:
    """What happens on a drained wire that nobody listens to."""


class Wire(Protocol):
    """The sending side of one open socket."""

    on_drained: Callable[[], None]
    """Called whenever fewer than ``SLACK_BYTES`` wait again."""

    def write(self, *texts: bytes) -> None:
        """Send text messages, UTF-8; never blocks, queues what the peer does not take."""

    def queued_bytes(self) -> int:
        """Bytes written that the peer has not taken yet."""

    async def wait_drained(self) -> None:
        """Return once fewer than ``SLACK_BYTES`` wait, or the socket is gone."""

    def close(self, code: int, reason: str) -> None:
        """Close with a code; what waits for a peer that does not read is dropped."""

    async def release(self) -> None:
        """Nothing more will be written: give up what the wire holds."""


class Outbox:
    """Writes to one wire within its bound.

    Events are queued in order and never dropped: if they do not fit, the connection is closed and
    the client resumes with ``after``. State (a payload with a slot) is written to a peer that keeps
    up; otherwise the newest of each slot waits until it does, or until an event follows: what is
    sent behind an event must not have an older cursor.
    """

    __slots__ = ("_slots", "_wire", "close_code", "closed")

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._slots: dict[str, bytes] = {}
        self.closed = False
        self.close_code: CloseCode | None = None
        """With which we closed the connection; None while it is open, or when the peer went."""

    def send(self, *texts: bytes) -> None:
        """Queue messages that must arrive; while little waits they do whatever their size."""
        if self._slots:
            self.flush()
        if self.closed:
            return
        waiting = self._wire.queued_bytes()
        if waiting > LOW_WATER_BYTES and waiting + sum(map(len, texts)) > MAX_OUTBOX_BYTES:
            self.close(CloseCode.OUTBOX_FULL)
            return
        self._wire.write(*texts)

    def send_state(self, slot: str, text: bytes) -> None:
        """Send ``text``, or let it replace what waits in ``slot``."""
        if self.closed:
            return
        if self._wire.queued_bytes() > LOW_WATER_BYTES:
            self._slots[slot] = text
        else:
            self._slots.pop(slot, None)
            self._wire.write(text)

    def flush(self) -> None:
        """Send the newest state of each slot, before anything newer."""
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
        """Whether the peer keeps up with what is sent."""
        return self._wire.queued_bytes() <= LOW_WATER_BYTES

    async def wait_drained(self) -> None:
        """Return once the peer has taken most of what was queued, or is gone."""
        await self._wire.wait_drained()

    def close(self, code: CloseCode, reason: str | None = None) -> None:
        """Close the connection, once."""
        if not self.closed:
            self.closed = True
            self.close_code = code
            self._slots.clear()
            self._wire.close(code, reason or CLOSE_REASONS[code])


CONNECTION_ACK = b'{"type":"connection_ack"}'
PING = b'{"type":"ping"}'
PONG = b'{"type":"pong"}'


def next_prefix(operation_id: str) -> bytes:
    """What stands before the payload of a ``next`` message; ``}`` follows it."""
    return b'{"id":' + orjson.dumps(operation_id) + b',"type":"next","payload":'


def error_message(operation_id: str, errors: list[dict[str, object]]) -> bytes:
    """An ``error`` message: the operation could not be begun."""
    return orjson.dumps({"id": operation_id, "type": "error", "payload": errors})


def complete_message(operation_id: str) -> bytes:
    """A ``complete`` message: nothing more follows for the operation."""
    return orjson.dumps({"id": operation_id, "type": "complete"})
