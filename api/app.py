"""The ASGI application: its routes, its middleware and its lifespan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.code_callbacks import serve_code_callback
from api.http.cors import allow_origins
from api.http.error_responses import http_error_response
from api.http.health import serve_liveness, serve_readiness
from api.http.imports.templates import serve_template
from api.http.metrics import serve_metrics
from api.http.public.covers import serve_cover
from api.http.public.job_pages import serve_job_page, serve_stylesheet
from api.http.public.open_data import (
    OpenDataTableRoute,
    serve_code_lists,
    serve_description,
    serve_national_codes,
)
from api.http.public.qr_codes import serve_code_image, serve_code_redirect
from api.http.public.sitemap_and_rss import (
    SitemapPartRoute,
    serve_robots,
    serve_rss_feed,
    serve_sitemap_index,
)
from api.http.security_headers import SecurityHeaders
from api.http.stopping import StoppingAnswers
from api.http.stream_callbacks import serve_stream_callback
from api.http.web.routes import CLIENT_ROUTES
from api.logs import AccessLog
from api.settings import Settings
from api.wiring.node import ServiceNode, run_node
from services.exchange.import_creation import MAX_TABLE_BYTES

MAX_BODY_BYTES = 1 << 20
"""Bytes of a request body: several times the longest document with its variables."""


class NodeRoute:
    """Passes requests to an endpoint of the running node, which is built after the routes."""

    def __init__(self, endpoint_of: Callable[[ServiceNode], ASGIApp]) -> None:
        self._endpoint_of = endpoint_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._endpoint_of(scope["app"].state.node)(scope, receive, send)


_GRAPHQL = NodeRoute(lambda node: node.endpoint)
_LEAD_EXPORTS = NodeRoute(lambda node: node.exports)
_IMPORTS = NodeRoute(lambda node: node.imports)

IMPORT_ROUTES = (
    Route(
        "/imports",
        # The limit of the whole application is smaller; the innermost one counts.
        RequestBodyLimitMiddleware(_IMPORTS, max_body_size=MAX_TABLE_BYTES),
        methods=["POST"],
    ),
    Route("/imports/{name}", serve_template),
)


async def _redirect_to_job_page(request: Request) -> Response:
    return RedirectResponse(f"/jobs/{quote(request.path_params['id'], safe='')}", 308)


async def _redirect_to_open_data(_request: Request) -> Response:
    return RedirectResponse("/open-data/", 308)


PUBLIC_ROUTES = (
    Route("/jobs/{id}", serve_job_page),
    Route("/jobs/{id}/", _redirect_to_job_page),
    Route("/jobs.css", serve_stylesheet),
    Route("/sitemap.xml", serve_sitemap_index),
    Route("/sitemaps/{name}", SitemapPartRoute(), methods=["GET"]),
    Route("/feed.xml", serve_rss_feed),
    Route("/robots.txt", serve_robots),
    Route("/open-data/", serve_description),
    Route("/open-data", _redirect_to_open_data),
    Route("/open-data/code-lists.json", serve_code_lists),
    Route("/open-data/national-codes.json", serve_national_codes),
    Route("/open-data/postings.{form}", OpenDataTableRoute(), methods=["GET"]),
)
"""Routes that everybody may read and search engines may index."""
ROUTES = (
    *CLIENT_ROUTES,
    Route("/q/{token}", serve_code_redirect),
    Route("/codes/{name}", serve_code_image),
    Route("/covers/{name}", serve_cover),
    Route("/graphql", _GRAPHQL),
    WebSocketRoute("/graphql", _GRAPHQL),
    *(
        Route(f"/sms/{{gateway}}/{what}", serve_code_callback, methods=["POST"])
        for what in ("reports", "replies")
    ),
    Route("/stream-callbacks/{server}", serve_stream_callback, methods=["POST"]),
    Route("/exports/leads.csv", _LEAD_EXPORTS, methods=["GET"]),
    Route("/exports/leads.xlsx", _LEAD_EXPORTS, methods=["GET"]),
    *IMPORT_ROUTES,
    *PUBLIC_ROUTES,
    Route("/health/live", serve_liveness),
    Route("/health/ready", serve_readiness),
    Route("/metrics", serve_metrics, methods=["GET"]),
)


def _is_stopping(scope: Scope) -> bool:
    node: ServiceNode = scope["app"].state.node
    return node.health.draining


def create_app(settings: Settings) -> Starlette:
    """Return the ASGI application; its lifespan starts and stops everything.

    While it runs, ``state.node`` is its ``ServiceNode``. An error that prevents the start (no
    MongoDB, a wrong secret, a demo in a database with other data) is raised from the lifespan.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with run_node(settings) as node:
            app.state.node = node
            yield

    app = Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(AccessLog),
            Middleware(SecurityHeaders),
            allow_origins(settings.origins),
            Middleware(StoppingAnswers, is_stopping=_is_stopping),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES),
        ],
        exception_handlers={HTTPException: http_error_response},
        lifespan=lifespan,
    )
    # Such a redirect would lead wherever the Host header says.
    app.router.redirect_slashes = False
    return app
