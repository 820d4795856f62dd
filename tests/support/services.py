"""Runs the services of one process over a real database, without workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher

from api.http.graphql import GraphQLEndpoint
from api.settings import Settings
from api.wiring.node import ServiceNode, create_node
from api.wiring.realtime import run_realtime
from api.wiring.services import NodeServices, run_services
from api.wiring.workers import create_workers
from realtime.feed import EventFeed
from realtime.limits import RealtimeLimits
from schema.context import Services
from schema.execution.engine import Engine
from services.identity.tokens import Tokens
from storage.clock import Clock, utc_now
from storage.mongo.client import Mongo
from storage.store import Store
from tests.support.waiting import wait_until

SECRET = "a secret for tests, of thirty-two"
PASSWORD = "a password for tests"
NEW_PASSWORD = "another one for the tests"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
PUBLIC_URL = "https://jobs.example.org"
STREAM_CALLBACK_KEY = "the key of the calls"
STREAM_ORIGIN = "https://live.example.org"
MEDIA_URL = "https://jobs.example.org/media"
METRICS_TOKEN = "a token for reading metrics"
OWN_ORIGIN = "https://songgang.example"

TEST_SETTINGS = Settings.model_validate(
    {
        "SONGGANG_SECRET": SECRET,
        "SONGGANG_PUBLIC_URL": PUBLIC_URL,
        "SONGGANG_METRICS_TOKEN": METRICS_TOKEN,
        # Tests send very many phones from one device; those of the bounds set their own.
        "SONGGANG_MAX_PHONES_PER_DEVICE": 1_000_000,
        "SONGGANG_ORIGINS": OWN_ORIGIN,
        "SONGGANG_DEMO": True,
        "SONGGANG_STREAM_ORIGINS": STREAM_ORIGIN,
        "SONGGANG_STREAM_SERVER": "nginx-rtmp",
        "SONGGANG_STREAM_INGEST_URL": "rtmp://live.example.org/live",
        "SONGGANG_STREAM_HLS_URL": f"{STREAM_ORIGIN}/hls/{{name}}.m3u8",
        "SONGGANG_STREAM_CALLBACK_KEY": STREAM_CALLBACK_KEY,
        "SONGGANG_MEDIA_URL": MEDIA_URL,
        "SONGGANG_MEDIA_KEY": "the key of the media process",
    }
)

WITHOUT_HEARTBEATS = RealtimeLimits(
    feed_heartbeat_interval_seconds=86_400.0, feed_stale_seconds=172_800.0
)
"""Heartbeats write every second, and tests compare collections before and after a request."""


@dataclass(frozen=True, kw_only=True)
class RunningServices:
    """One running process without its workers: services, realtime objects and endpoints."""

    node: ServiceNode
    parts: NodeServices

    @property
    def services(self) -> Services:
        return self.parts.services

    @property
    def tokens(self) -> Tokens:
        return self.parts.tokens

    @property
    def feed(self) -> EventFeed:
        return self.parts.realtime.feed

    @property
    def engine(self) -> Engine:
        return self.node.engine

    @property
    def endpoint(self) -> GraphQLEndpoint:
        return self.node.endpoint

    @property
    def store(self) -> Store:
        return self.services.store


@asynccontextmanager
async def running_services(
    mongo: Mongo, *, clock: Clock = utc_now
) -> AsyncIterator[RunningServices]:
    """Run all services over ``mongo`` until the block ends; no worker is started."""
    store = Store(mongo, SECRET)
    await store.prepare(SECRET)
    async with (
        run_realtime(store, clock=clock, limits=WITHOUT_HEARTBEATS) as realtime,
        run_services(realtime, TEST_SETTINGS) as parts,
    ):
        node = create_node(parts, create_workers(parts, TEST_SETTINGS), TEST_SETTINGS)
        yield RunningServices(node=node, parts=parts)


async def hash_collections(running: RunningServices) -> dict[str, str]:
    """Return the hash of each collection that requests write, once all leads are logged."""
    mongo = running.store.mongo

    async def all_logged() -> bool:
        # A test may store leads itself; the sweep would find them seconds later.
        waiting = await running.store.unlogged_leads.sessions()
        for session_id in waiting:
            running.services.lead_log.schedule(session_id)
        return not waiting

    await wait_until(all_logged, every=0.05)
    names = sorted(
        (await mongo.read_validators()).keys() - {"presence", "feed_reports", "usage_counts"}
    )
    hashes: dict[str, str] = (await mongo.command({"dbHash": 1, "collections": names}))[
        "collections"
    ]
    return hashes
