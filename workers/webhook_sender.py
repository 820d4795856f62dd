"""Sending messages to webhooks: to addresses that were checked, and for seconds only.

A name is looked up once, its addresses are checked, and the connection goes to one of those: a
name that means another address a moment later leads nowhere else. Redirects are answers like any
other; proxies of the environment are not used. Trusted are the certificate authorities of certifi
and of this machine, or of SSL_CERT_FILE in place of the latter.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore

from domain.webhooks.webhooks import DeliveryResult, FailureKind, is_public_address
from workers.dns import DnsResolver

ATTEMPT_TIMEOUT_SECONDS = 15.0
"""For one message, from the look-up to the end of the answer."""
CONNECT_TIMEOUT_SECONDS = 5.0
MAX_CONNECTIONS = 64
MAX_RESPONSE_BYTES = 16 * 1024
"""Bytes of an answer that are read; nothing in it matters but its status."""


class AddressRefused(Exception):
    """The name leads to no address that may be connected to."""


class PublicAddressBackend(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only, unless ``private`` admits the others."""

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
        """A connection to the first address of ``host`` that takes one.

        :raises AddressRefused: none of them may be connected to.
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
        # A name that cannot be one, such as a..example, is told by the codec for names.
        except (OSError, UnicodeError):
            raise httpcore.ConnectError from None
        return [str(address) for address in found if self._private or is_public_address(address)]


class WebhookSender:
    """One pool of connections for all webhooks of this process."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._pool = httpcore.AsyncConnectionPool(
            # Made once: reading all authorities takes a twentieth of a second.
            ssl_context=httpcore.default_ssl_context(),
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS // 4,
            keepalive_expiry=30.0,
            network_backend=PublicAddressBackend(private=private),
        )

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:
        """What came of one try."""
        if not (self._private or url.startswith("https:")):
            # It was made when plain HTTP was allowed.
            return DeliveryResult(failure=FailureKind.ADDRESS_REFUSED)
        try:
            async with asyncio.timeout(ATTEMPT_TIMEOUT_SECONDS):
                return DeliveryResult(status=await self._post(url, headers, body))
        except AddressRefused:
            return DeliveryResult(failure=FailureKind.ADDRESS_REFUSED)
        except (TimeoutError, httpcore.TimeoutException):
            return DeliveryResult(failure=FailureKind.TIMEOUT)
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            # httpcore gives what happened as the argument of its own error.
            if any(isinstance(what, ssl.SSLCertVerificationError) for what in error.args):
                return DeliveryResult(failure=FailureKind.CERTIFICATE_REFUSED)
            return DeliveryResult(failure=FailureKind.UNREACHABLE)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        timeout = {
            "connect": CONNECT_TIMEOUT_SECONDS,
            "read": ATTEMPT_TIMEOUT_SECONDS,
            "write": ATTEMPT_TIMEOUT_SECONDS,
        }
        async with self._pool.stream(
            "POST", url, headers=sent, content=body, extensions={"timeout": timeout}
        ) as response:
            read = 0
            # Read to its end, the connection can be used again; a long one is cut off.
            async for part in response.aiter_stream():
                read += len(part)
                if read > MAX_RESPONSE_BYTES:
                    break
            return response.status
