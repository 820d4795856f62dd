"""Serves an application behind `WireProtocol`, and connects clients to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import uvloop
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from api.websocket.limits import WebSocketLimits
from api.websocket.uvicorn_protocol import WIRE_EXTENSION, WireProtocol
from tests.support.wire_servers import WireServer, run_wire_server

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.SelectorEventLoop,
    "uvloop": uvloop.new_event_loop,
}
Run = Callable[[Coroutine[Any, Any, None]], None]


@asynccontextmanager
async def serve_protocol(
    *,
    close_timeout_seconds: float = 2.0,
    max_pings: int = WebSocketLimits.max_pings,
    **settings: Any,
) -> AsyncIterator[WireServer[WireProtocol]]:
    """Serve an application behind `WireProtocol`, with these settings of uvicorn."""

    class Protocol(WireProtocol):
        limits = WebSocketLimits(close_timeout_seconds=close_timeout_seconds, max_pings=max_pings)

    async with run_wire_server(
        Protocol, lambda scope, _: scope["extensions"][WIRE_EXTENSION], **settings
    ) as it:
        yield it


def connect_client(url: str, **options: Any) -> connect:
    return connect(url, subprotocols=[Subprotocol("any")], proxy=None, max_size=None, **options)
