"""Operations over a WebSocket: answers, errors, limits and fairness."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from api.websocket.limits import WebSocketLimits
from schema.execution.engine import Engine
from schema.execution.operation_counts import OperationKind, OperationOutcome
from tests.support.graphql_clients import UvicornServer, mutation_document, open_websocket
from tests.support.mutation_inputs import interest_input
from tests.support.services import RunningServices
from tests.support.waiting import wait_until
from tests.support.websocket_endpoint import ANNOUNCEMENTS, LEADS, nothing_is_left
from tests.support.world import World, gid

__all__ = ["nothing_is_left"]


async def test_a_mutation_is_answered_once(server: UvicornServer, world: World) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise(world.viewer_token())
        query = mutation_document("expressInterest", "... on InterestRecorded { created }")
        await client.subscribe("1", query, input=interest_input(world))
        answer = await client.receive()
        assert answer["payload"]["data"]["expressInterest"] == {
            "__typename": "InterestRecorded",
            "created": True,
        }
        assert await client.receive() == {"id": "1", "type": "complete"}


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", {}, "BAD_REQUEST"),
        ("{ salaries }", {}, "BAD_REQUEST"),
        ("query ($id: ID!) { node(id: $id) { id } }", {}, "BAD_REQUEST"),
        (ANNOUNCEMENTS, {"session": "x"}, "INVALID_ID"),
        (ANNOUNCEMENTS, {"session": "live", "after": "x"}, "BAD_CURSOR"),
        (LEADS, {"session": "live"}, "NOT_PERMITTED"),
    ],
)
async def test_an_operation_that_cannot_start_gets_errors_and_ends(
    query: str, variables: dict[str, str], code: str, server: UvicornServer, readonly_world: World
) -> None:
    if variables.get("session") == "live":
        variables = variables | {"session": gid(readonly_world.live)}
    async with open_websocket(server.url) as client:
        await client.initialise(readonly_world.viewer_token())
        for _ in range(2):
            await client.subscribe("1", query, **variables)
            answer = await client.receive()
            assert (answer["id"], answer["type"]) == ("1", "error")
            assert answer["payload"][0]["extensions"]["code"] == code
        await client.assert_alive()


async def test_a_socket_without_a_token_cannot_subscribe(
    server: UvicornServer, readonly_world: World
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise()
        await client.subscribe("1", ANNOUNCEMENTS, session=gid(readonly_world.live))
        answer = await client.receive()
        assert answer["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_subscription_that_is_completed_at_once_is_no_fault(
    server: UvicornServer, running: RunningServices, readonly_world: World
) -> None:
    counts = running.engine.operation_metrics.counts
    before = counts[OperationKind.SUBSCRIPTION, OperationOutcome.FAULT]
    async with open_websocket(server.url) as client:
        await client.initialise(readonly_world.viewer_token())
        for number in range(20):
            await client.subscribe(str(number), ANNOUNCEMENTS, session=gid(readonly_world.live))
            await client.send(type="complete", id=str(number))
        await client.assert_alive()
        await client.subscribe("open", ANNOUNCEMENTS, session=gid(readonly_world.live))
    await wait_until(lambda: not running.endpoint.sockets)
    assert counts[OperationKind.SUBSCRIPTION, OperationOutcome.FAULT] == before


async def test_a_fault_ends_only_its_own_operation(
    server: UvicornServer,
    running: RunningServices,
    readonly_world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret of the inside")

    async with open_websocket(server.url) as client:
        await client.initialise(readonly_world.viewer_token())
        monkeypatch.setattr(running.services.presence, "enter", broken)
        await client.subscribe("1", ANNOUNCEMENTS, session=gid(readonly_world.live))
        answer = await client.receive()
        assert (answer["id"], answer["type"]) == ("1", "error")
        assert answer["payload"][0]["extensions"]["code"] == "INTERNAL"
        assert "secret" not in json.dumps(answer)
        await client.assert_alive()
        monkeypatch.undo()


async def test_a_cancelled_operation_sends_nothing(
    server: UvicornServer,
    running: RunningServices,
    readonly_world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    execute = Engine.execute

    async def slow(self: Engine, request: Any, context: Any) -> bytes:
        begun.set()
        await go_on.wait()
        return await execute(self, request, context)

    async with open_websocket(server.url) as client:
        await client.initialise()
        with monkeypatch.context() as patched:
            patched.setattr(Engine, "execute", slow)
            await client.subscribe("1", "{ me { id } }")
            await asyncio.wait_for(begun.wait(), 5)
        await client.send(id="1", type="complete")
        await client.assert_alive()
        go_on.set()
        await client.assert_alive()


async def test_10_000_concurrent_subscriptions_are_limited_and_the_socket_stays_open(
    server: UvicornServer, readonly_world: World, running: RunningServices
) -> None:
    count = 10_000
    async with open_websocket(server.url) as client:
        await client.initialise(readonly_world.viewer_token())
        frames = [
            json.dumps(
                {
                    "id": str(number),
                    "type": "subscribe",
                    "payload": {
                        "query": ANNOUNCEMENTS,
                        "variables": {"session": gid(readonly_world.live)},
                    },
                }
            )
            for number in range(count)
        ]
        busy: set[str] = set()

        async def read() -> None:
            while len(busy) < count - WebSocketLimits.max_operations:
                message = await client.receive(30)
                assert message["type"] == "error", message
                assert message["payload"][0]["extensions"]["code"] == "BUSY"
                busy.add(message["id"])

        reading = asyncio.create_task(read())
        for frame in frames:
            await client.send_frame(frame)
        await asyncio.wait_for(reading, 60)
        assert busy == {str(number) for number in range(WebSocketLimits.max_operations, count)}
        (connection,) = running.endpoint.sockets._open
        assert len(connection._operations) == WebSocketLimits.max_operations
        async with open_websocket(server.url) as other:
            await other.initialise()
            await other.assert_alive()


async def test_thousands_of_messages_in_one_write_are_all_answered(
    server: UvicornServer, readonly_world: World
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise(readonly_world.viewer_token())
        for number in range(WebSocketLimits.max_operations):
            await client.subscribe(str(number), ANNOUNCEMENTS, session=gid(readonly_world.live))
        message = b'{"id":"x","type":"subscribe","payload":{"query":"x"}}'
        # A text frame, masked with zeros (RFC 6455, section 5.2).
        frame = b"\x81%c\x00\x00\x00\x00%b" % (0x80 | len(message), message)
        count = 4_000
        client.connection.transport.write(frame * count)
        for _ in range(count):
            answer = await client.receive()
            assert (answer["id"], answer["type"]) == ("x", "error")


async def test_a_burst_of_pings_on_one_socket_does_not_block_others(
    server: UvicornServer,
) -> None:
    async with open_websocket(server.url) as noisy, open_websocket(server.url) as other:
        await noisy.initialise()
        await other.initialise()
        count = 5_000

        async def answered() -> None:
            for _ in range(count):
                assert await noisy.receive(30) == {"type": "pong"}

        answers = asyncio.create_task(answered())
        for number in range(count):
            await noisy.send_frame('{"type":"ping"}')
            if number % 1_000 == 0:
                await other.assert_alive()
        await answers


# ---- Subscriptions without a token
