"""Reconnect storm: a node stops, and all its viewers connect to another node at once."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest
from websockets.exceptions import ConnectionClosed

from storage.mongo.client import Mongo
from tests.e2e.conftest import PASSWORD
from tests.e2e.test_log import SAY, SESSION
from tests.support.graphql_clients import WebSocketClient, open_websocket
from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until

CLIENTS = 500
EVENTS = """
subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) {
    __typename seq cursor ... on Announcement { body }
  }
}
"""
STATE = {"TallyChanged", "PresenceChanged"}
LAST = "the last"
LOG_READS = 100
"""The promise: a storm does not read the log once a client."""


class Viewer:
    """Follows a session, and continues on the next node when its connection is closed."""

    def __init__(self, session: str, token: str, cursor: str) -> None:
        self._session = session
        self._token = token
        self._cursor = cursor
        self.seqs: list[int] = []
        self.closed: list[int | None] = []
        """The codes with which it was sent away."""
        self.has_all = False

    async def watch(self, nodes: list[ServerProcess]) -> None:
        """Follow until the last event, on the nodes in this order."""
        for node in nodes:
            async with open_websocket(node.websocket_url, open_timeout=30) as connected:
                await connected.initialise(self._token)
                variables = {"session": self._session, "after": self._cursor}
                await connected.subscribe("1", EVENTS, **variables)
                try:
                    await self._follow(connected)
                except ConnectionClosed:
                    self.closed.append(connected.connection.close_code)
            if self.has_all:
                return

    async def _follow(self, connected: WebSocketClient) -> None:
        while not self.has_all:
            event = await connected.receive_event("1")
            if event["__typename"] not in STATE:
                self.seqs.append(event["seq"])
                self._cursor = event["cursor"]
                self.has_all = event.get("body") == LAST


async def count_log_reads(mongo: Mongo) -> int:
    """Return how often the log was read since the profiler runs."""
    profile = mongo["system.profile"]
    return await profile.count_documents({"command.find": "events", "op": "query"})


@pytest.mark.alone
async def test_viewers_that_reconnect_at_once_miss_no_event(
    two_nodes: list[ServerProcess], mongo: Mongo
) -> None:
    leaving, staying = two_nodes
    session = leaving.live_session
    async with HttpClient(staying.url) as http:
        host = (await http.sign_in("host", PASSWORD))["accessToken"]
        token = await http.enter()
        cursor = (await http(SESSION, {"id": session}))["liveSession"]["cursor"]
        numbers = count(1)

        async def say(body: str) -> int:
            answer = await http(SAY, {"session": session, "body": body}, token=host)
            assert answer["announce"]["__typename"] == "Announced"
            return next(numbers)

        viewers = [Viewer(session, token, cursor) for _ in range(CLIENTS)]
        watching = [asyncio.create_task(viewer.watch(two_nodes)) for viewer in viewers]
        try:
            for number in range(5):
                await say(f"before {number}")
            await wait_until(lambda: all(len(viewer.seqs) == 5 for viewer in viewers), within=30)

            await mongo.command({"profile": 2})
            stopping = asyncio.create_task(leaving.stop())
            announced = 5
            while not stopping.done():
                announced = await say("meanwhile")
            announced = await say(LAST)
            async with asyncio.timeout(30):
                await asyncio.gather(*watching)
            reads = await count_log_reads(mongo)
            await mongo.command({"profile": 0})
        finally:
            for task in watching:
                task.cancel()
        assert (await stopping).code == 0

    first = viewers[0].seqs[0]
    assert all(viewer.seqs == list(range(first, first + announced)) for viewer in viewers)
    assert reads <= LOG_READS
    # That they are sent away in batches is held in tests/api/websocket/test_disconnects.py.
    assert [code for viewer in viewers for code in viewer.closed] == [4512] * CLIENTS
