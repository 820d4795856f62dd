"""Binds the addresses that a process listens on."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from api.command_errors import CommandError


class CannotListen(CommandError):
    """The server cannot listen on its address; the message says which and why."""

    def __init__(
        self, host: str, port: int, error: OSError, setting: str = "SONGGANG_PORT"
    ) -> None:
        super().__init__(
            f"Cannot listen on {host} port {port}: {error.strerror or error}. Set SONGGANG_HOST "
            f"and {setting} to an address that is free."
        )


@contextmanager
def bind(host: str, port: int, setting: str = "SONGGANG_PORT") -> Iterator[socket.socket]:
    """Bind the address before anything starts, so that an address in use is reported at once.

    :raises CannotListen: it cannot be bound; the message names ``setting``.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # A name may have IPv4 and IPv6 addresses; more clients try IPv4.
        family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(host, port, error, setting) from None
    with listener:
        try:
            if sys.platform != "win32":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError as error:
            raise CannotListen(host, port, error, setting) from None
        yield listener
