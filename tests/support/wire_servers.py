"""WebSocket servers without GraphQL: the application records messages and hands out its wires."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from starlette.types import Message, Receive, Scope, Send

from realtime.limits import DEFAULT_LIMITS
from realtime.outbox import Wire
from tests.support.graphql_clients import UvicornServer
from tests.support.manual_websocket import SOCKET_BUFFER_BYTES
from tests.support.waiting import wait_until

BLOCK_TEXT = b"x" * 8_192
W = TypeVar("W", bound=Wire)


class RecordingApplication(Generic[W]):
    """Accepts every socket and records its messages. A test writes to the wires itself."""

    def __init__(self, wire_of: Callable[[Scope, Send], W]) -> None:
        self._wire_of = wire_of
        self.wires: asyncio.Queue[W] = asyncio.Queue()
        self.messages: list[str] = []
        self.disconnect_codes: list[int] = []
        """The code of each disconnect message that the application received."""
        self.may_read = asyncio.Event()
        """The application receives no further message until it is set."""
        self.may_read.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][0]})
        wire = self._wire_of(scope, send)
        self.wires.put_nowait(wire)
        while (message := await self._next(receive))["type"] != "websocket.disconnect":
            self.messages.append(message["text"])
        await wire.release()
        self.disconnect_codes.append(message["code"])

    async def _next(self, receive: Receive) -> Message:
        await self.may_read.wait()
        return await receive()


class WireServer(Generic[W]):
    """A running server with a ``RecordingApplication``."""

    def __init__(self, application: RecordingApplication[W], server: UvicornServer) -> None:
        self.application = application
        self.url = server.url
        self.state = server._server.server_state

    async def next_wire(self) -> W:
        """Return the wire of the connection opened last."""
        return await asyncio.wait_for(self.application.wires.get(), 10)

    async def wait_empty(self, within: float = 10) -> None:
        """Wait until the server holds no connection and no task."""
        await wait_until(lambda: not self.state.connections and not self.state.tasks, within)


def shrink_send_buffer(server: UvicornServer) -> None:
    """Give sockets that are accepted later a small send buffer."""
    listening = server._server.servers[0].sockets[0]
    # Accepted sockets inherit it from the listening socket.
    with socket.socket(fileno=os.dup(listening.fileno())) as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)


@asynccontextmanager
async def run_wire_server(
    protocol: Any, wire_of: Callable[[Scope, Send], W], **settings: Any
) -> AsyncIterator[WireServer[W]]:
    """Run an application behind a uvicorn protocol with these settings and small send buffers."""
    application = RecordingApplication(wire_of)
    server = UvicornServer(application, protocol)
    for name, value in settings.items():
        setattr(server._server.config, name, value)
    async with server:
        shrink_send_buffer(server)
        yield WireServer(application, server)


def fill_wire(wire: Wire, most: int = DEFAULT_LIMITS.max_outbox_bytes // 2) -> int:
    """Write blocks until ``most`` bytes are queued; return the number of blocks."""
    blocks = 0
    while wire.queued_bytes() < most:
        wire.write(BLOCK_TEXT)
        blocks += 1
    return blocks
