"""A WebSocket client that reads only when a test says so, with small socket buffers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.extensions import ClientExtensionFactory
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

SOCKET_BUFFER_BYTES = 4_096
"""Requested for each direction. The operating system allots a multiple of it."""
TIMEOUT_SECONDS = 10.0


class ManualWebSocketClient:
    """The client side of an open connection. It reads only in the methods that say so."""

    def __init__(self, sock: socket.socket, protocol: ClientProtocol) -> None:
        self._sock = sock
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._frames: list[Frame] = []
        self.is_closed = False
        """Whether a read has shown the end of the connection."""

    async def open_handshake(self) -> None:
        """Send the opening handshake and wait for the response."""
        self._protocol.send_request(self._protocol.connect())
        await self.flush()
        while self._protocol.state is State.CONNECTING:
            await self._read()
        assert self._protocol.state is State.OPEN, self._protocol.handshake_exc

    async def send(self, text: str) -> None:
        """Send one text message."""
        self._protocol.send_text(text.encode())
        await self.flush()

    async def send_part(self, part: bytes, *, first: bool = False, last: bool = False) -> None:
        """Send one fragment of a message."""
        if first:
            self._protocol.send_text(part, fin=last)
        else:
            self._protocol.send_continuation(part, fin=last)
        await self.flush()

    async def send_raw(self, data: bytes) -> None:
        """Send bytes that need not form a frame."""
        await asyncio.wait_for(self._loop.sock_sendall(self._sock, data), TIMEOUT_SECONDS)

    async def ping(self, times: int) -> None:
        """Send this number of pings in one write."""
        for _ in range(times):
            self._protocol.send_ping(b"p" * 125)
        await self.flush()

    async def send_close(self) -> None:
        """Send a close frame, even if frames are unread."""
        self._protocol.send_close(1000)
        await self.flush()

    def shut_down_writing(self) -> None:
        """Close the writing side of the socket."""
        self._sock.shutdown(socket.SHUT_WR)

    async def flush(self) -> None:
        """Send the bytes that the protocol has pending."""
        for data in self._protocol.data_to_send():
            await self.send_raw(data)

    async def read_frame(self) -> Frame | None:
        """Return the next frame; None at the end of the connection."""
        while not self._frames and not self.is_closed:
            await self._read()
        return self._frames.pop(0) if self._frames else None

    async def read_text(self) -> str:
        """Return the next frame, which must be a text."""
        frame = await self.read_frame()
        assert frame is not None
        assert frame.opcode is Opcode.TEXT
        return bytes(frame.data).decode()

    async def read_remaining_texts(self) -> list[str]:
        """Return all texts up to the end of the connection. A close frame is answered."""
        texts = []
        while (frame := await self.read_frame()) is not None:
            if frame.opcode is Opcode.TEXT:
                texts.append(bytes(frame.data).decode())
        return texts

    @property
    def close_frame(self) -> Close | None:
        """The close frame of the server, if it was read."""
        return self._protocol.close_rcvd

    async def _read(self) -> None:
        try:
            data = await asyncio.wait_for(self._loop.sock_recv(self._sock, 65_536), TIMEOUT_SECONDS)
        except ConnectionError:
            self.is_closed = True
            return
        if not data:
            self.is_closed = True
            return
        self._protocol.receive_data(data)
        events = self._protocol.events_received()
        self._frames += [event for event in events if isinstance(event, Frame)]
        if self._protocol.state is not State.CLOSED:
            try:
                await self.flush()
            except ConnectionError:
                self.is_closed = True


@asynccontextmanager
async def connect_manually(
    url: str,
    subprotocol: str = "graphql-transport-ws",
    extensions: Iterable[ClientExtensionFactory] = (),
) -> AsyncIterator[ManualWebSocketClient]:
    """Yield an open connection. The block ends by closing the socket without a close frame."""
    loop = asyncio.get_running_loop()
    parts = urlsplit(url)
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        sock.setblocking(False)
        await loop.sock_connect(sock, (parts.hostname, parts.port))
        protocol = ClientProtocol(
            parse_uri(url), subprotocols=[Subprotocol(subprotocol)], extensions=list(extensions)
        )
        connected = ManualWebSocketClient(sock, protocol)
        await connected.open_handshake()
        yield connected
