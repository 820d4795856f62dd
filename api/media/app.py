"""The ASGI application of the media process: cameras, playlists, segments and its health."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from api.http.error_responses import http_error_response
from api.media.limits import MediaLimits
from api.settings import Settings
from api.wiring.media import MediaNode, run_media_node

_MAX_BODY_BYTES = 1_024
"""Nobody sends a body here."""


async def _serve_camera(socket: WebSocket) -> None:
    node: MediaNode = socket.app.state.node
    await node.cameras.serve(socket)


async def _serve_picture(request: Request) -> Response:
    node: MediaNode = request.app.state.node
    return await node.files.respond(request)


async def _serve_recording(request: Request) -> Response:
    node: MediaNode = request.app.state.node
    return await node.recordings.respond(request)


async def _serve_recording_file(request: Request) -> Response:
    node: MediaNode = request.app.state.node
    return await node.recordings.respond_file(request)


async def _serve_health(request: Request) -> Response:
    """What it does now, and the most that it does."""
    node: MediaNode = request.app.state.node
    return JSONResponse(node.describe(), headers={"cache-control": "no-store"})


ROUTES = (
    WebSocketRoute("/camera", _serve_camera),
    Route("/live/{picture}/{name}", _serve_picture, methods=["GET"]),
    Route("/recordings/{recording}", _serve_recording, methods=["GET", "DELETE"]),
    Route("/recordings/{recording}/{name}", _serve_recording_file, methods=["GET"]),
    Route("/health/live", _serve_health, methods=["GET"]),
)


def create_media_app(settings: Settings, limits: MediaLimits | None = None) -> Starlette:
    """Return the application; while it runs, ``state.node`` is its ``MediaNode``.

    ``limits`` are those of the settings unless they are given.

    :raises SettingsInvalid: SONGGANG_MEDIA_KEY is not set.
    :raises FfmpegNotFound: this machine has no ffmpeg.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with run_media_node(settings, limits or settings.media_limits) as node:
            app.state.node = node
            yield

    return Starlette(
        routes=ROUTES,
        # No access log: each player asks twice a second.
        middleware=[Middleware(RequestBodyLimitMiddleware, max_body_size=_MAX_BODY_BYTES)],
        exception_handlers={HTTPException: http_error_response},
        lifespan=lifespan,
    )
