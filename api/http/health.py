"""Health endpoints: whether the process lives, and whether it can serve requests now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from realtime.background import Monitored
from realtime.feed_watch import FeedWatch
from storage.mongo.client import Mongo, StorageError
from storage.mongo.embedded import EmbeddedMongod
from workers.clock_watch import ClockWatch

PING_TIMEOUT_SECONDS = 2.0
"""A load balancer asks every few seconds; a node with a slower database can serve nobody."""


class Health:
    """The checks behind ``/health/ready``."""

    def __init__(
        self,
        mongo: Mongo,
        feed_watch: FeedWatch,
        background: Sequence[Monitored] = (),
        embedded_mongod: EmbeddedMongod | None = None,
        *,
        clock_watch: ClockWatch,
    ) -> None:
        self._mongo = mongo
        self._feed_watch = feed_watch
        self._background = background
        self._embedded_mongod = embedded_mongod
        self._clock_watch = clock_watch
        self.draining = False

    async def failed_checks(self) -> list[str]:
        """Why this node must get no requests: "draining", "feed", "mongodb", "clock", ended tasks.

        "feed" is in it while events reach another node and not this one.

        While the embedded mongod does not run, "embedded_mongod" and the name of the cause, such
        as "data_disk_full", are in it. The list is empty when the node can serve.
        """
        checks = {
            "draining": not self.draining,
            "feed": not self._feed_watch.is_behind_others,
            "mongodb": await self._is_mongodb_up(),
        }
        failed = [name for name, passes in checks.items() if not passes]
        failed += self._clock_watch.failed_checks()
        failed += [task.name for task in self._background if task.has_ended]
        return failed + (self._embedded_mongod.failed_checks() if self._embedded_mongod else [])

    def degraded_tasks(self) -> list[str]:
        """Background tasks that fail repeatedly, and "database_clock", while the node serves.

        They do not make the node unready: a fault that hits all nodes alike would otherwise leave
        the load balancer without any node. "feed" is in it while no events reach this node.
        """
        failing = [task.name for task in self._background if task.is_failing]
        if self._feed_watch.is_stale and self._feed_watch.feed.name not in failing:
            failing.append(self._feed_watch.feed.name)
        return failing + self._clock_watch.degraded_checks()

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
    """200 when requests can be served, with ``degraded`` tasks if any; else 503 with ``failed``."""
    health: Health = request.app.state.node.health
    failed = await health.failed_checks()
    if failed:
        return JSONResponse({"status": "unready", "failed": failed}, 503)
    degraded = health.degraded_tasks()
    if degraded:
        return JSONResponse({"status": "ready", "degraded": degraded})
    return JSONResponse({"status": "ready"})
