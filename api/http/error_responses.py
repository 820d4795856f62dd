"""What is answered besides GraphQL: the front page, errors as JSON, and headers on everything."""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FRONT_PAGE = Path(__file__).with_name("front.html").read_text("utf-8")
_SECURITY_HEADERS = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


async def serve_front_page(_request: Request) -> Response:
    """Says what this is and where to go on."""
    return HTMLResponse(_FRONT_PAGE)


async def http_error_response(_request: Request, error: Exception) -> Response:
    """The answer to a request that no route takes."""
    assert isinstance(error, HTTPException)  # it is registered for nothing else
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)


class SecurityHeaders:
    """Adds the headers that keep a browser from guessing, telling and embedding."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
