"""The limits of one process on TCP connections, and on requests before they are whole."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

if sys.platform != "win32":
    import resource

RESERVED_FILES = 1_000
"""Open files that are kept for the database, webhooks and others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionLimits:
    """How many connections one process keeps open, and for whom.

    A viewer in a room has an open subscription. Such a connection is never closed for another
    one. Rooms leave a part of all places to requests and to staff.
    """

    max_connections: int = 30_000
    """Connections in all. 30 KiB of memory each when in a room."""
    max_per_address: int = 4_000
    """Connections of one client address (IPv6: of one /64 network). An honest house: a campus or
    a factory whose phones share one address. Connections of named proxies are not counted here."""
    room_share: float = 0.75
    """Part of the connections that may be in rooms."""
    max_received_bytes: int = 128 << 20
    """Bytes of all requests that are not whole yet: two tables of 32 MiB and a thousand others."""

    @property
    def max_in_rooms(self) -> int:
        """Connections with a subscription."""
        return int(self.max_connections * self.room_share)

    def within_open_files(self) -> ConnectionLimits:
        """These limits, with fewer connections if this process may not open so many files."""
        if sys.platform == "win32":
            return self
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files == resource.RLIM_INFINITY:
            return self
        most = max(files - RESERVED_FILES, files // 2)
        return replace(self, max_connections=min(self.max_connections, most))


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestLimits:
    """What a request may be, and how long its parts may take."""

    max_head_bytes: int = 32 * 1024
    """Bytes of the request line and all headers."""
    max_headers: int = 100
    """Headers of a request. Browsers send 20, proxies add a few."""
    max_url_bytes: int = 8 * 1024
    """Bytes of the URL."""
    max_pipelined: int = 16
    """Requests that wait on a connection while one is answered."""
    max_framing_bytes: int = 32 * 1024
    """Bytes of chunk sizes and trailers, besides an eighth of the body: a client that sends a
    body in chunks of a few bytes is refused."""
    max_ignored_bytes: int = 1 << 20
    """Bytes that are still read after a request was answered without them. To close at once would
    reset the connection, and the client might never see the answer."""
    head_timeout_seconds: float = 10.0
    """Time for the request line and headers to arrive. A phone on a weak network needs two."""
    body_timeout_seconds: float = 20.0
    """Time for a body to arrive, besides that for its bytes at ``min_bytes_per_second``."""
    min_bytes_per_second: int = 500
    """The slowest client that is waited for, sending or reading: 2G carries 2,000."""
    write_timeout_seconds: float = 20.0
    """How long a client may take nothing of its answer; afterwards it must have taken at least
    ``min_bytes_per_second`` in each such time."""
