"""Bare WebSocket servers: an application that keeps what comes in, and hands out its wires."""

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
    """Accepts every socket, and keeps what comes in; what goes out the test writes itself."""

    def __init__(self, wire_of: Callable[[Scope, Send], W]) -> None:
        self._wire_of = wire_of
        self.wires: asyncio.Queue[W] = asyncio.Queue()
        self.messages: list[str] = []
        self.disconnect_codes: list[int] = []
        """The code of each disconnection that the application was told of."""
        self.may_read = asyncio.Event()
        """Until it is set, the application takes no further message."""
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
    """A server with that application, and what it holds."""

    def __init__(self, application: RecordingApplication[W], server: UvicornServer) -> None:
        self.application = application
        self.url = server.url
        self.state = server._server.server_state

    async def next_wire(self) -> W:
        """The wire of the connection opened last."""
        return await asyncio.wait_for(self.application.wires.get(), 10)

    async def wait_empty(self, within: float = 10) -> None:
        """Wait until nothing is left of any connection."""
        await wait_until(lambda: not self.state.connections and not self.state.tasks, within)


def shrink_send_buffer(server: UvicornServer) -> None:
    """Let the operating system keep little of what a peer does not read, on later connections."""
    listening = server._server.servers[0].sockets[0]
    # Accepted sockets take this over from the one that listens.
    with socket.socket(fileno=os.dup(listening.fileno())) as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)


@asynccontextmanager
async def run_wire_server(
    protocol: Any, wire_of: Callable[[Scope, Send], W], **settings: Any
) -> AsyncIterator[WireServer[W]]:
    """An application behind a protocol of uvicorn with these settings, and little room a socket."""
    application = RecordingApplication(wire_of)
    server = UvicornServer(application, protocol)
    for name, value in settings.items():
        setattr(server._server.config, name, value)
    async with server:
        shrink_send_buffer(server)
        yield WireServer(application, server)


def fill_wire(wire: Wire, most: int = DEFAULT_LIMITS.max_outbox_bytes // 2) -> int:
    """Write until that much waits; how many blocks it took."""
    blocks = 0
    while wire.queued_bytes() < most:
        wire.write(BLOCK_TEXT)
        blocks += 1
    return blocks
