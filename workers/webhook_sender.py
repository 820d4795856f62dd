"""The webhook sender: HTTP requests to checked addresses only, within seconds."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpcore

from domain.webhooks.webhooks import DeliveryResult, FailureKind
from workers.outgoing_http import AddressRefused, AnswerLimits, PublicAddressBackend, post_bounded

ATTEMPT_TIMEOUT_SECONDS = 15.0
"""For one attempt, from the lookup to the end of the response."""
MAX_CONNECTIONS = 64
MAX_RETRY_AFTER_DIGITS = 12
MAX_DATE_LENGTH = 64
"""Characters of a date in a header; the standard form has 29."""
POST_LIMITS = AnswerLimits(timeout_seconds=ATTEMPT_TIMEOUT_SECONDS, max_answer_bytes=16 * 1024)
"""Of an answer only the status and the headers are used."""


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
        answer = await post_bounded(self._pool, url, headers, body, POST_LIMITS)
        return DeliveryResult(
            status=answer.status,
            retry_after=_read_retry_after(answer.headers) if answer.status >= 400 else None,
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
