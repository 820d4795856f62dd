"""The webhook sender: HTTP requests to checked addresses only, within seconds.

A name is resolved once, its addresses are checked, and the connection goes to one of them. So a
name that resolves to another address a moment later cannot redirect the request. Redirects are
not followed, and proxies of the environment are not used. Certificate authorities are those of
certifi and of this machine; SSL_CERT_FILE replaces the latter.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore

from domain.webhooks.special_addresses import is_public_address
from domain.webhooks.webhooks import DeliveryResult, FailureKind
from workers.dns import DnsResolver

ATTEMPT_TIMEOUT_SECONDS = 15.0
"""For one attempt, from the lookup to the end of the response."""
CONNECT_TIMEOUT_SECONDS = 5.0
MAX_CONNECTIONS = 64
MAX_RETRY_AFTER_DIGITS = 12
MAX_DATE_LENGTH = 64
"""Characters of a date in a header; the standard form has 29."""
MAX_RESPONSE_BYTES = 16 * 1024
"""Bytes of a response that are read; only its status is used."""


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


class WebhookSender:
    """Sends messages over one connection pool for all webhooks of this process."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._pool = httpcore.AsyncConnectionPool(
            # Built once: reading all authorities takes 50 ms.
            ssl_context=httpcore.default_ssl_context(),
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS // 4,
            keepalive_expiry=30.0,
            network_backend=PublicAddressBackend(private=private),
        )

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:
        """The result of one attempt; it raises nothing."""
        if not (self._private or url.startswith("https:")):
            # The webhook was created while plain HTTP was allowed.
            return DeliveryResult(failure=FailureKind.ADDRESS_REFUSED)
        try:
            async with asyncio.timeout(ATTEMPT_TIMEOUT_SECONDS):
                return await self._post(url, headers, body)
        except AddressRefused:
            return DeliveryResult(failure=FailureKind.ADDRESS_REFUSED)
        except (TimeoutError, httpcore.TimeoutException):
            return DeliveryResult(failure=FailureKind.TIMEOUT)
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            # httpcore passes the cause as an argument of its own error.
            if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in error.args):
                return DeliveryResult(failure=FailureKind.CERTIFICATE_REFUSED)
            return DeliveryResult(failure=FailureKind.UNREACHABLE)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:
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
            # A response read to its end leaves the connection usable; a long one is cut off.
            async for part in response.aiter_stream():
                read += len(part)
                if read > MAX_RESPONSE_BYTES:
                    break
            return DeliveryResult(
                status=response.status,
                retry_after=_read_retry_after(response.headers) if response.status >= 400 else None,
            )


def _read_retry_after(headers: Iterable[tuple[bytes, bytes]]) -> timedelta | None:
    """The time of the header Retry-After, in seconds or as a date (RFC 9110, 10.2.3).

    A date counts from the receiver's own Date, or else from this machine's clock.
    """
    values = {name.lower(): value.decode("latin-1").strip() for name, value in headers}
    asked = values.get(b"retry-after", "")
    if asked.isascii() and asked.isdigit():
        # Anything above a day is a day; the longest number is read without overflow.
        return timedelta(seconds=min(int(asked[:MAX_RETRY_AFTER_DIGITS]), 10**9))
    until = _read_date(asked)
    if until is None:
        return None
    now = _read_date(values.get(b"date", "")) or datetime.now(UTC)
    return max(until - now, timedelta())


def _read_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value[:MAX_DATE_LENGTH])
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
