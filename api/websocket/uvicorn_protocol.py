"""A WebSocket protocol for uvicorn (``ws=``) that writes straight to the transport.

uvicorn's own protocol sends one message at a time through the application's task. It never frees a
client that does not read, because closing waits for its buffer. It answers a lost ping with 1011,
after which clients of graphql-transport-ws do not reconnect. This protocol gives the application a
``Wire`` in ``scope["extensions"]["songgang.wire"]`` and aborts the transport of a stalled client.
"""

from __future__ import annotations

from asyncio.transports import BaseTransport
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from api.connections.places import Place
from api.websocket.limits import WebSocketLimits
from realtime.close_codes import CloseCode
from realtime.limits import DEFAULT_LIMITS
from realtime.outbox import LOW_WATER_BYTES, ignore_drained

WIRE_EXTENSION = "songgang.wire"
PLACE_EXTENSION = "songgang.place"


class WireProtocol(WebSocketsSansIOProtocol):
    """One connection and its ``realtime.outbox.Wire``.

    uvicorn builds the protocol, so its limits are a class attribute.
    """

    limits: ClassVar[WebSocketLimits] = WebSocketLimits()

    max_outbox_bytes: ClassVar[int] = DEFAULT_LIMITS.max_outbox_bytes

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_drained: Callable[[], None] = ignore_drained
        self.place: Place | None = None
        """The place of the connection, which the HTTP protocol hands over."""
        self._unparsed = bytearray()
        self._pings: deque[float] = deque(maxlen=self.limits.max_pings)
        self._unfinished: list[bytes] | None = None
        """The fragments of a message that was unfinished at the last ping."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Set the buffer size above which the client counts as slow."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=LOW_WATER_BYTES)

    def handle_connect(self, event: Request) -> None:
        """Put the wire into the scope before the application starts."""
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[WIRE_EXTENSION] = self
            extensions[PLACE_EXTENSION] = self.place

    def start_keepalive(self) -> None:
        """The handshake is answered: from now on the connection waits for its client."""
        super().start_keepalive()
        if self.place is not None:
            self.place.set_silent(silent=True)

    def connection_lost(self, exc: Exception | None) -> None:
        """Free the place of the connection."""
        super().connection_lost(exc)
        if self.place is not None:
            self.place.release()

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, in pieces: a flood of small frames is noticed early."""
        self._unparsed += data
        self._parse()

    async def receive(self) -> ASGIReceiveEvent:
        """The next message for the application."""
        message = await super().receive()
        self._parse()
        return message

    def _parse(self) -> None:
        # What waits is at most one read: reading is paused while messages wait.
        while self._unparsed and self.queue.qsize() <= self.limits.max_waiting_messages:
            if self.transport.is_closing() or self.disconnected:
                self._unparsed.clear()
                return
            piece = bytes(self._unparsed[: self.limits.bytes_per_parse])
            del self._unparsed[: len(piece)]
            super().data_received(piece)

    def resume_writing(self) -> None:
        """The client has read enough: the application may write again."""
        super().resume_writing()
        self.on_drained()

    def write(self, *texts: bytes) -> None:
        """Send text messages to the operating system, or to the transport's buffer."""
        # The application learns of a lost connection later, and uvloop refuses writes before.
        if not (self.close_sent or self.disconnected):
            # One system call for all of them: the call is most of the cost of sending.
            frames = [part for text in texts for part in (frame_header(len(text)), text)]
            self.transport.write(b"".join(frames))

    def queued_bytes(self) -> int:
        """Bytes in the transport's buffer."""
        return self.transport.get_write_buffer_size()

    async def wait_drained(self) -> None:
        """Return once the buffer is short, or the connection is lost."""
        await self.writable.wait()

    def close(self, code: int, reason: str) -> None:
        """Send a close frame; abort the transport if the client does not answer in time."""
        if self.close_sent or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.stop_keepalive()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(
            self.limits.close_timeout_seconds, self.transport.abort
        )

    async def release(self) -> None:
        """Stop notifying the application; the transport closes by itself."""
        self.on_drained = ignore_drained

    def handle_close(self, event: Frame) -> None:
        """Close the transport. The timer goes on: a client may answer a close frame unread."""
        if self.close_sent:
            self.transport.close()
        else:
            super().handle_close(event)

    def handle_ping(self) -> None:
        """Answer a ping; abort the transport of a client that sends many, or reads nothing."""
        now = self.loop.time()
        is_flood = (
            len(self._pings) == self.limits.max_pings
            and now - self._pings[0] < self.limits.ping_interval_seconds
        )
        self._pings.append(now)
        if is_flood or self.queued_bytes() > self.max_outbox_bytes:
            self.transport.abort()
        else:
            super().handle_ping()

    def handle_cont(self, event: Frame) -> None:
        """Accept a fragment of a message, up to ``max_fragments``."""
        if len(self.frames) < self.limits.max_fragments:
            super().handle_cont(event)
        else:
            self.close(CloseCode.MESSAGE_TOO_BIG, f"At most {self.limits.max_fragments} fragments")

    def send_keepalive_ping(self) -> None:
        """Ping the client, or abort a transport that is closing but not read.

        A message that is still in fragments after a whole interval ends the connection too.
        """
        # Each message has a list of its own.
        is_stuck = bool(self.frames) and self.frames is self._unfinished
        self._unfinished = self.frames
        if self.transport.is_closing() or is_stuck:
            self.ping_timer = None
            self.transport.abort()
        else:
            super().send_keepalive_ping()

    def keepalive_timeout(self) -> None:
        """Abort the transport: the client has not answered a ping in time."""
        self.pong_timer = None
        self.pending_ping_payload = None
        self.close_sent = True
        self.transport.abort()

    def shutdown(self) -> None:
        """Close the connection when the server stops, unless it is closing already."""
        if self.close_timer is None:
            super().shutdown()


def limited_wire_protocol(max_outbox_bytes: int) -> type[WireProtocol]:
    """A ``WireProtocol`` with another bound; uvicorn takes a class, without arguments for it."""
    return type("LimitedWireProtocol", (WireProtocol,), {"max_outbox_bytes": max_outbox_bytes})


def frame_header(length: int) -> bytes:
    """The header of an unmasked, final text frame (RFC 6455, section 5.2)."""
    if length < 126:
        return b"\x81%c" % length
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")
