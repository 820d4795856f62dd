"""Looking names up in threads of their own: a slow name server holds up nothing else.

The loop's own look-ups share a few threads with the driver's. A name server that answers late or
never, which whoever makes a webhook can choose, would take all of them.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

MAX_CONCURRENT_LOOKUPS = 32
"""Names looked up at the same moment. One owner has ten webhooks at most, and so ten names."""
LOOKUP_TIMEOUT_SECONDS = 5.0


class DnsResolver:
    """Looks names up as this machine does; a name is in one thread, however many ask for it."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Future[list[str]]] = {}

    async def resolve(self, host: str) -> list[IPv4Address | IPv6Address]:
        """The addresses of a host, each once, in the order in which to try them.

        :raises TimeoutError: they are not known within ``SECONDS``.
        :raises OSError: it has none. ``UnicodeError``: it cannot be a name.
        """
        async with asyncio.timeout(LOOKUP_TIMEOUT_SECONDS):
            while host not in self._running:
                if len(self._running) < MAX_CONCURRENT_LOOKUPS:
                    self._running[host] = self._start_lookup(host)
                else:
                    running = self._running.values()
                    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            found = await asyncio.shield(self._running[host])
        return [ipaddress.ip_address(each) for each in dict.fromkeys(found)]

    def _start_lookup(self, host: str) -> asyncio.Future[list[str]]:
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[list[str]] = loop.create_future()

        def end(found: list[str], failed: Exception | None) -> None:
            del self._running[host]
            if failed is None:
                asked.set_result(found)
            else:
                asked.set_exception(failed)

        def look_up() -> None:
            found: list[str] = []
            failed: Exception | None = None
            try:
                answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
                found = [str(answer[4][0]) for answer in answers]
            except Exception as error:  # noqa: BLE001 - it is raised where the name was asked for
                failed = error
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(end, found, failed)

        # Not of an executor: its threads are waited for, and a node that stops must not wait.
        threading.Thread(target=look_up, name="names", daemon=True).start()
        return asked
