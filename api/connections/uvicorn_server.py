"""Uvicorn as this project runs it: what the service and the media process have in common.

Signal handlers are the caller's, because they last longer than uvicorn serves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from api.client_address import TrustedProxies
from api.connections.http_protocol import bounded_http_protocol
from api.connections.places import ConnectionPlaces
from api.websocket.uvicorn_protocol import WireProtocol


class QuietServer(uvicorn.Server):
    """A server without signal handlers of its own."""

    def stop(self) -> None:
        """Stop; the second time without waiting for anybody."""
        self.force_exit = self.should_exit
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: the signal handlers are installed already."""
        yield


def create_uvicorn_config(
    app: Starlette,
    places: ConnectionPlaces,
    proxies: Sequence[str],
    protocol: type[WireProtocol],
    *,
    stop_seconds: int,
    backlog: int = 2_048,
) -> uvicorn.Config:
    """Return how uvicorn serves an application, with bounds on connections and messages.

    ``proxies`` are the addresses that may say who a client is. ``stop_seconds`` is how long a stop
    waits for answers, ``backlog`` how many connections the system keeps before they are accepted.
    """
    limits = protocol.limits
    return uvicorn.Config(
        app,
        # Not left to uvicorn, which would hide the error that prevents a start.
        lifespan="off",
        http=bounded_http_protocol(places, TrustedProxies(proxies)),
        # Without named proxies no header says who the client is, not even from this machine.
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        ws=protocol,
        ws_max_size=limits.max_message_bytes,
        ws_ping_interval=limits.ping_interval_seconds,
        ws_ping_timeout=limits.ping_interval_seconds,
        # The service shares one frame with all sockets, and a recording is compressed already.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=stop_seconds,
        backlog=backlog,
        server_header=False,
        access_log=False,
        log_config=None,
    )
