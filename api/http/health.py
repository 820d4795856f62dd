"""Health: whether the process lives, and whether it can serve now."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from realtime.feed import EventFeed
from storage.mongo.client import Mongo, StorageError

PING_TIMEOUT_SECONDS = 2.0
"""A load balancer asks every few seconds; a database slower than this serves nobody."""


class Health:
    """What a load balancer asks for."""

    def __init__(self, mongo: Mongo, feed: EventFeed) -> None:
        self._mongo = mongo
        self._feed = feed
        self.draining = False

    async def failed_checks(self) -> list[str]:
        """The checks that fail now: "draining", "feed", "mongodb"; none when all is well."""
        checks = {
            "draining": not self.draining,
            "feed": self._feed.is_open,
            "mongodb": await self._is_mongodb_up(),
        }
        return [name for name, passes in checks.items() if not passes]

    async def _is_mongodb_up(self) -> bool:
        try:
            async with asyncio.timeout(PING_TIMEOUT_SECONDS):
                await self._mongo.ping()
        except (StorageError, TimeoutError):
            return False
        return True


async def serve_liveness(_request: Request) -> Response:
    """200 for as long as the event loop runs."""
    return JSONResponse({"status": "live"})


async def serve_readiness(request: Request) -> Response:
    """200 when requests can be served, else 503 with the names of the checks that fail."""
    health: Health = request.app.state.node.health
    failed = await health.failed_checks()
    if failed:
        return JSONResponse({"status": "unready", "failed": failed}, 503)
    return JSONResponse({"status": "ready"})
