"""Our WebSocket protocol for uvicorn (``ws=``): writes straight to the transport.

uvicorn's own sends one message at a time through the application's task, never frees a client that
does not read (closing waits for its buffer), and answers a lost ping with 1011, after which
clients of graphql-transport-ws do not come back. This one hands the application a ``Wire`` in
``scope["extensions"]["songgang.wire"]`` and aborts the transport of a peer that stalls.
"""

from __future__ import annotations

from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any, ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from realtime.close_codes import CloseCode
from realtime.limits import DEFAULT_LIMITS
from realtime.outbox import LOW_WATER_BYTES, ignore_drained

WIRE_EXTENSION = "songgang.wire"
CLOSE_TIMEOUT_SECONDS = 2.0
"""For a closed peer to take what is queued and answer; then its transport is aborted."""
MAX_FRAGMENTS_PER_MESSAGE = 1_024
"""Of one message. An empty one counts nothing against the size of a message, but takes memory."""


class WireProtocol(WebSocketsSansIOProtocol):
    """One connection, and the ``realtime.outbox.Wire`` of it."""

    max_outbox_bytes: ClassVar[int] = DEFAULT_LIMITS.max_outbox_bytes

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_drained: Callable[[], None] = ignore_drained

    def connection_made(self, transport: BaseTransport) -> None:
        """Ask to be told early when the peer falls behind."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=LOW_WATER_BYTES)

    def handle_connect(self, event: Request) -> None:
        """Offer the wire to the application, whose task has not begun yet."""
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[WIRE_EXTENSION] = self

    def resume_writing(self) -> None:
        """The peer keeps up again."""
        super().resume_writing()
        self.on_drained()

    def write(self, *texts: bytes) -> None:
        """Send text messages at once; the operating system or the transport's buffer takes them."""
        # The application learns of a loss a little later, and uvloop takes no writes by then.
        if not (self.close_sent or self.disconnected):
            # One call to the system for all: it is most of what sending costs.
            frames = [part for text in texts for part in (frame_header(len(text)), text)]
            self.transport.write(b"".join(frames))

    def queued_bytes(self) -> int:
        """Bytes in the transport's buffer."""
        return self.transport.get_write_buffer_size()

    async def wait_drained(self) -> None:
        """Return once little waits, or the socket is gone."""
        await self.writable.wait()

    def close(self, code: int, reason: str) -> None:
        """Send a close frame; a peer that does not take it in ``LINGER_SECONDS`` is cut off."""
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
        self.close_timer = self.loop.call_later(CLOSE_TIMEOUT_SECONDS, self.transport.abort)

    async def release(self) -> None:
        """The application has nothing more to say; the transport ends by itself."""
        self.on_drained = ignore_drained

    def handle_close(self, event: Frame) -> None:
        """Hang up. Its timer goes on: a peer may answer our close without reading what waits."""
        if self.close_sent:
            self.transport.close()
        else:
            super().handle_close(event)

    def handle_ping(self) -> None:
        """Answer, unless the peer asks and asks without reading: that one is cut off."""
        if self.queued_bytes() > self.max_outbox_bytes:
            self.transport.abort()
        else:
            super().handle_ping()

    def handle_cont(self, event: Frame) -> None:
        """Take a part of a message, up to ``FRAGMENTS`` of them."""
        if len(self.frames) < MAX_FRAGMENTS_PER_MESSAGE:
            super().handle_cont(event)
        else:
            self.close(CloseCode.MESSAGE_TOO_BIG, f"At most {MAX_FRAGMENTS_PER_MESSAGE} fragments")

    def send_keepalive_ping(self) -> None:
        """Ask whether the peer is there, or free one that has hung up without reading."""
        if self.transport.is_closing():
            self.ping_timer = None
            self.transport.abort()
        else:
            super().send_keepalive_ping()

    def keepalive_timeout(self) -> None:
        """No answer to a ping: the peer is gone or does not read. Free it at once."""
        self.pong_timer = None
        self.pending_ping_payload = None
        self.close_sent = True
        self.transport.abort()

    def shutdown(self) -> None:
        """The server stops: hang up, unless that is under way and has its timer."""
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
