"""The interface of gateways for one-time codes, and the HTTP client that they share.

Endpoints are settings of the operator, not input of clients, so private addresses are allowed. Only
https is, except on this machine. Proxies of the environment are not used, redirects not followed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import httpcore
import orjson

from domain.identity.phone_codes import CodeChannel, SendOutcome, SendResult
from workers.outgoing_http import AnswerLimits, PublicAddressBackend, post_bounded

ATTEMPT_TIMEOUT_SECONDS = 10.0
"""For one attempt, from the lookup to the end of the response."""
MAX_CONNECTIONS = 16
MAX_RESPONSE_BYTES = 64 * 1024
POST_LIMITS = AnswerLimits(
    timeout_seconds=ATTEMPT_TIMEOUT_SECONDS, max_answer_bytes=MAX_RESPONSE_BYTES
)
MAX_CODE_LENGTH = 100
"""Characters of a gateway's error code that are kept."""


@dataclass(frozen=True, kw_only=True)
class OutgoingCode:
    """A message to be sent. ``id`` is the same for each attempt; ``phone`` is in E.164 form."""

    id: str
    phone: str
    code: str
    channel: CodeChannel
    expires_at: datetime


class MessageGateway(Protocol):
    """Sends messages that carry one-time codes."""

    async def send(self, message: OutgoingCode) -> SendResult:
        """The result of one attempt, within seconds; a failed attempt is not an exception."""

    async def close(self) -> None:
        """Close all connections."""


@dataclass(frozen=True, kw_only=True)
class GatewayAnswer:
    """The HTTP status of an answer, and its JSON object; empty for anything else."""

    status: int
    body: Mapping[str, Any]


class NoAnswer(Exception):
    """The gateway did not answer; ``code`` says why, in the style of an error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def result(self) -> SendResult:
        """The result of the attempt. The message may have been sent."""
        return SendResult(outcome=SendOutcome.UNAVAILABLE, code=self.code)


class GatewayClient:
    """An HTTP client with bounded time, connections and answers."""

    def __init__(self) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpcore.default_ssl_context(),
            max_connections=MAX_CONNECTIONS,
            keepalive_expiry=30.0,
            network_backend=PublicAddressBackend(private=True),
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> GatewayAnswer:
        """Send a request and read its answer.

        :raises NoAnswer: there is none within ``ATTEMPT_TIMEOUT_SECONDS``.
        """
        try:
            async with asyncio.timeout(ATTEMPT_TIMEOUT_SECONDS):
                return await self._post(url, headers, body)
        except (TimeoutError, httpcore.TimeoutException):
            raise NoAnswer("TIMEOUT") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
            raise NoAnswer("UNREACHABLE") from None

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> GatewayAnswer:
        answer = await post_bounded(self._pool, url, headers, body, POST_LIMITS)
        return GatewayAnswer(status=answer.status, body=_parse_object(answer.content or b""))


def text_of(body: Mapping[str, Any], name: str) -> str:
    """Return a text field of an answer, shortened; empty if there is none."""
    value = body.get(name)
    return value[:MAX_CODE_LENGTH] if isinstance(value, str) else ""


def object_of(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object field of an answer; empty if there is none."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _parse_object(raw: bytes) -> Mapping[str, Any]:
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
