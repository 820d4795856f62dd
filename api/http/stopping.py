"""Answers to requests that are still waiting when the server stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.error_responses import RETRY_AFTER_SECONDS, refusal_response
from domain.refusals import Busy, Refusal
from schema.execution.results import format_refusal


class StoppingAnswers:
    """Answers a request 503 with ``Busy`` when the server stops and cancels it.

    uvicorn cancels the requests that are not answered in time, and would answer 500 in plain text.
    A response that has begun breaks off, as its client must notice.
    """

    def __init__(self, app: ASGIApp, *, is_stopping: Callable[[Scope], bool]) -> None:
        self._app = app
        self._is_stopping = is_stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def forward(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, forward)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            assert task is not None  # an application is run by tasks
            if has_begun or not self._is_stopping(scope):
                raise
            task.uncancel()
            await _answer(Request(scope))(scope, receive, send)


def _answer(request: Request) -> Response:
    refusal = stopping_refusal()
    if request.url.path != "/graphql":
        return refusal_response(refusal)
    headers = {"retry-after": str(RETRY_AFTER_SECONDS)}
    content = {"errors": format_refusal(refusal)}
    return JSONResponse(content, refusal.http_status, headers=headers)


def stopping_refusal() -> Refusal:
    """The refusal for a call whose outcome is not known when the server stops."""
    return Busy(
        "The server stops before it could finish this. It may or may not be stored: look again, "
        "or send the same again.",
        "服务正在停止，本次操作未能完成，可能已保存，也可能没有保存。请先查看，或稍后再试一次。",
    )
