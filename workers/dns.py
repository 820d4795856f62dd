"""DNS lookups in threads of their own, so that a slow name server holds up nothing else.

The event loop's own lookups share a few threads with the database driver. The owner of a webhook
chooses its name server: one that answers late or never would occupy all of these threads.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

MAX_CONCURRENT_LOOKUPS = 32
"""Names looked up at the same time. One owner has at most ten webhooks, and so ten names."""
LOOKUP_TIMEOUT_SECONDS = 5.0


class DnsResolver:
    """Resolves names with the system resolver; concurrent callers of one name share a lookup."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Future[list[str]]] = {}

    async def resolve(self, host: str) -> list[IPv4Address | IPv6Address]:
        """The addresses of a host, without repeats, in the order in which to try them.

        :raises TimeoutError: there is no answer within ``LOOKUP_TIMEOUT_SECONDS``.
        :raises OSError: the name has no address.
        :raises UnicodeError: the text cannot be a name.
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
        lookup: asyncio.Future[list[str]] = loop.create_future()

        def end(found: list[str], failed: Exception | None) -> None:
            del self._running[host]
            if failed is None:
                lookup.set_result(found)
            else:
                lookup.set_exception(failed)

        def look_up() -> None:
            found: list[str] = []
            failed: Exception | None = None
            try:
                answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
                found = [str(answer[4][0]) for answer in answers]
            except Exception as error:  # noqa: BLE001 - raised again in the caller of resolve
                failed = error
            with suppress(RuntimeError):  # the loop has ended in the meantime
                loop.call_soon_threadsafe(end, found, failed)

        # Not in an executor: the interpreter waits for its threads, and a node must stop at once.
        threading.Thread(target=look_up, name="names", daemon=True).start()
        return lookup
