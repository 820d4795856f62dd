"""Serves a small application behind `BoundedHttpProtocol`, and connects raw clients to it."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from starlette.types import Receive, Scope, Send

from api.client_address import TrustedProxies
from api.connections.http_protocol import bounded_http_protocol
from api.connections.limits import ConnectionLimits, RequestLimits
from api.connections.places import ConnectionPlaces
from api.websocket.uvicorn_protocol import WireProtocol
from tests.support.graphql_clients import UvicornServer
from tests.support.waiting import wait_until

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
SOCKET_BUFFER_BYTES = 4_096
END_SECONDS = 10.0


class EchoApplication:
    """Answers the length of the body, or of 4 MB at /large; /early answers before the body.

    A request for /hold is answered once ``may_answer`` is set.
    """

    def __init__(self) -> None:
        self.bodies: list[int] = []
        self.scopes: list[Scope] = []
        self.holding = 0
        self.may_answer = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        path = scope["path"]
        if path == "/hold":
            self.holding += 1
            await self.may_answer.wait()
        length, more = 0, path != "/early"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            length += len(message["body"])
            more = message["more_body"]
        self.bodies.append(length)
        body = b"x" * 4_000_000 if path == "/large" else b"%d" % length
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class RawClient(asyncio.Protocol):
    """A TCP client that sends bytes as they are, and keeps what arrives until it is reset."""

    def __init__(self) -> None:
        self.received = bytearray()
        self._is_lost = asyncio.Event()
        self._has_news = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.received += data
        self._has_news.set()

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    def connection_lost(self, _exc: Exception | None) -> None:
        for event in (self._is_lost, self._has_news, self._may_write):
            event.set()

    async def send(self, *parts: bytes) -> None:
        """Send bytes; to a peer that has closed nothing is sent."""
        for part in parts:
            if not self._is_lost.is_set():
                self.transport.write(part)
            await self._may_write.wait()

    async def read_answer(self) -> tuple[int, bytes]:
        """Return status and body of the next answer."""
        await self._receive(lambda: b"\r\n\r\n" in self.received)
        head, _, _ = self.received.partition(b"\r\n\r\n")
        del self.received[: len(head) + 4]
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await self._receive(lambda: len(self.received) >= length)
        body = bytes(self.received[:length])
        del self.received[:length]
        return int(head.split()[1]), body

    async def wait_closed(self) -> None:
        """Wait until the server has closed the connection."""
        await asyncio.wait_for(self._is_lost.wait(), END_SECONDS)

    async def _receive(self, is_there: Callable[[], bool]) -> None:
        async with asyncio.timeout(END_SECONDS):
            while not is_there():
                self._has_news.clear()
                assert not self._is_lost.is_set(), bytes(self.received[:200])
                await self._has_news.wait()


class BoundedServer:
    """A running server with its places and its application."""

    def __init__(
        self, server: UvicornServer, places: ConnectionPlaces, application: EchoApplication
    ) -> None:
        self._server = server
        self.places = places
        self.application = application
        self.state = server._server.server_state
        self.websocket_url = server.url
        self.port = int(server.url.rsplit(":", 1)[1].split("/")[0])

    @asynccontextmanager
    async def connect(self, **options: Any) -> AsyncIterator[RawClient]:
        """Connect a client, which is closed at the end of the block."""
        loop = asyncio.get_running_loop()
        transport, client = await loop.create_connection(
            RawClient, "127.0.0.1", self.port, **options
        )
        try:
            yield client
        finally:
            transport.abort()

    def shrink_send_buffers(self) -> None:
        """Give connections that are accepted later a small send buffer."""
        listening = self._server._server.servers[0].sockets[0]
        with socket.socket(fileno=os.dup(listening.fileno())) as own:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)

    async def wait_empty(self) -> None:
        """Wait until no connection and no task is left."""
        await wait_until(lambda: not self.state.connections and not self.state.tasks)
        assert (self.places.in_rooms, self.places.outside_rooms) == (0, 0)
        assert (self.places.silent, self.places.received_bytes, self.places.addresses) == (0, 0, 0)


@asynccontextmanager
async def serve_bounded(
    limits: RequestLimits | None = None,
    *,
    connections: ConnectionLimits | None = None,
    proxies: tuple[str, ...] = (),
    application: Any = None,
) -> AsyncIterator[BoundedServer]:
    """Serve an application with these limits until the block ends; nothing may be left of it."""
    echo = EchoApplication()
    places = ConnectionPlaces(connections)
    server = UvicornServer(application or echo, WireProtocol)
    server._server.config.http = bounded_http_protocol(places, TrustedProxies(proxies), limits)
    server._server.config.proxy_headers = bool(proxies)
    server._server.config.forwarded_allow_ips = list(proxies)
    async with server:
        bounded = BoundedServer(server, places, echo)
        yield bounded
        await bounded.wait_empty()
