"""Bare WebSocket servers: an application that keeps what comes in, and hands out its wires."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from starlette.types import Message, Receive, Scope, Send

from realtime.outbox import OUTBOX_BYTES, Wire
from tests.support.graphql import Server
from tests.support.peers import ROOM_BYTES
from tests.support.waiting import until

BLOCK = b"x" * 8_192
W = TypeVar("W", bound=Wire)


class Application(Generic[W]):
    """Accepts every socket, and keeps what comes in; what goes out the test writes itself."""

    def __init__(self, wire_of: Callable[[Scope, Send], W]) -> None:
        self._wire_of = wire_of
        self.wires: asyncio.Queue[W] = asyncio.Queue()
        self.messages: list[str] = []
        self.ended: list[int] = []
        """The code of each disconnection that the application was told of."""
        self.reads = asyncio.Event()
        """Until it is set, the application takes no further message."""
        self.reads.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][0]})
        wire = self._wire_of(scope, send)
        self.wires.put_nowait(wire)
        while (message := await self._next(receive))["type"] != "websocket.disconnect":
            self.messages.append(message["text"])
        await wire.finish()
        self.ended.append(message["code"])

    async def _next(self, receive: Receive) -> Message:
        await self.reads.wait()
        return await receive()


class Place(Generic[W]):
    """A server with that application, and what it holds."""

    def __init__(self, application: Application[W], server: Server) -> None:
        self.application = application
        self.url = server.url
        self.state = server._server.server_state

    async def wire(self) -> W:
        """The wire of the connection opened last."""
        return await asyncio.wait_for(self.application.wires.get(), 10)

    async def empty(self, within: float = 10) -> None:
        """Wait until nothing is left of any connection."""
        await until(lambda: not self.state.connections and not self.state.tasks, within)


def give_little_room(server: Server) -> None:
    """Let the operating system keep little of what a peer does not read, on later connections."""
    listening = server._server.servers[0].sockets[0]
    # Accepted sockets take this over from the one that listens.
    with socket.socket(fileno=os.dup(listening.fileno())) as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM_BYTES)


@asynccontextmanager
async def place(
    protocol: Any, wire_of: Callable[[Scope, Send], W], **settings: Any
) -> AsyncIterator[Place[W]]:
    """An application behind a protocol of uvicorn with these settings, and little room a socket."""
    application = Application(wire_of)
    server = Server(application, protocol)
    for name, value in settings.items():
        setattr(server._server.config, name, value)
    async with server:
        give_little_room(server)
        yield Place(application, server)


def stuff(wire: Wire, most: int = OUTBOX_BYTES // 2) -> int:
    """Write until that much waits; how many blocks it took."""
    blocks = 0
    while wire.queued() < most:
        wire.write(BLOCK)
        blocks += 1
    return blocks
