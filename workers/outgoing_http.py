"""HTTP requests of this process to other servers: to checked addresses, bounded in time and size.

A name is resolved once, its addresses are checked, and the connection goes to one of them. So a
name that resolves to another address a moment later cannot redirect the request. Redirects are
not followed, and proxies of the environment are not used. Certificate authorities are those of
certifi and of this machine; SSL_CERT_FILE replaces the latter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore

from domain.webhooks.special_addresses import is_public_address
from workers.dns import DnsResolver

CONNECT_TIMEOUT_SECONDS = 5.0


class AddressRefused(Exception):
    """The name resolves to no address that may be connected to."""


class PublicAddressBackend(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only; with ``private`` to all addresses."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._names = DnsResolver()
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of ``host`` that accepts.

        :raises AddressRefused: ``host`` has no address that may be connected to.
        """
        failed: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in await self._addresses(host):
            try:
                return await self._backend.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or AddressRefused

    async def _addresses(self, host: str) -> list[str]:
        try:
            found = await self._names.resolve(host)
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        # The codec for names raises UnicodeError for a text such as a..example.
        except (OSError, UnicodeError):
            raise httpcore.ConnectError from None
        return [str(address) for address in found if self._private or is_public_address(address)]


@dataclass(frozen=True, kw_only=True)
class AnswerLimits:
    """The limits on one request and its answer."""

    timeout_seconds: float
    """For each read and each write."""
    max_answer_bytes: int
    """Bytes of the answer that are read."""


@dataclass(frozen=True, kw_only=True)
class BoundedAnswer:
    """The answer to a request. ``content`` is None if it is longer than the limit."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    content: bytes | None


async def post_bounded(
    pool: httpcore.AsyncConnectionPool,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    limits: AnswerLimits,
) -> BoundedAnswer:
    """Send a POST request and return the answer.

    :raises AddressRefused: the host has no address that may be connected to.
    :raises httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError: no answer.
    """
    return await _exchange(pool, ("POST", url), headers, body, limits)


async def get_bounded(
    pool: httpcore.AsyncConnectionPool, url: str, headers: Mapping[str, str], limits: AnswerLimits
) -> BoundedAnswer:
    """Send a GET request and return the answer.

    :raises AddressRefused: the host has no address that may be connected to.
    :raises httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError: no answer.
    """
    return await _exchange(pool, ("GET", url), headers, None, limits)


async def _exchange(
    pool: httpcore.AsyncConnectionPool,
    target: tuple[str, str],
    headers: Mapping[str, str],
    body: bytes | None,
    limits: AnswerLimits,
) -> BoundedAnswer:
    """Send a request to the ``target``, which is a method and an address."""
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    timeout = {
        "connect": CONNECT_TIMEOUT_SECONDS,
        "read": limits.timeout_seconds,
        "write": limits.timeout_seconds,
    }
    async with pool.stream(
        *target, headers=sent, content=body, extensions={"timeout": timeout}
    ) as response:
        read = bytearray()
        # An answer read to its end leaves the connection usable; a long one is cut off.
        async for part in response.aiter_stream():
            read += part
            if len(read) > limits.max_answer_bytes:
                break
        is_whole = len(read) <= limits.max_answer_bytes
        return BoundedAnswer(
            status=response.status,
            headers=response.headers,
            content=bytes(read) if is_whole else None,
        )
