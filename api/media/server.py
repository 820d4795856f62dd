"""The server of the media process: uvicorn with the bounds of this service on connections."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette

from api.connections.uvicorn_server import QuietServer, create_uvicorn_config
from api.media.app import create_media_app
from api.media.limits import MediaLimits
from api.settings import Settings
from api.websocket.limits import WebSocketLimits
from api.websocket.uvicorn_protocol import WireProtocol
from api.wiring.media import create_media_places

STOP_SECONDS = 5
"""Seconds for cameras and players to leave after a signal."""
_PARENT_CHECK_BYTES = 1


async def serve_media(
    settings: Settings, listener: socket.socket, *, on_ready: Callable[[], None]
) -> None:
    """Serve on a bound socket until SIGTERM or SIGINT. Errors of the start are raised."""
    app = create_media_app(settings)
    async with app.router.lifespan_context(app):
        server = _MediaServer(
            create_media_server_config(app, settings, settings.media_limits), on_ready
        )
        for each in (signal.SIGINT, signal.SIGTERM):
            # Windows has no signal handlers; there Ctrl-C cancels the task.
            with suppress(NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(each, server.stop)
        await server.serve(sockets=[listener])


def stop_with_parent() -> None:
    """Send this process SIGTERM when its standard input ends: its parent holds the other end."""

    def wait() -> None:
        with suppress(OSError):
            while os.read(sys.stdin.fileno(), _PARENT_CHECK_BYTES):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()


class _MediaServer(QuietServer):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then call ``on_ready``."""
        await super().startup(sockets)
        self._on_ready()


def create_media_server_config(
    app: Starlette, settings: Settings, limits: MediaLimits
) -> uvicorn.Config:
    """Return how uvicorn serves the application, with these bounds on connections."""
    return create_uvicorn_config(
        app,
        create_media_places(limits),
        settings.proxies,
        _camera_protocol(limits),
        stop_seconds=STOP_SECONDS,
    )


def _camera_protocol(limits: MediaLimits) -> type[WireProtocol]:
    """The protocol of cameras: few large messages. A part that is too long is named by us."""
    bounds = WebSocketLimits(
        max_message_bytes=limits.max_part_bytes * 2,
        max_waiting_messages=2,
        bytes_per_parse=64 * 1024,
    )
    return type("CameraProtocol", (WireProtocol,), {"limits": bounds})
