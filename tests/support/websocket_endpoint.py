"""Documents, an endpoint and checks that all tests of WebSocket connections use."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.http.graphql import GraphQLEndpoint
from api.websocket.limits import WebSocketLimits
from api.websocket.uvicorn_protocol import WireProtocol
from tests.support.graphql_clients import (
    UvicornServer,
    WebSocketClient,
)
from tests.support.services import RunningServices
from tests.support.waiting import wait_until
from tests.support.world import World

EVENTS = """subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) {
    __typename
    ... on PresenceChanged { viewers }
    ... on TallyChanged { total }
    ... on Announcement { seq cursor body }
    ... on Reset { seq snapshot { id status } }
  }
}"""
ANNOUNCEMENTS = """subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) { ... on Announcement { seq cursor body } }
}"""
LEADS = """subscription ($session: ID!, $after: String) {
  leadEvents(sessionId: $session, after: $after) {
    __typename seq cursor ... on LeadRecorded { lead { id contact { phone } } }
  }
}"""
PROTOCOLS: tuple[Any, ...] = (WireProtocol, "websockets-sansio")
INIT = json.dumps({"type": "connection_init"})
NESTED = "[" * 30_000 + "]" * 30_000


def build_endpoint(running: RunningServices, limits: WebSocketLimits) -> GraphQLEndpoint:
    return GraphQLEndpoint(
        running.engine,
        running.services,
        running.tokens.authenticate,
        origins=[],
        websocket_limits=limits,
    )


@asynccontextmanager
async def run_endpoint(
    running: RunningServices, protocol: Any, limits: WebSocketLimits
) -> AsyncIterator[UvicornServer]:
    """Run a separate endpoint with these limits on a real socket."""
    async with UvicornServer(build_endpoint(running, limits), protocol) as server:
        yield server


@pytest.fixture(autouse=True)
async def nothing_is_left(running: RunningServices) -> AsyncIterator[None]:
    """After each test, wait until no member, no viewer and no task of an operation is left."""
    yield
    await wait_until(lambda: not list_held_objects(running))


def list_held_objects(running: RunningServices) -> list[object]:
    hub, presence = running.services.hub, running.services.presence
    return [
        *hub.topics.user_counts,
        *(group for topic in hub.topics for group in topic.groups),
        *presence._viewers,
        *(task for task in asyncio.all_tasks() if "Operation." in repr(task.get_coro())),
        *running.endpoint.sockets._open,
    ]


async def announce(running: RunningServices, world: World, *bodies: str) -> None:
    desk = running.services.session_control
    await asyncio.gather(*(desk.announce(world.live.id, body) for body in bodies))


async def receive_announcements(
    client: WebSocketClient, count: int, operation_id: str = "1"
) -> list[str]:
    """Return the bodies of the next announcements."""
    return [(await client.receive_event(operation_id))["body"] for _ in range(count)]
