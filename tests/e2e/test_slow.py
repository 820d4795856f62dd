"""A slow reader does not delay others, and gets every event once it reconnects."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from websockets.frames import Close

from api.websocket.uvicorn_protocol import WireProtocol
from realtime.limits import DEFAULT_LIMITS
from storage.mongo.client import Mongo
from tests.support.graphql_clients import UvicornServer, WebSocketClient, open_websocket
from tests.support.manual_websocket import ManualWebSocketClient, connect_manually
from tests.support.services import running_services
from tests.support.wire_servers import shrink_send_buffer
from tests.support.world import World, gid

EVENTS = """
subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) {
    ... on Announcement { seq cursor body }
  }
}
"""
BODY = "满" * 500
AT_ONCE = 50


async def follow(viewer: ManualWebSocketClient, token: str, session: str) -> None:
    """Subscribe, and return once every later announcement will be delivered."""
    payload: dict[str, Any] = {"authorization": f"Bearer {token}"}
    await viewer.send(json.dumps({"type": "connection_init", "payload": payload}))
    assert json.loads(await viewer.read_text()) == {"type": "connection_ack"}
    payload = {"query": EVENTS, "variables": {"session": session}}
    await viewer.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
    payload = {"query": "{ __typename }"}
    await viewer.send(json.dumps({"id": "2", "type": "subscribe", "payload": payload}))
    while json.loads(await viewer.read_text()) != {"id": "2", "type": "complete"}:
        pass


async def seqs(viewer: WebSocketClient, count: int) -> list[int]:
    """Return the seqs of the next announcements, without ephemeral events."""
    found: list[int] = []
    while len(found) < count:
        event = await viewer.receive_event("1")
        found += [event["seq"]] if event else []
    return found


async def announcements(reader: ManualWebSocketClient) -> list[dict[str, Any]]:
    """Return the remaining announcements up to the end of the connection."""
    messages = [json.loads(text) for text in await reader.read_remaining_texts()]
    events = [message["payload"]["data"]["sessionEvents"] for message in messages]
    return [event for event in events if event]


async def test_a_disconnected_slow_reader_gets_every_event_once_after_reconnecting(
    mongo: Mongo,
) -> None:
    async with (
        running_services(mongo) as running,
        UvicornServer(running.endpoint, WireProtocol) as server,
    ):
        world = World(running)
        await world.store_records()
        shrink_send_buffer(server)
        session = gid(world.live)

        async with connect_manually(server.url) as slow:
            await follow(slow, world.viewer_token(), session)
            (connection,) = running.endpoint.sockets._open
            heard: list[int] = []
            most = 0
            async with open_websocket(server.url) as quick:
                await quick.initialise(world.viewer_token())
                await quick.subscribe_live("1", EVENTS, session=session)
                while not connection.outbox.closed:
                    desk = running.services.session_control
                    calls = (desk.announce(world.live.id, BODY) for _ in range(AT_ONCE))
                    await asyncio.gather(*calls)
                    heard += await seqs(quick, AT_ONCE)
                    most = max(most, connection.outbox._wire.queued_bytes())
            assert heard == list(range(heard[0], heard[0] + len(heard)))
            assert (
                DEFAULT_LIMITS.max_outbox_bytes // 2
                < most
                <= DEFAULT_LIMITS.max_outbox_bytes + 1_000
            )

            seen = await announcements(slow)
            assert slow.close_frame == Close(4510, "Too slow: come back with after")
            assert [event["seq"] for event in seen] == heard[: len(seen)]
            assert len(seen) < len(heard)

        async with open_websocket(server.url) as back:
            await back.initialise(world.viewer_token())
            await back.subscribe("1", EVENTS, session=session, after=seen[-1]["cursor"])
            missed = await seqs(back, len(heard) - len(seen))
            assert missed == heard[len(seen) :]
