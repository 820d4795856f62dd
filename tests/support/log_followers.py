"""Sockets that follow an event log for a whole run, and what they received.

A follower is a small app: it resumes after the cursor of the last event, on another node when its
own is gone, and notes gaps, repeats, resets and silence.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from tests.support.interest_senders import NodeAddress

SESSION_LOG = """
subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) {
    __typename seq cursor ... on Announcement { body }
  }
}
"""
LEAD_LOG = """
subscription ($session: ID!, $after: String) {
  leadEvents(sessionId: $session, after: $after) { __typename seq cursor }
}
"""
NOT_LOGGED = frozenset({"TallyChanged", "PresenceChanged"})
RESETS = frozenset({"Reset", "LeadsReset", "QuestionsReset"})
OPEN_TIMEOUT_SECONDS = 10.0


@dataclass
class Received:
    """What a follower received of its log."""

    first: int | None = None
    last: int | None = None
    gaps: list[str] = field(default_factory=list)
    repeats: list[str] = field(default_factory=list)
    resets: int = 0
    connections: int = 0
    closed: list[int] = field(default_factory=list)
    """The close codes of its connections."""
    longest_silence: float = 0.0
    """The longest time in seconds between two logged events."""
    heard_at: dict[str, float] = field(default_factory=dict)
    """When each announcement came (``time.monotonic``), by its text."""
    _heard: float | None = None

    def take(self, event: dict[str, Any]) -> None:
        """Note an event."""
        kind, seq = event["__typename"], event["seq"]
        if kind in NOT_LOGGED:
            return
        if kind in RESETS:
            self.resets += 1
            self.last = seq
            return
        now = time.monotonic()
        if self._heard is not None:
            self.longest_silence = max(self.longest_silence, now - self._heard)
        self._heard = now
        if "body" in event:
            self.heard_at.setdefault(event["body"], now)
        if self.first is None:
            self.first = seq
        if self.last is not None and seq <= self.last:
            self.repeats.append(f"{seq} after {self.last}")
        elif self.last is not None and seq > self.last + 1:
            self.gaps.append(f"{seq} after {self.last}")
        self.last = seq

    def end_silence(self) -> None:
        """Count the time since the last event as silence, at the end of what is measured."""
        if self._heard is not None:
            self.longest_silence = max(self.longest_silence, time.monotonic() - self._heard)
            self._heard = None


class LogFollower:
    """Follows one log until it is closed."""

    def __init__(
        self,
        nodes: Sequence[NodeAddress],
        token: str,
        query: str,
        session: str,
        after: str | None,
        *,
        start: int = 0,
    ) -> None:
        """``start`` is the number of the node to begin with."""
        begin = start % len(nodes)
        self._nodes = itertools.cycle([*nodes[begin:], *nodes[:begin]])
        self._token = token
        self._query = query
        self._session = session
        self._after = after
        self._task: asyncio.Task[None] | None = None
        self._open = asyncio.Event()
        self.received = Received()

    async def start(self) -> None:
        """Begin, and return when the subscription is active."""
        self._task = asyncio.create_task(self._follow())
        await self._open.wait()

    async def close(self) -> None:
        """Disconnect."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.result()

    async def _follow(self) -> None:
        for node in self._nodes:
            with suppress(OSError, TimeoutError, WebSocketException):
                await self._follow_node(node.url)
            await asyncio.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - jitter is no secret

    async def _follow_node(self, url: str) -> None:
        async with asyncio.timeout(OPEN_TIMEOUT_SECONDS):
            connection = await connect(
                url.replace("http", "ws", 1) + "/graphql",
                subprotocols=[Subprotocol("graphql-transport-ws")],
                compression=None,
                proxy=None,
                additional_headers={"x-forwarded-for": self._address()},
            )
        try:
            await self._subscribe(connection)
            self.received.connections += 1
            async for frame in connection:
                await self._take(connection, json.loads(frame))
        finally:
            if connection.close_code is not None:
                self.received.closed.append(connection.close_code)
            connection.transport.abort()
            with suppress(OSError, WebSocketException):
                await connection.wait_closed()

    async def _subscribe(self, connection: ClientConnection) -> None:
        payload = {"authorization": f"Bearer {self._token}"}
        async with asyncio.timeout(OPEN_TIMEOUT_SECONDS):
            await connection.send(json.dumps({"type": "connection_init", "payload": payload}))
            while json.loads(await connection.recv())["type"] != "connection_ack":
                pass
        variables = {"session": self._session, "after": self._after}
        request = {"query": self._query, "variables": variables}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": request}))
        # Answered when the subscription is active: messages are taken in order.
        check = {"query": "{ __typename }"}
        await connection.send(json.dumps({"id": "2", "type": "subscribe", "payload": check}))

    async def _take(self, connection: ClientConnection, message: dict[str, Any]) -> None:
        if message["type"] == "ping":
            await connection.send('{"type":"pong"}')
        elif message.get("id") == "2":
            self._open.set()
        elif message["type"] == "next" and message["payload"].get("data"):
            (event,) = message["payload"]["data"].values()
            self._after = event["cursor"]
            self.received.take(event)
        else:
            # An error of the subscription, such as Busy: connect again.
            raise TimeoutError

    def _address(self) -> str:
        return f"10.200.{hash(self._token) >> 8 & 255}.{hash(self._token) & 255}"
