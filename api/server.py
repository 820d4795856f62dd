"""The server process: runs the application in uvicorn and stops it on SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, suppress
from typing import Any, TypeVar

import structlog
from starlette.applications import Starlette

from api.app import create_app
from api.connections.listeners import CannotListen, bind
from api.connections.uvicorn_server import QuietServer, create_uvicorn_config
from api.media.own_process import bind_own_media, run_own_media
from api.settings import Settings
from api.websocket.uvicorn_protocol import limited_wire_protocol
from api.wiring.node import ServiceNode

if sys.platform != "win32":
    import resource

    import uvloop

T = TypeVar("T")

_log = structlog.get_logger(__name__)

REQUEST_TIMEOUT_SECONDS = 8
"""Seconds that open requests have to be answered, once the sockets are closed (3 s)."""
CLOSE_AFTER_SECONDS = 13.0
"""Seconds after a signal from which on nothing is waited for any more: each step of the shutdown
that is still at it, such as the release of a lease, is cancelled, and the next one begins."""
CANCEL_INTERVAL_SECONDS = 0.2
"""Seconds that each further step of the shutdown then has."""
EXIT_AFTER_SECONDS = 25.0
"""Seconds after a signal at which the process exits, whatever it is doing."""
ACCEPT_BACKLOG = 4_096
"""Connections that may wait to be accepted: after a restart all viewers reconnect at once."""


def serve(settings: Settings, *, on_ready: Callable[[str, ServiceNode], None]) -> None:
    """Serve until SIGTERM or SIGINT; a second signal stops without waiting for open requests.

    ``on_ready`` is called once, with the base URL, when requests are answered.

    :raises CannotListen: the address is in use, or it does not belong to this machine.

    Errors of the start are raised too: see ``create_app``.
    """
    raise_file_limit()
    run_coroutine(_serve(settings, on_ready))


def run_coroutine(work: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine on uvloop where it is available, otherwise on asyncio's own loop.

    uvloop is faster, and it does not warn when a child process ends while it is being killed.
    """
    loop_factory = uvloop.new_event_loop if sys.platform != "win32" else None
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(work)


def raise_file_limit() -> None:
    """Raise the limit of open files: each connection is one, and the usual soft limit is 1,024."""
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        # macOS reports an infinite limit but does not accept it.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _serve(settings: Settings, on_ready: Callable[[str, ServiceNode], None]) -> None:
    task = asyncio.current_task()
    assert task is not None  # a coroutine always runs in one
    stopping = _SignalHandler(task)
    for each in (signal.SIGINT, signal.SIGTERM):
        # Windows has no signal handlers; there Ctrl-C cancels the task.
        with suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(each, stopping)
    try:
        with bind(settings.host, settings.port) as listener, ExitStack() as stack:
            own = stack.enter_context(bind_own_media(settings, listener.getsockname()[1]))
            settings = own.settings
            app = create_app(settings)
            # Not left to uvicorn, which would hide the error that prevents a start.
            async with app.router.lifespan_context(app), run_own_media(own):
                server = _Server(app, settings, listener, on_ready)
                stopping.server = server
                await server.serve(sockets=[listener])
    except asyncio.CancelledError:
        if not stopping.signalled:
            raise


class _Server(QuietServer):
    """Closes WebSocket connections with a close code of this service before uvicorn closes them."""

    def __init__(
        self,
        app: Starlette,
        settings: Settings,
        listener: socket.socket,
        on_ready: Callable[[str, ServiceNode], None],
    ) -> None:
        self._node: ServiceNode = app.state.node
        super().__init__(
            create_uvicorn_config(
                app,
                self._node.places,
                settings.proxies,
                limited_wire_protocol(settings.max_outbox_bytes),
                stop_seconds=REQUEST_TIMEOUT_SECONDS,
                backlog=ACCEPT_BACKLOG,
            )
        )
        self._settings = settings
        self._port = listener.getsockname()[1]
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then call ``on_ready``."""
        try:
            await super().startup(sockets)
        except OSError as error:
            raise CannotListen(self._settings.host, self._port, error) from None
        self._node.garbage.start()
        host = self._settings.host
        shown = f"[{host}]" if ":" in host else host
        self._on_ready(f"http://{shown}:{self._port}", self._node)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain the node, then close what is left."""
        await self._node.drain()
        await super().shutdown(sockets)
        await self._node.garbage.close()


class _SignalHandler:
    """Handles a signal: cancels the start, or stops the server, and bounds how long that takes.

    Everything that was acknowledged is in MongoDB by then, so no step of a shutdown is worth a
    process that hangs.
    """

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task
        self.signalled = False
        self.server: QuietServer | None = None
        self._left: set[asyncio.Task[Any]] = set()

    def __call__(self) -> None:
        if self.server is not None:
            self.server.stop()
        elif not self.signalled:
            self._task.cancel()
        if not self.signalled:
            self.signalled = True
            asyncio.get_running_loop().call_later(CLOSE_AFTER_SECONDS, self._hurry)
            watchdog = threading.Timer(EXIT_AFTER_SECONDS, _exit_now)
            watchdog.daemon = True
            watchdog.start()

    def _hurry(self) -> None:
        """Cancel what the shutdown waits for, again and again until it is through.

        Then cancel what is left in the same way: a driver may swallow a first cancellation.
        """
        if not self._left:
            _log.warning("shutdown hurries", after_seconds=CLOSE_AFTER_SECONDS)
            self._left = asyncio.all_tasks() - {self._task}
        for task in self._left if self._task.done() else [self._task]:
            task.cancel()
        asyncio.get_running_loop().call_later(CANCEL_INTERVAL_SECONDS, self._hurry)


def _exit_now() -> None:
    """End the process: the loop, or a thread of a driver, is stuck."""
    _log.error("shutdown takes too long, the process exits")
    os._exit(1)
