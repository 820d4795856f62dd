"""Errors of plain HTTP routes as JSON: ``{"error": <message>, "code": <ErrorCode>}``."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.refusals import Refusal

RETRY_AFTER_SECONDS = 10


def refusal_response(refusal: Refusal) -> Response:
    """A refusal as an HTTP answer, with the message and code that GraphQL gives."""
    headers = {}
    if refusal.http_status is HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    if refusal.http_status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        headers["retry-after"] = str(refusal.retry_after or RETRY_AFTER_SECONDS)
    return JSONResponse(
        {"error": refusal.message, "code": refusal.code}, refusal.http_status, headers=headers
    )


async def http_error_response(_request: Request, error: Exception) -> Response:
    """The answer to a request that no route accepts, such as 404 or 405; without a code."""
    assert isinstance(error, HTTPException)  # it is registered for nothing else
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
