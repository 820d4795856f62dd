"""Messages come in the language of the client, over HTTP and over WebSocket."""

from __future__ import annotations

from typing import Any

import pytest

from services.live.questions import VIEWER_QUESTION_LIMIT
from tests.support.graphql_clients import GraphQLClient, UvicornServer, open_websocket
from tests.support.world import World, gid

LEADS = "{ leads { edges { cursor } } }"
FOLLOW = "subscription ($id: ID!) { leadEvents(sessionId: $id) { seq } }"
ENGLISH = "Sign in, or open the page again."
CHINESE = "请先登录，或重新打开页面。"
HINT = "Send the access token of `signIn` or `enterAsViewer` as `Authorization: Bearer <token>`."
EXTENSIONS = {"code": "UNAUTHENTICATED", "field": None, "messageZh": CHINESE, "hint": HINT}
HEADERS = [
    (None, ENGLISH),
    ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
    ("en-GB,en;q=0.9,zh;q=0.8", ENGLISH),
    ("fr", ENGLISH),
]


@pytest.mark.parametrize(("header", "message"), HEADERS)
async def test_a_query_over_http_is_refused_in_the_language_of_its_header(
    header: str | None, message: str, api: GraphQLClient
) -> None:
    headers = {} if header is None else {"accept-language": header}
    answer = await api.post({"query": LEADS}, **headers)
    (error,) = answer.json()["errors"]
    assert (error["message"], error["extensions"]) == (message, EXTENSIONS)
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize(("header", "message"), HEADERS)
@pytest.mark.parametrize("name", [None, "acceptLanguage", "Accept-Language"])
async def test_operations_of_a_socket_are_refused_in_its_language(
    name: str | None, header: str | None, message: str, server: UvicornServer, world: World
) -> None:
    # Without a name in the payload the header of the handshake counts, as browsers send it.
    opposite = "en" if message == CHINESE else "zh"
    handshake = header if name is None else opposite
    payload = {} if name is None else {name: header or "en"}
    headers = {} if handshake is None else {"accept-language": handshake}
    async with open_websocket(server.url, additional_headers=headers) as client:
        await client.send(type="connection_init", payload=payload)
        assert await client.receive() == {"type": "connection_ack"}
        await client.subscribe("query", LEADS)
        answered = await client.receive()
        (error,) = answered["payload"]["errors"]
        assert (error["message"], error["extensions"]) == (message, EXTENSIONS)
        assert await client.receive() == {"id": "query", "type": "complete"}
        await client.subscribe("events", FOLLOW, id=gid(world.live))
        refused = await client.receive()
        assert (refused["id"], refused["type"]) == ("events", "error")
        (error,) = refused["payload"]
        assert (error["message"], error["extensions"]) == (message, EXTENSIONS)


ASK = """mutation ($input: AskQuestionInput!) { askQuestion(input: $input) {
  __typename ... on UserError { message messageZh code } ... on TooManyAttempts { retryAfter }
} }"""


async def _ask(api: GraphQLClient, world: World, token: str, body: str) -> Any:
    given = {"input": {"sessionId": gid(world.live), "body": body}}
    return await api.post({"query": ASK, "variables": given}, token, **{"accept-language": "zh"})


async def test_a_refused_mutation_says_in_extensions_and_a_header_when_to_try_again(
    api: GraphQLClient, world: World
) -> None:
    token = world.viewer_token()
    for turn in range(VIEWER_QUESTION_LIMIT.amount):
        answered = await _ask(api, world, token, f"有夜班吗 {turn}")
        assert "retry-after" not in answered.headers
        assert list(answered.json()) == ["data"]
    answered = await _ask(api, world, token, "有宿舍吗")
    answer = answered.json()
    refused = answer["data"]["askQuestion"]
    seconds = refused["retryAfter"]
    assert refused["__typename"] == "TooManyAttempts"
    assert refused["message"] == refused["messageZh"]
    assert f"{seconds}秒" in refused["message"]
    assert answer["extensions"] == {
        "refusals": [{"path": ["askQuestion"], "code": "TOO_MANY_ATTEMPTS", "retryAfter": seconds}]
    }
    assert answered.headers["retry-after"] == str(seconds)
