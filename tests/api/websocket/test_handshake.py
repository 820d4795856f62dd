"""The handshake and connection_init of graphql-transport-ws."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from api.websocket.limits import WebSocketLimits
from realtime.close_codes import CloseCode
from services.identity.tokens import EXPIRY_ALLOWANCE, Tokens
from storage.clock import utc_now
from tests.support.graphql_clients import UvicornServer, open_websocket
from tests.support.services import OWN_ORIGIN, SECRET, RunningServices
from tests.support.websocket_endpoint import (
    ANNOUNCEMENTS,
    INIT,
    PROTOCOLS,
    nothing_is_left,
    run_endpoint,
)
from tests.support.world import World, gid

__all__ = ["nothing_is_left"]


async def test_the_subprotocol_is_named_in_the_handshake(server: UvicornServer) -> None:
    async with open_websocket(server.url) as client:
        assert client.connection.subprotocol == "graphql-transport-ws"


@pytest.mark.parametrize("offered", [None, ("graphql-ws",), ("chat", "soap")])
async def test_without_the_subprotocol_the_socket_is_closed(
    offered: tuple[str, ...] | None, server: UvicornServer
) -> None:
    async with open_websocket(server.url, subprotocols=offered) as client:
        assert await client.wait_closed() == (4406, "Use the subprotocol graphql-transport-ws")


async def test_our_subprotocol_is_found_among_others(server: UvicornServer) -> None:
    async with open_websocket(
        server.url, subprotocols=("graphql-ws", "graphql-transport-ws")
    ) as client:
        await client.initialise()


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://[", "https://songgang.example.evil.example"]
)
async def test_a_foreign_origin_opens_no_socket(origin: str, server: UvicornServer) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with open_websocket(server.url, origin=origin):
            pass
    assert refusal.value.response.status_code == 403


async def test_our_own_origin_opens_a_socket(server: UvicornServer) -> None:
    host = server.url.removeprefix("ws://").removesuffix("/graphql")
    for origin in (OWN_ORIGIN, f"http://{host}", f"https://{host}"):
        async with open_websocket(server.url, origin=origin) as client:
            await client.initialise()


# ---- connection_init


@pytest.mark.parametrize(
    "message",
    [
        {"type": "connection_init"},
        {"type": "connection_init", "payload": None},
        {"type": "connection_init", "payload": {}},
        {"type": "connection_init", "payload": {"authorization": None}},
        {"type": "connection_init", "payload": {"authorization": 1, "more": [1]}},
    ],
)
async def test_a_socket_may_open_without_a_token(
    message: dict[str, Any], server: UvicornServer
) -> None:
    async with open_websocket(server.url) as client:
        await client.send_frame(json.dumps(message))
        assert await client.receive() == {"type": "connection_ack"}
        await client.subscribe("1", "{ me { role } }")
        assert await client.receive() == {
            "id": "1",
            "type": "next",
            "payload": {"data": {"me": None}},
        }
        assert await client.receive() == {"id": "1", "type": "complete"}


async def test_the_key_of_the_token_is_case_insensitive(
    server: UvicornServer, running: RunningServices
) -> None:
    token = running.tokens.issue_for_viewer().access
    async with open_websocket(server.url) as client:
        await client.send(type="connection_init", payload={"Authorization": f"bearer {token}"})
        assert await client.receive() == {"type": "connection_ack"}
        await client.subscribe("1", "{ me { role } }")
        answer = await client.receive()
        assert answer["payload"] == {"data": {"me": {"role": "VIEWER"}}}
        await client.receive()


def _expired() -> str:
    return Tokens(SECRET, lambda: utc_now() - timedelta(hours=7)).issue_for_viewer().access


def _forged() -> str:
    return Tokens("another secret, long enough", utc_now).issue_for_viewer().access


@pytest.mark.parametrize("token", [_expired, _forged, lambda: "garbage", lambda: ""])
async def test_an_invalid_token_closes_the_socket(
    token: Callable[[], str], server: UvicornServer
) -> None:
    async with open_websocket(server.url) as client:
        await client.send(type="connection_init", payload={"authorization": f"Bearer {token()}"})
        assert await client.wait_closed() == (4403, CloseCode.FORBIDDEN.reason)


@pytest.mark.parametrize("payload", [1, "x", True, [], [{"authorization": "x"}]])
async def test_the_payload_of_init_is_an_object_or_null(
    payload: Any, server: UvicornServer
) -> None:
    async with open_websocket(server.url) as client:
        await client.send(type="connection_init", payload=payload)
        assert await client.wait_closed() == (
            4400,
            "The payload of connection_init is an object or null",
        )


async def test_a_second_init_closes_the_socket(server: UvicornServer) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise()
        await client.send_frame(INIT)
        assert await client.wait_closed() == (4429, "Too many initialisation requests")


async def test_two_inits_at_once_close_the_socket(server: UvicornServer) -> None:
    async with open_websocket(server.url) as client:
        await client.send_frame(INIT)
        await client.send_frame(INIT)
        assert (await client.wait_closed())[0] == 4429


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_socket_without_an_init_is_closed(protocol: Any, running: RunningServices) -> None:
    limits = WebSocketLimits(init_timeout_seconds=0.05)
    async with (
        run_endpoint(running, protocol, limits) as server,
        open_websocket(server.url) as client,
    ):
        assert await client.wait_closed() == (4408, "Connection initialisation timeout")


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_pings_do_not_replace_the_init(protocol: Any, running: RunningServices) -> None:
    limits = WebSocketLimits(init_timeout_seconds=0.2)
    async with (
        run_endpoint(running, protocol, limits) as server,
        open_websocket(server.url) as client,
    ):
        await client.send(type="ping")
        assert await client.receive() == {"type": "pong"}
        assert (await client.wait_closed())[0] == 4408


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_acknowledged_socket_may_be_silent(
    protocol: Any, running: RunningServices
) -> None:
    limits = WebSocketLimits(init_timeout_seconds=0.2)
    async with (
        run_endpoint(running, protocol, limits) as server,
        open_websocket(server.url) as client,
        open_websocket(server.url) as silent,
    ):
        await client.initialise()
        assert (await silent.wait_closed())[0] == 4408
        await client.assert_alive()


async def test_a_subscription_before_the_acknowledgement_closes_the_socket(
    server: UvicornServer,
) -> None:
    async with open_websocket(server.url) as client:
        await client.subscribe("1", "{ me { id } }")
        assert await client.wait_closed() == (4401, "Unauthorized")


async def test_a_socket_closes_when_its_token_expires(
    server: UvicornServer, running: RunningServices, readonly_world: World
) -> None:
    # Tokens expire at whole seconds: this one is valid for at least one more.
    life = timedelta(hours=6) + EXPIRY_ALLOWANCE - timedelta(seconds=2)
    token = Tokens(SECRET, lambda: utc_now() - life).issue_for_viewer().access
    async with open_websocket(server.url) as client:
        await client.initialise(token)
        await client.subscribe_live("1", ANNOUNCEMENTS, session=gid(readonly_world.live))
        assert await client.wait_closed() == (4511, CloseCode.TOKEN_EXPIRED.reason)


# ---- Messages
