"""Slow clients, cut connections and a stopping node."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from api.websocket.limits import WebSocketLimits
from api.websocket.uvicorn_protocol import WireProtocol
from domain.live.events import TallyChanged
from domain.live.log_topics import session_topic
from realtime.close_codes import CloseCode
from realtime.outbox import LOW_WATER_BYTES
from tests.support.graphql_clients import UvicornServer, WebSocketClient, open_websocket
from tests.support.log_cursors import start_cursor
from tests.support.services import RunningServices
from tests.support.waiting import wait_until
from tests.support.websocket_endpoint import (
    ANNOUNCEMENTS,
    EVENTS,
    LEADS,
    PROTOCOLS,
    announce,
    build_endpoint,
    list_held_objects,
    nothing_is_left,
)
from tests.support.world import World, gid

__all__ = ["nothing_is_left"]


async def _stalled(
    running: RunningServices, world: World, server: UvicornServer
) -> AsyncIterator[WebSocketClient]:
    """A client with 99 subscriptions that stopped reading and whose outbox is full."""
    async with open_websocket(server.url, max_queue=1) as client:
        await client.initialise(world.viewer_token())
        for number in range(99):
            await client.subscribe(str(number), ANNOUNCEMENTS, session=gid(world.live))
        await client.assert_alive()
        (connection,) = running.endpoint.sockets._open
        while not connection.outbox.closed:
            await announce(running, world, "满" * 500)
        yield client


async def test_a_slow_peer_is_closed_with_a_code_to_reconnect(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    async for client in _stalled(running, world, server):
        assert await client.wait_closed() == (4510, "Too slow: come back with after")


async def test_a_peer_that_never_reads_again_is_freed(
    running: RunningServices, world: World
) -> None:
    async with UvicornServer(running.endpoint, WireProtocol) as server:
        async for client in _stalled(running, world, server):
            await wait_until(lambda: not running.endpoint.sockets._open)
            client.connection.transport.abort()


async def test_a_peer_that_falls_behind_gets_only_the_newest_state(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    async with open_websocket(server.url, max_queue=1) as slow:
        await slow.initialise(world.viewer_token())
        for number in range(50):
            await slow.subscribe(str(number), ANNOUNCEMENTS, session=gid(world.live))
        await slow.subscribe_live("state", EVENTS, session=gid(world.live))
        (connection,) = running.endpoint.sockets._open
        # More than one announcement to all subscriptions: the peer has stopped reading.
        while connection.outbox._wire.queued_bytes() < 4 * LOW_WATER_BYTES:
            await announce(running, world, "满" * 200)
        topic = session_topic(world.live.id)
        # A later event would flush the waiting state, so wait for all announcements first.
        last_seq = await running.store.event_log.last_seq(topic)
        await wait_until(lambda: running.services.hub.topics.topics[topic].last_seq == last_seq)
        for total in range(1_000, 1_100):
            running.services.hub.publish(
                topic, TallyChanged(session_id=world.live.id, total=total, interests={})
            )
        await wait_until(lambda: b"1099" in connection.outbox._slots.get("state/TallyChanged", b""))
        totals = []
        while 1_099 not in totals:
            message = await slow.receive()
            event = message["payload"]["data"]["sessionEvents"]
            if event.get("__typename") == "TallyChanged":
                totals.append(event["total"])
        assert [total for total in totals if total >= 1_000] == [1_099]


async def test_a_draining_node_closes_every_socket(
    running: RunningServices, readonly_world: World
) -> None:
    for protocol in PROTOCOLS:
        endpoint = build_endpoint(running, WebSocketLimits(drain_seconds=0.05))
        async with UvicornServer(endpoint, protocol) as server:
            async with open_websocket(server.url) as first, open_websocket(server.url) as second:
                await first.initialise(readonly_world.viewer_token())
                await first.subscribe_live("1", ANNOUNCEMENTS, session=gid(readonly_world.live))
                await endpoint.drain()
                gone = (4512, "The server stops: come back with after")
                assert await first.wait_closed() == gone
                assert await second.wait_closed() == gone
            async with open_websocket(server.url) as late:
                assert await late.wait_closed() == gone
            await endpoint.drain()


async def test_a_draining_node_closes_its_sockets_in_batches(
    running: RunningServices, readonly_world: World
) -> None:
    usual = WebSocketLimits()
    assert (usual.drain_seconds, usual.drain_batches) == (3.0, 60)
    # Two batches for four sockets: the second waits for half an hour after the first.
    limits = WebSocketLimits(drain_seconds=3_600, drain_batches=2)
    endpoint = build_endpoint(running, limits)
    async with UvicornServer(endpoint, PROTOCOLS[0]) as server, AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(open_websocket(server.url)) for _ in range(4)]
        for client in clients:
            await client.initialise(readonly_world.viewer_token())
        draining = asyncio.create_task(endpoint.drain())
        closed = endpoint.sockets.closed_counts
        await wait_until(lambda: closed[CloseCode.DRAINING] > 0)
        (staying,) = endpoint.sockets._open
        assert not staying.outbox.closed
        assert closed == {CloseCode.DRAINING: 3}
        draining.cancel()


async def test_a_cut_socket_leaves_no_state(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise(world.viewer_token())
        for number in range(20):
            await client.subscribe(str(number), EVENTS, session=gid(world.live))
        client.connection.transport.abort()
    await wait_until(lambda: not list_held_objects(running))
    await announce(running, world, "to nobody")


async def test_a_socket_cut_while_it_catches_up_leaves_no_state(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    await announce(running, world, *(["满" * 500] * 300))
    start = start_cursor(session_topic(world.live.id))
    async with open_websocket(server.url, max_queue=1) as client:
        await client.initialise(world.viewer_token())
        for number in range(20):
            await client.subscribe(str(number), ANNOUNCEMENTS, session=gid(world.live), after=start)
        (connection,) = running.endpoint.sockets._open
        await wait_until(lambda: not connection.outbox.has_room())
        client.connection.transport.abort()
    await wait_until(lambda: not list_held_objects(running))


# ---- Random messages

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
IDS = st.sampled_from(["1", "2", "", "x" * 129]) | JSON
QUERIES = st.sampled_from(
    [
        "{ me { id } }",
        "{",
        ANNOUNCEMENTS,
        EVENTS,
        LEADS,
        "mutation { enterAsViewer(input: {}) { __typename } }",
    ]
)


def _messages(session: str) -> st.SearchStrategy[str]:
    variables = st.just({"session": session}) | JSON
    payloads = JSON | st.fixed_dictionaries({"query": QUERIES, "variables": variables})
    message = st.one_of(
        st.just({"type": "connection_init"}),
        st.fixed_dictionaries({"type": st.just("subscribe"), "id": IDS, "payload": payloads}),
        st.fixed_dictionaries({"type": st.just("complete"), "id": IDS}),
        st.fixed_dictionaries({"type": st.sampled_from(["ping", "pong"]), "payload": JSON}),
        JSON,
    )
    return message.map(json.dumps) | st.text(max_size=30)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
async def test_no_sequence_of_messages_harms_the_server(
    data: st.DataObject, server: UvicornServer, running: RunningServices, readonly_world: World
) -> None:
    frames = data.draw(st.lists(_messages(gid(readonly_world.live)), max_size=12))
    begins = data.draw(st.booleans())
    async with open_websocket(server.url) as client:
        try:
            if begins:
                await client.initialise(readonly_world.viewer_token())
            for frame in frames:
                await client.send_frame(frame)
            await client.send(type="ping")
            while (await client.receive())["type"] != "pong":
                pass
        except ConnectionClosed:
            code = client.connection.close_code
            assert code in {4400, 4401, 4409, 4429}, (code, client.connection.close_reason)
    await wait_until(lambda: not list_held_objects(running))
