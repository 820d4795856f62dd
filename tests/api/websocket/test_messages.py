"""The messages of graphql-transport-ws: what is valid, and what closes the connection."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.graphql_clients import UvicornServer, open_websocket
from tests.support.services import RunningServices
from tests.support.websocket_endpoint import ANNOUNCEMENTS, INIT, NESTED, nothing_is_left
from tests.support.world import World, gid

__all__ = ["nothing_is_left"]


@pytest.mark.parametrize(
    "frame",
    [
        "[]",
        '"x"',
        "1",
        "null",
        "true",
        "{}",
        '{"type":null}',
        '{"type":["ping"]}',
        '{"type":"start","id":"1"}',
        '{"type":"next","id":"1"}',
        '{"type":"connection_ack"}',
        '[{"type":"ping"}]',
        "",
        "{",
        "{'type':'ping'}",
        '{"type":"ping"}{"type":"ping"}',
        '{"type":"\\ud800"}',
        NESTED,
    ],
)
async def test_an_unknown_message_type_closes_the_socket(frame: str, server: UvicornServer) -> None:
    for initialised in (False, True):
        async with open_websocket(server.url) as client:
            if initialised:
                await client.initialise()
            await client.send_frame(frame)
            code, reason = await client.wait_closed()
            assert code == 4400
            assert reason in {"The message is not JSON", "The message has no known type"}


@pytest.mark.parametrize("frame", [b"", INIT.encode(), b"\xff\x00"])
async def test_a_binary_message_closes_the_socket(frame: bytes, server: UvicornServer) -> None:
    async with open_websocket(server.url) as client:
        await client.send_frame(frame)
        assert await client.wait_closed() == (4400, "Send text messages only")


async def test_a_huge_message_closes_the_socket(server: UvicornServer) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise()
        await client.send_frame(json.dumps({"type": "ping", "payload": "x" * (1 << 20)}))
        assert (await client.wait_closed())[0] == 1009


@pytest.mark.parametrize("operation_id", ["", "x" * 129, "x" * 200, 1, None, ["1"], {"a": 1}, True])
async def test_an_id_is_a_text_of_1_to_128_characters(
    operation_id: Any, server: UvicornServer
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise()
        await client.send(id=operation_id, type="subscribe", payload={"query": "{ me { id } }"})
        assert await client.wait_closed() == (4400, "The id is a string of 1 to 128 characters")


@pytest.mark.parametrize("operation_id", ["x", "x" * 128, "岗" * 128, "1/2", '"\\\n', "\x00"])
async def test_a_valid_id_is_echoed_unchanged(operation_id: str, server: UvicornServer) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise()
        await client.subscribe(operation_id, "{ __typename }")
        answer = {"data": {"__typename": "Query"}}
        assert await client.receive() == {"id": operation_id, "type": "next", "payload": answer}
        assert await client.receive() == {"id": operation_id, "type": "complete"}


@pytest.mark.parametrize("operation_id", ["1", "岗" * 128, "🚀" * 128])
async def test_an_id_in_use_closes_the_socket(
    operation_id: str, server: UvicornServer, readonly_world: World, running: RunningServices
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise(readonly_world.viewer_token())
        await client.subscribe_live(operation_id, ANNOUNCEMENTS, session=gid(readonly_world.live))
        await client.subscribe(operation_id, ANNOUNCEMENTS, session=gid(readonly_world.live))
        code, reason = await client.wait_closed()
        assert code == 4409
        assert reason is not None
        shown = reason.removeprefix("Subscriber for ").removesuffix(" already exists")
        assert shown
        assert operation_id.startswith(shown)


async def test_an_id_may_be_used_again_when_its_operation_has_ended(
    server: UvicornServer, readonly_world: World
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise(readonly_world.viewer_token())
        for _ in range(3):
            await client.assert_alive()
            await client.subscribe_live("1", ANNOUNCEMENTS, session=gid(readonly_world.live))
            await client.send(id="1", type="complete")


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (None, "A request is one JSON object; batches are not supported."),
        ([], "A request is one JSON object; batches are not supported."),
        ({}, 'The request needs a text in "query".'),
        ({"query": "{a}", "variables": []}, '"variables" is an object or null.'),
    ],
)
async def test_an_invalid_payload_closes_the_socket(
    payload: Any, reason: str, server: UvicornServer
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise()
        await client.send(id="1", type="subscribe", payload=payload)
        assert await client.wait_closed() == (4400, reason)


@pytest.mark.parametrize("operation_id", [None, 1, ["1"]])
async def test_complete_requires_an_id(operation_id: Any, server: UvicornServer) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise()
        await client.send(id=operation_id, type="complete")
        assert await client.wait_closed() == (4400, "The id is a string")


async def test_complete_for_an_ended_operation_is_no_error(server: UvicornServer) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise()
        await client.send(id="unknown", type="complete")
        await client.assert_alive()


async def test_a_ping_is_answered_and_a_pong_is_not(server: UvicornServer) -> None:
    async with open_websocket(server.url) as client:
        await client.send(type="pong", payload={"a": 1})
        await client.send(type="ping", payload={"a": 1})
        assert await client.receive() == {"type": "pong"}
        await client.initialise()
        await client.send(type="ping")
        assert await client.receive() == {"type": "pong"}


# ---- Operations
