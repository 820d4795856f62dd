"""Logging to stderr: JSON lines, or readable lines when stderr is a terminal.

A log line may hold what happened, where in the code, and technical ids. It never holds the message
of an exception, which may quote stored or sent data, nor a query string, header, body or variable.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from pathlib import PurePath
from traceback import walk_tb
from typing import Any, cast

import orjson
import structlog
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_FRAMES = 20
"""Stack frames logged per exception; the innermost is last."""
MAX_CAUSES = 5
"""Causes logged per exception."""
MAX_PATH_LENGTH = 200
"""Characters of a request path."""
_PATHS_WITH_CODES = ("/q/", "/codes/")

_log = structlog.get_logger(__name__)


def configure(least: int = logging.INFO) -> None:
    """Send all log records of this process and its libraries to stderr.

    ``least`` is the lowest level logged by this service; libraries are logged from WARNING.
    """
    is_watched = sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        strip_exception_values,
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.dev.ConsoleRenderer()
            if is_watched
            else structlog.processors.JSONRenderer(serializer=_serialise),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr)
        if is_watched
        else structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_ForwardingHandler(logging.WARNING)]
    # This service logs itself what uvicorn logs at INFO.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


def _serialise(event: Any, **_: Any) -> bytes:
    return orjson.dumps(event, default=lambda value: type(value).__name__)


def strip_exception_values(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace an exception by its type and stack frames, without its message."""
    given = event.pop("exc_info", None)
    if isinstance(given, tuple):
        given = given[1]
    error = sys.exc_info()[1] if given is True else given
    if error is not None:
        event.update(describe_exception(error))
    return event


def describe_exception(error: BaseException) -> dict[str, Any]:
    """Return the type and the frames ("folder/file.py:line") of an exception and its causes."""
    causes = list(_causes(error))
    about: dict[str, Any] = {"error": _type_name(error), "frames": _frames(error)}
    if causes:
        about["causes"] = [
            {"error": _type_name(cause), "frames": _frames(cause)} for cause in causes
        ]
    return about


def _causes(error: BaseException) -> Iterator[BaseException]:
    for _ in range(MAX_CAUSES):
        behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if behind is None:
            return
        yield behind
        error = behind


def _type_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def _frames(error: BaseException) -> list[str]:
    passed = [
        f"{'/'.join(PurePath(frame.f_code.co_filename).parts[-2:])}:{line}"
        for frame, line in walk_tb(error.__traceback__)
    ]
    return passed[-MAX_FRAMES:]


class _ForwardingHandler(logging.Handler):
    """Logs the records of libraries, without arguments and later lines, which may quote values."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        said = str(record.msg).strip().partition("\n")[0]
        _log.log(record.levelno, said, logger=record.name, exc_info=error)


class AccessLog:
    """Logs one line per request, and answers 500 after an unexpected exception.

    A WebSocket is logged when it closes, with the status of its handshake.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        answer = _StatusRecorder(send)
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - the last place where anything can be caught
            _log.error("request failed", path=_path(scope), exc_info=error)
            with suppress(OSError, RuntimeError):  # the peer is gone, or has its response already
                await _send_error(scope, receive, answer)
        finally:
            _log.info(
                "request",
                method=scope.get("method", "WEBSOCKET"),
                path=_path(scope),
                status=answer.status,
                ms=round((time.perf_counter() - began) * 1000, 1),
            )


class _StatusRecorder:
    """Passes messages on and records the status of the response."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if self.status is None:
            self.status = _status_of_message(message)
        await self._send(message)


def _status_of_message(message: Message) -> int | None:
    kind = message["type"]
    if kind in {"http.response.start", "websocket.http.response.start"}:
        return cast("int", message["status"])
    # Before the handshake is answered, a close is a 403 (ASGI specification).
    return {"websocket.accept": 101, "websocket.close": 403}.get(kind)


async def _send_error(scope: Scope, receive: Receive, answer: _StatusRecorder) -> None:
    if scope["type"] == "websocket":
        # Clients of graphql-transport-ws do not reconnect after 1011.
        await answer({"type": "websocket.close", "code": 1013, "reason": "Try again later"})
    elif answer.status is None:
        await JSONResponse({"error": "Internal Server Error"}, 500)(scope, receive, answer)


def _path(scope: Scope) -> str:
    """Return the path for the log, without the code of a QR code: with it anybody could scan."""
    path: str = scope["path"]
    for prefix in _PATHS_WITH_CODES:
        if path.startswith(prefix):
            return f"{prefix}..."
    return path[:MAX_PATH_LENGTH]
