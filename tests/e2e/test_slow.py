"""One who does not read costs the others nothing, and comes back to everything."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from websockets.frames import Close

from api.websocket.uvicorn_protocol import WireProtocol
from realtime.outbox import OUTBOX_BYTES
from storage.mongo.client import Mongo
from tests.support.graphql import Server, Socket, socket
from tests.support.peers import Peer, peer
from tests.support.services import World, gid, running_services
from tests.support.wires import give_little_room

EVENTS = """
subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) {
    ... on Announcement { seq cursor body }
  }
}
"""
BODY = "满" * 500
AT_ONCE = 50


async def follow(viewer: Peer, token: str, session: str) -> None:
    """Subscribe, and read until what is announced from now on will come."""
    payload: dict[str, Any] = {"authorization": f"Bearer {token}"}
    await viewer.send(json.dumps({"type": "connection_init", "payload": payload}))
    assert json.loads(await viewer.text()) == {"type": "connection_ack"}
    payload = {"query": EVENTS, "variables": {"session": session}}
    await viewer.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
    payload = {"query": "{ __typename }"}
    await viewer.send(json.dumps({"id": "2", "type": "subscribe", "payload": payload}))
    while json.loads(await viewer.text()) != {"id": "2", "type": "complete"}:
        pass


async def seqs(viewer: Socket, count: int) -> list[int]:
    """The places of the next announcements; state comes without one here."""
    found: list[int] = []
    while len(found) < count:
        event = await viewer.event("1")
        found += [event["seq"]] if event else []
    return found


async def announcements(reader: Peer) -> list[dict[str, Any]]:
    """What still comes, up to the end of the connection."""
    messages = [json.loads(text) for text in await reader.rest()]
    events = [message["payload"]["data"]["sessionEvents"] for message in messages]
    return [event for event in events if event]


async def test_who_was_cut_off_for_reading_too_slowly_comes_back_to_every_event_once(
    mongo: Mongo,
) -> None:
    async with (
        running_services(mongo) as running,
        Server(running.endpoint, WireProtocol) as server,
    ):
        world = World(running)
        await world.settle()
        give_little_room(server)
        session = gid(world.live)

        async with peer(server.url) as slow:
            await follow(slow, world.viewer(), session)
            (connection,) = running.endpoint.sockets._open
            heard: list[int] = []
            most = 0
            async with socket(server.url) as quick:
                await quick.initialise(world.viewer())
                await quick.live("1", EVENTS, session=session)
                while not connection.outbox.closed:
                    desk = running.services.desk
                    said = (desk.announce(world.live.id, BODY) for _ in range(AT_ONCE))
                    await asyncio.gather(*said)
                    heard += await seqs(quick, AT_ONCE)
                    most = max(most, connection.outbox._wire.queued())
            assert heard == list(range(heard[0], heard[0] + len(heard)))
            assert OUTBOX_BYTES // 2 < most <= OUTBOX_BYTES + 1_000

            seen = await announcements(slow)
            assert slow.close_frame == Close(4510, "Too slow: come back with after")
            assert [event["seq"] for event in seen] == heard[: len(seen)]
            assert len(seen) < len(heard)

        async with socket(server.url) as back:
            await back.initialise(world.viewer())
            await back.subscribe("1", EVENTS, session=session, after=seen[-1]["cursor"])
            missed = await seqs(back, len(heard) - len(seen))
            assert missed == heard[len(seen) :]
