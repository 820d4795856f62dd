"""Serves the public pages, feeds and open data over the services of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware

from api.app import PUBLIC_ROUTES
from api.http.limits import DownloadLimits, FeedLimits
from api.http.public.job_pages import JobPages
from api.http.public.open_data import OpenData
from api.http.public.sitemap_and_rss import PublicFeeds
from api.http.security_headers import SecurityHeaders
from api.http.web.client_pages import ClientPages
from schema.context import Services


@asynccontextmanager
async def serve_public_routes(
    services: Services,
    *,
    feed_limits: FeedLimits = FeedLimits(),  # noqa: B008 - a frozen value
    download_limits: DownloadLimits = DownloadLimits(),  # noqa: B008 - a frozen value
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the public routes over these services, and yield a client."""
    app = Starlette(routes=PUBLIC_ROUTES, middleware=[Middleware(SecurityHeaders)])
    app.state.node = SimpleNamespace(
        job_pages=JobPages(services, ClientPages(None)),
        feeds=PublicFeeds(services, feed_limits),
        open_data=OpenData(services, download_limits),
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://songgang.test") as http:
        yield http
