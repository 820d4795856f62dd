"""Ports of this machine: which are free for mongod, and whether somebody listens."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress

PORTS_TRIED = 3


def candidate_ports(preferred: int | None) -> Iterator[int]:
    """The preferred port if it is free, then other free ones.

    Another process may take a port before mongod does: so more than one.
    """
    if preferred is not None:
        with suppress(OSError, OverflowError):
            yield _find_bindable_port(preferred)
    for _ in range(PORTS_TRIED):
        yield _find_bindable_port(0)


def _find_bindable_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])


async def is_listening(port: int) -> bool:
    """Whether a process accepts connections on this port of 127.0.0.1."""
    # The driver waits half a second between two attempts; a plain connection fails at once.
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
