"""What the public reads without an account, answered by services of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware

from api.app import PUBLIC_ROUTES
from api.http.public.feeds import PublicFeeds
from api.http.public.job_pages import JobPages
from api.http.public.open_data import OpenData
from api.http.security_headers import SecurityHeaders
from schema.context import Services


@asynccontextmanager
async def serve_public_routes(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=PUBLIC_ROUTES, middleware=[Middleware(SecurityHeaders)])
    app.state.node = SimpleNamespace(
        jobs=JobPages(services), feeds=PublicFeeds(services), open_data=OpenData(services)
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://songgang.test") as http:
        yield http
