"""graphql-transport-ws on a real socket: its rules, its bounds, and clients that keep neither."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.http.graphql import GraphQLEndpoint
from api.websocket import connection as sockets
from api.websocket.uvicorn_protocol import WireProtocol
from domain.cursors import encode_seq
from domain.live.events import TallyChanged, session_topic
from realtime.outbox import LOW_WATER_BYTES
from schema.execution.engine import Engine
from services.identity.tokens import Tokens
from storage.clock import utc_now
from tests.support.graphql_clients import (
    GraphQLClient,
    UvicornServer,
    WebSocketClient,
    mutation_document,
    open_websocket,
)
from tests.support.mutation_cases import interest_input
from tests.support.services import OWN_ORIGIN, SECRET, RunningServices, World, gid
from tests.support.waiting import wait_until

EVENTS = """subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) {
    __typename
    ... on PresenceChanged { viewers }
    ... on TallyChanged { total }
    ... on Announcement { seq cursor body }
    ... on Reset { seq snapshot { id status } }
  }
}"""
SPOKEN = """subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) { ... on Announcement { seq cursor body } }
}"""
LEADS = """subscription ($session: ID!, $after: String) {
  leadEvents(sessionId: $session, after: $after) {
    __typename seq cursor ... on LeadRecorded { lead { id contact { phone } } }
  }
}"""
INIT = json.dumps({"type": "connection_init"})
NESTED = "[" * 30_000 + "]" * 30_000


@pytest.fixture(autouse=True)
async def nothing_is_left(running: RunningServices) -> AsyncIterator[None]:
    """After each test: no member, no viewer, no task of an operation."""
    yield
    await wait_until(lambda: not _held(running))


def _held(running: RunningServices) -> list[object]:
    hub, presence = running.services.hub, running.services.presence
    return [
        *hub.topics.user_counts,
        *(group for topic in hub.topics for group in topic.groups),
        *presence._viewers,
        *(task for task in asyncio.all_tasks() if "Operation." in repr(task.get_coro())),
        *running.endpoint.sockets._open,
    ]


async def _announce(running: RunningServices, world: World, *bodies: str) -> None:
    desk = running.services.session_control
    await asyncio.gather(*(desk.announce(world.live.id, body) for body in bodies))


async def _spoken(client: WebSocketClient, count: int, operation_id: str = "1") -> list[str]:
    """The next announcements."""
    return [(await client.receive_event(operation_id))["body"] for _ in range(count)]


# ---- The handshake


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
async def test_a_page_of_somebody_else_opens_no_socket(origin: str, server: UvicornServer) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with open_websocket(server.url, origin=origin):
            pass
    assert refusal.value.response.status_code == 403


async def test_our_own_pages_open_a_socket(server: UvicornServer) -> None:
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
async def test_one_may_come_without_a_token(message: dict[str, Any], server: UvicornServer) -> None:
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


async def test_a_token_is_found_however_its_name_is_written(
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
async def test_a_token_that_does_not_count_closes_the_socket(
    token: Callable[[], str], server: UvicornServer
) -> None:
    async with open_websocket(server.url) as client:
        await client.send(type="connection_init", payload={"authorization": f"Bearer {token()}"})
        assert await client.wait_closed() == (4403, "Forbidden")


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


async def test_silence_closes_the_socket(
    server: UvicornServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "INIT_TIMEOUT_SECONDS", 0.05)
    async with open_websocket(server.url) as client:
        assert await client.wait_closed() == (4408, "Connection initialisation timeout")


async def test_pings_are_no_init(server: UvicornServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "INIT_TIMEOUT_SECONDS", 0.2)
    async with open_websocket(server.url) as client:
        await client.send(type="ping")
        assert await client.receive() == {"type": "pong"}
        assert (await client.wait_closed())[0] == 4408


async def test_who_was_acknowledged_is_not_closed_for_silence(
    server: UvicornServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "INIT_TIMEOUT_SECONDS", 0.05)
    async with open_websocket(server.url) as client, open_websocket(server.url) as silent:
        await client.initialise()
        assert (await silent.wait_closed())[0] == 4408
        await client.assert_alive()


async def test_who_subscribes_before_the_acknowledgement_is_closed(server: UvicornServer) -> None:
    async with open_websocket(server.url) as client:
        await client.subscribe("1", "{ me { id } }")
        assert await client.wait_closed() == (4401, "Unauthorized")


async def test_a_socket_ends_with_its_token(
    server: UvicornServer, running: RunningServices, readonly_world: World
) -> None:
    # Tokens count whole seconds: this one has at least one left.
    life = timedelta(hours=6) - timedelta(seconds=2)
    token = Tokens(SECRET, lambda: utc_now() - life).issue_for_viewer().access
    async with open_websocket(server.url) as client:
        await client.initialise(token)
        await client.subscribe_live("1", SPOKEN, session=gid(readonly_world.live))
        assert await client.wait_closed() == (
            4511,
            "The token has expired: come back with a new one",
        )


# ---- Messages


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
async def test_a_message_that_the_protocol_does_not_know_closes_the_socket(
    frame: str, server: UvicornServer
) -> None:
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
        assert await client.wait_closed() == (4400, "The id is a text of 1 to 128 characters")


@pytest.mark.parametrize("operation_id", ["x", "x" * 128, "岗" * 128, "1/2", '"\\\n', "\x00"])
async def test_any_other_id_comes_back_as_it_was(operation_id: str, server: UvicornServer) -> None:
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
        await client.subscribe_live(operation_id, SPOKEN, session=gid(readonly_world.live))
        await client.subscribe(operation_id, SPOKEN, session=gid(readonly_world.live))
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
            await client.subscribe_live("1", SPOKEN, session=gid(readonly_world.live))
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
async def test_a_payload_that_is_no_request_closes_the_socket(
    payload: Any, reason: str, server: UvicornServer
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise()
        await client.send(id="1", type="subscribe", payload=payload)
        assert await client.wait_closed() == (4400, reason)


@pytest.mark.parametrize("operation_id", [None, 1, ["1"]])
async def test_complete_names_an_id(operation_id: Any, server: UvicornServer) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise()
        await client.send(id=operation_id, type="complete")
        assert await client.wait_closed() == (4400, "The id is a text")


async def test_complete_for_what_is_over_is_no_error(server: UvicornServer) -> None:
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
        (SPOKEN, {"session": "x"}, "INVALID_ID"),
        (SPOKEN, {"session": "live", "after": "x"}, "BAD_CURSOR"),
        (LEADS, {"session": "live"}, "NOT_PERMITTED"),
    ],
)
async def test_an_operation_that_cannot_be_begun_has_errors_and_ends(
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


async def test_who_has_no_token_follows_nothing(
    server: UvicornServer, readonly_world: World
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise()
        await client.subscribe("1", SPOKEN, session=gid(readonly_world.live))
        answer = await client.receive()
        assert answer["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_fault_ends_its_operation_and_not_the_socket(
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
        await client.subscribe("1", SPOKEN, session=gid(readonly_world.live))
        answer = await client.receive()
        assert (answer["id"], answer["type"]) == ("1", "error")
        assert answer["payload"][0]["extensions"]["code"] == "INTERNAL"
        assert "secret" not in json.dumps(answer)
        await client.assert_alive()
        monkeypatch.undo()


async def test_a_cancelled_operation_answers_nothing(
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


async def test_10_000_subscriptions_at_once_have_a_bound_and_the_socket_lives(
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
                        "query": SPOKEN,
                        "variables": {"session": gid(readonly_world.live)},
                    },
                }
            )
            for number in range(count)
        ]
        busy: set[str] = set()

        async def read() -> None:
            while len(busy) < count - sockets.MAX_OPERATIONS_PER_CONNECTION:
                message = await client.receive(30)
                assert message["type"] == "error", message
                assert message["payload"][0]["extensions"]["code"] == "BUSY"
                busy.add(message["id"])

        reading = asyncio.create_task(read())
        for frame in frames:
            await client.send_frame(frame)
        await asyncio.wait_for(reading, 60)
        assert busy == {
            str(number) for number in range(sockets.MAX_OPERATIONS_PER_CONNECTION, count)
        }
        (connection,) = running.endpoint.sockets._open
        assert len(connection._operations) == sockets.MAX_OPERATIONS_PER_CONNECTION
        async with open_websocket(server.url) as other:
            await other.initialise()
            await other.assert_alive()


async def test_messages_that_come_together_are_answered_while_they_are_read(
    server: UvicornServer, readonly_world: World
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise(readonly_world.viewer_token())
        for number in range(sockets.MAX_OPERATIONS_PER_CONNECTION):
            await client.subscribe(str(number), SPOKEN, session=gid(readonly_world.live))
        message = b'{"id":"x","type":"subscribe","payload":{"query":"x"}}'
        # A text frame, masked with zeros (RFC 6455, section 5.2).
        frame = b"\x81%c\x00\x00\x00\x00%b" % (0x80 | len(message), message)
        count = 4_000
        client.connection.transport.write(frame * count)
        for _ in range(count):
            answer = await client.receive()
            assert (answer["id"], answer["type"]) == ("x", "error")


async def test_a_burst_of_pings_on_one_socket_leaves_others_their_turn(
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


# ---- Following


async def test_live_events_come_in_order_without_gap_or_repeat(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    async with open_websocket(server.url) as first, open_websocket(server.url) as second:
        for client in (first, second):
            await client.initialise(world.viewer_token())
            await client.subscribe_live("1", SPOKEN, session=gid(world.live))
        bodies = [str(number) for number in range(50)]
        await _announce(running, world, *bodies)
        assert await _spoken(first, 50) == bodies
        assert await _spoken(second, 50) == bodies


async def test_who_comes_back_with_a_cursor_gets_exactly_what_was_missed(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    token, session = world.viewer_token(), gid(world.live)
    async with open_websocket(server.url) as client:
        await client.initialise(token)
        await client.subscribe_live("1", SPOKEN, session=session)
        await _announce(running, world, "1", "2")
        events = [await client.receive_event("1") for _ in range(2)]
        cursor = events[1]["cursor"]
        assert [event["seq"] for event in events] == [1, 2]
    await _announce(running, world, "3", "4")
    async with open_websocket(server.url) as client:
        await client.initialise(token)
        await client.subscribe("1", SPOKEN, session=session, after=cursor)
        assert await _spoken(client, 2) == ["3", "4"]
        await _announce(running, world, "5")
        assert await _spoken(client, 1) == ["5"]
        start = encode_seq(session_topic(world.live.id), 0)
        await client.subscribe("2", SPOKEN, session=session, after=start)
        assert await _spoken(client, 5, "2") == ["1", "2", "3", "4", "5"]


async def test_the_cursor_of_a_session_joins_its_state_and_its_events(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    await _announce(running, world, "before")
    async with open_websocket(server.url) as client:
        await client.initialise(world.viewer_token())
        query = "query ($id: ID!) { liveSession(id: $id) { cursor } }"
        await client.subscribe("0", query, id=gid(world.live))
        cursor = (await client.receive())["payload"]["data"]["liveSession"]["cursor"]
        assert (await client.receive())["type"] == "complete"
        await _announce(running, world, "after")
        await client.subscribe("1", SPOKEN, session=gid(world.live), after=cursor)
        assert await _spoken(client, 1) == ["after"]


async def test_a_backlog_larger_than_the_outbox_arrives_whole(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    bodies = [f"{number} {'满' * 490}" for number in range(300)]
    await _announce(running, world, *bodies)
    start = encode_seq(session_topic(world.live.id), 0)
    followers = [str(number) for number in range(12)]
    async with open_websocket(server.url, max_queue=1) as client:
        await client.initialise(world.viewer_token())
        for follower in followers:
            await client.subscribe(follower, SPOKEN, session=gid(world.live), after=start)
        (connection,) = running.endpoint.sockets._open
        await wait_until(lambda: not connection.outbox.has_room())
        found: dict[str, list[str]] = {follower: [] for follower in followers}
        for _ in range(300 * len(followers)):
            message = await client.receive()
            found[message["id"]].append(message["payload"]["data"]["sessionEvents"]["body"])
    assert found == dict.fromkeys(followers, bodies)


@pytest.mark.parametrize("which", ["from the future", "of another session"])
async def test_a_cursor_that_cannot_be_followed_is_answered_with_one_reset(
    which: str, server: UvicornServer, running: RunningServices, world: World
) -> None:
    await _announce(running, world, "1")
    topics = {
        "from the future": (session_topic(world.live.id), 1_000),
        "of another session": (session_topic(world.ended.id), 1),
    }
    cursor = encode_seq(*topics[which])
    async with open_websocket(server.url) as client:
        await client.initialise(world.viewer_token())
        await client.subscribe("1", EVENTS, session=gid(world.live), after=cursor)
        snapshot = {"id": gid(world.live), "status": "LIVE"}
        reset = await client.receive_event("1")
        assert reset == {"__typename": "Reset", "seq": 1, "snapshot": snapshot}
        await _announce(running, world, "2")
        event = await client.receive_event("1")
        while event["__typename"] != "Announcement":
            event = await client.receive_event("1")
        assert (event["seq"], event["body"]) == (2, "2")


async def test_what_is_completed_is_not_delivered_any_more(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise(world.viewer_token())
        await client.subscribe_live("1", SPOKEN, session=gid(world.live))
        await client.subscribe_live("2", SPOKEN, session=gid(world.live))
        await client.send(id="1", type="complete")
        await client.assert_alive()
        await _announce(running, world, "for 2 alone")
        assert await _spoken(client, 1, "2") == ["for 2 alone"]


async def test_staff_of_the_session_follow_its_leads(
    server: UvicornServer, running: RunningServices, world: World, api: GraphQLClient
) -> None:
    async with open_websocket(server.url) as host, open_websocket(server.url) as viewer:
        await host.initialise(world.token(world.host))
        await host.subscribe_live("1", LEADS, session=gid(world.live))
        await viewer.initialise(world.viewer_token())
        await viewer.subscribe_live("1", SPOKEN, session=gid(world.live))
        given = interest_input(world, contact={"name": "王小明", "phone": "14400001234"})
        selection = "... on InterestRecorded { lead { id } }"
        recorded = await api.mutate("expressInterest", given, world.viewer_token(), selection)
        event = await host.receive_event("1", "leadEvents")
        while event["lead"]["id"] != recorded["lead"]["id"]:
            event = await host.receive_event("1", "leadEvents")
        assert event["__typename"] == "LeadRecorded"
        assert event["lead"]["contact"] == {"phone": "144****1234"}
        start = encode_seq(f"leads/{world.live.id}", 0)
        await host.subscribe("2", LEADS, session=gid(world.live), after=start)
        assert (await host.receive_event("2", "leadEvents"))["seq"] == 1


async def test_counts_of_viewers_and_interest_reach_every_viewer(
    server: UvicornServer, running: RunningServices, world: World, api: GraphQLClient
) -> None:
    async with open_websocket(server.url) as first, open_websocket(server.url) as second:
        for client in (first, second):
            await client.initialise(world.viewer_token())
            await client.subscribe_live("1", EVENTS, session=gid(world.live))
        await api.mutate("expressInterest", interest_input(world), world.viewer_token())
        for client in (first, second):
            seen: dict[str, Any] = {}
            while seen != {"PresenceChanged": 2, "TallyChanged": 2}:
                event = await client.receive_event("1")
                seen[event["__typename"]] = event.get("viewers", event.get("total"))


async def test_one_viewer_with_two_sockets_counts_once(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    token = world.viewer_token()
    async with open_websocket(server.url) as first, open_websocket(server.url) as second:
        for client in (first, second):
            await client.initialise(token)
            await client.subscribe_live("1", EVENTS, session=gid(world.live))
        assert len(running.services.presence._viewers[world.live.id]) == 1
        async with open_websocket(server.url) as staff:
            await staff.initialise(world.token(world.host))
            await staff.subscribe_live("1", EVENTS, session=gid(world.live))
            assert len(running.services.presence._viewers[world.live.id]) == 1


# ---- The end


async def _stalled(
    running: RunningServices, world: World, server: UvicornServer
) -> AsyncIterator[WebSocketClient]:
    """A client with 99 subscriptions that has stopped to read, its outbox full."""
    async with open_websocket(server.url, max_queue=1) as client:
        await client.initialise(world.viewer_token())
        for number in range(99):
            await client.subscribe(str(number), SPOKEN, session=gid(world.live))
        await client.assert_alive()
        (connection,) = running.endpoint.sockets._open
        while not connection.outbox.closed:
            await _announce(running, world, "满" * 500)
        yield client


async def test_a_peer_that_reads_too_slowly_is_told_to_come_back(
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


async def test_state_waits_for_a_peer_that_falls_behind_and_the_newest_comes(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    async with open_websocket(server.url, max_queue=1) as slow:
        await slow.initialise(world.viewer_token())
        for number in range(50):
            await slow.subscribe(str(number), SPOKEN, session=gid(world.live))
        await slow.subscribe_live("state", EVENTS, session=gid(world.live))
        (connection,) = running.endpoint.sockets._open
        # More than one announcement to all of them: the peer takes nothing any more.
        while connection.outbox._wire.queued_bytes() < 4 * LOW_WATER_BYTES:
            await _announce(running, world, "满" * 200)
        topic = session_topic(world.live.id)
        # An event behind the state would take the state along: all of them are heard of first.
        said = await running.store.event_log.last_seq(topic)
        await wait_until(lambda: running.services.hub.topics.topics[topic].last_seq == said)
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


async def test_a_node_that_drains_sends_everybody_away(
    running: RunningServices, readonly_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "DRAIN_SECONDS", 0.05)
    endpoint = GraphQLEndpoint(
        running.engine, running.services, running.tokens.authenticate, origins=[]
    )
    for protocol in (WireProtocol, "websockets-sansio"):
        endpoint = GraphQLEndpoint(
            running.engine, running.services, running.tokens.authenticate, origins=[]
        )
        async with UvicornServer(endpoint, protocol) as server:
            async with open_websocket(server.url) as first, open_websocket(server.url) as second:
                await first.initialise(readonly_world.viewer_token())
                await first.subscribe_live("1", SPOKEN, session=gid(readonly_world.live))
                await endpoint.drain()
                gone = (4512, "The server stops: come back with after")
                assert await first.wait_closed() == gone
                assert await second.wait_closed() == gone
            async with open_websocket(server.url) as late:
                assert await late.wait_closed() == gone
            await endpoint.drain()


async def test_a_socket_that_is_cut_leaves_nothing_behind(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise(world.viewer_token())
        for number in range(20):
            await client.subscribe(str(number), EVENTS, session=gid(world.live))
        client.connection.transport.abort()
    await wait_until(lambda: not _held(running))
    await _announce(running, world, "to nobody")


async def test_a_socket_that_is_cut_while_it_catches_up_leaves_nothing_behind(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    await _announce(running, world, *(["满" * 500] * 300))
    start = encode_seq(session_topic(world.live.id), 0)
    async with open_websocket(server.url, max_queue=1) as client:
        await client.initialise(world.viewer_token())
        for number in range(20):
            await client.subscribe(str(number), SPOKEN, session=gid(world.live), after=start)
        (connection,) = running.endpoint.sockets._open
        await wait_until(lambda: not connection.outbox.has_room())
        client.connection.transport.abort()
    await wait_until(lambda: not _held(running))


# ---- Anything at all

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
        SPOKEN,
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
    await wait_until(lambda: not _held(running))
