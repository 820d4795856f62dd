"""Refusals over plain HTTP: the status, and the message and code that GraphQL would answer with."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from domain.errors import (
    Busy,
    InvalidInput,
    NotFound,
    NotPermitted,
    Refusal,
    TooManyAttempts,
    Unauthenticated,
)

RETRY_AFTER_SECONDS = 10

_STATUSES: tuple[tuple[type[Refusal], int], ...] = (
    (Unauthenticated, 401),
    (NotPermitted, 403),
    (NotFound, 404),
    (InvalidInput, 400),
    (TooManyAttempts, 429),
    (Busy, 503),
)


def refusal_response(refusal: Refusal) -> Response:
    """The answer to a request that was refused."""
    status = next(status for kind, status in _STATUSES if isinstance(refusal, kind))
    headers = {}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    if status in {429, 503}:
        headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    return JSONResponse({"error": refusal.message, "code": refusal.code}, status, headers=headers)
