"""GraphQL over HTTP: every request gets a proper response, and no response shows internals."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from gql import Client
from gql.transport.httpx import HTTPXAsyncTransport
from graphql import get_introspection_query
from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.tokens import Tokens
from storage.clock import utc_now
from tests.support.graphql_clients import GRAPHQL_URL, GraphQLClient, UvicornServer
from tests.support.services import SECRET, RunningServices
from tests.support.world import World, gid

RESPONSE_JSON = "application/graphql-response+json"
ME = "{ me { role } }"
INSIDE = re.compile(
    r"Traceback|\.py|site-packages|schema\.|storage\.|realtime\.|domain\.|api\.|mongodb|pymongo"
)
DEEP_JSON = '{"query":"{ me { id } }","variables":' + "[" * 100_000 + "]" * 100_000 + "}"
BAD_BODIES = {
    "nothing": b"",
    "not JSON": b"{query}",
    "not UTF-8": b'{"query":"\xff"}',
    "half a surrogate": b'{"query":"\\ud800"}',
    "NaN": b'{"query":"{ me { id } }","variables":{"a":NaN}}',
    "nested brackets": DEEP_JSON.encode(),
    "open brackets": b"[" * 100_000,
    "a batch": b'[{"query":"{ me { id } }"}]',
    "a text": b'"{ me { id } }"',
    "null": b"null",
    "no query": b"{}",
    "variables that are a list": b'{"query":"{ me { id } }","variables":[]}',
}
BAD_DOCUMENTS: dict[str, str] = {
    "a syntax error": "{",
    "an unknown field": "{ salaries }",
    "huge": ME + " " * 200_000,
    "10,000 aliases": "{" + " ".join(f"a{i}:me{{id}}" for i in range(10_000)) + "}",
    "deep": "{ a " * 20_000,
    "exponential": "{...f0} "
    + " ".join(f"fragment f{i} on Query{{...f{i + 1} ...f{i + 1}}}" for i in range(40))
    + " fragment f40 on Query{me{id}}",
    "an integer of 5,000 digits": f"{{ postings(first: {'9' * 5_000}) {{ __typename }} }}",
    "an integer of 5,000 digits without fields": f"{{ postings(first: {'9' * 5_000}) }}",
    "a cycle": "{...a} fragment a on Query{...b} fragment b on Query{...a}",
    "a subscription": "subscription { sessionEvents(sessionId: 1) { seq } }",
}


def _check_hides_the_inside(response: httpx.Response) -> None:
    assert not INSIDE.search(response.text), response.text


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        (f"{RESPONSE_JSON}, application/json;q=0.9", RESPONSE_JSON),
        (f"application/json, {RESPONSE_JSON};q=0", "application/json"),
        (RESPONSE_JSON.upper(), RESPONSE_JSON),
    ],
)
async def test_the_response_type_follows_the_accept_header(
    accept: str, content_type: str, api: GraphQLClient
) -> None:
    response = await api.post({"query": ME}, accept=accept)
    assert (response.status_code, response.headers["content-type"]) == (200, content_type)
    assert response.headers["vary"] == "Accept, Accept-Language"
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {"data": {"me": None}}


async def test_a_client_that_accepts_neither_type_is_told_so(api: GraphQLClient) -> None:
    response = await api.post({"query": ME}, accept="*/*;q=0")
    assert (response.status_code, response.headers["vary"]) == (406, "Accept, Accept-Language")
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(("accept", "status"), [("*/*", 200), (RESPONSE_JSON, 400)])
@pytest.mark.parametrize("query", BAD_DOCUMENTS.values(), ids=list(BAD_DOCUMENTS))
async def test_a_document_that_cannot_be_executed_has_errors_and_no_data(
    query: str, accept: str, status: int, api: GraphQLClient
) -> None:
    response = await api.post({"query": query}, accept=accept)
    assert response.status_code == status
    answer = response.json()
    assert list(answer) == ["errors"]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_REQUEST"}
    _check_hides_the_inside(response)


@pytest.mark.parametrize(("accept", "status"), [("*/*", 200), (RESPONSE_JSON, 400)])
async def test_a_wrong_variable_has_errors_and_no_data(
    accept: str, status: int, api: GraphQLClient
) -> None:
    body = {"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": [1]}}
    response = await api.post(body, accept=accept)
    assert response.status_code == status
    assert list(response.json()) == ["errors"]


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=list(BAD_BODIES))
async def test_a_body_that_is_not_a_graphql_request_is_refused(
    body: bytes, api: GraphQLClient
) -> None:
    headers = {"content-type": "application/json"}
    response = await api.http.post(GRAPHQL_URL, content=body, headers=headers)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    _check_hides_the_inside(response)


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_only_get_and_post_are_answered(method: str, api: GraphQLClient) -> None:
    response = await api.http.request(method, GRAPHQL_URL, params={"query": ME})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
async def test_a_cross_site_form_is_refused(content_type: str, api: GraphQLClient) -> None:
    response = await api.http.post(
        GRAPHQL_URL, content=b'{"query":"{ me { id } }"}', headers={"content-type": content_type}
    )
    assert response.status_code == 415


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
async def test_every_json_content_type_is_accepted(content_type: str, api: GraphQLClient) -> None:
    response = await api.http.post(
        GRAPHQL_URL, content=b'{"query":"{ me { role } }"}', headers={"content-type": content_type}
    )
    assert response.json() == {"data": {"me": None}}


def _expired(_: RunningServices) -> str:
    return (
        "Bearer " + Tokens(SECRET, lambda: utc_now() - timedelta(hours=7)).issue_for_viewer().access
    )


def _forged(_: RunningServices) -> str:
    return "Bearer " + Tokens("another secret, long enough", utc_now).issue_for_viewer().access


def _without_scheme(running: RunningServices) -> str:
    return running.tokens.issue_for_viewer().access


@pytest.mark.parametrize(
    "authorization", [_expired, _forged, _without_scheme, lambda _: "Bearer", lambda _: "Basic x"]
)
async def test_an_invalid_token_is_refused_where_one_is_needed(
    authorization: Callable[[RunningServices], str], api: GraphQLClient, running: RunningServices
) -> None:
    headers = {"authorization": authorization(running)}
    response = await api.post({"query": ME}, **headers)
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    # Every token of the service begins with these characters.
    assert "eyJ" not in response.text


async def test_a_valid_token_identifies_the_caller(
    api: GraphQLClient, running: RunningServices
) -> None:
    token = running.tokens.issue_for_viewer().access
    assert await api.fetch_data(ME, token=token) == {"me": {"role": "VIEWER"}}


async def test_introspection_by_the_common_tools_is_within_the_limits(api: GraphQLClient) -> None:
    answer = await api.execute(get_introspection_query(input_value_deprecation=True))
    assert "errors" not in answer
    transport = HTTPXAsyncTransport(url=GRAPHQL_URL, transport=httpx.ASGITransport(_endpoint(api)))
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        assert session.client.schema is not None
        assert "LiveSession" in session.client.schema.type_map


def _endpoint(api: GraphQLClient) -> Any:
    return api.http._transport.app  # type: ignore[attr-defined] # an ASGITransport


async def test_operation_name_chooses_one_of_several(api: GraphQLClient) -> None:
    query = "query a { me { role } } query b { me { id } }"
    response = await api.post({"query": query, "operationName": "a"})
    assert response.json() == {"data": {"me": None}}
    response = await api.post({"query": query})
    assert response.json()["errors"][0]["message"] == "Name one operation of the document."


async def test_the_longest_chain_of_fragments_is_executed_or_refused(
    api: GraphQLClient,
) -> None:
    for length in (100, 200, 280, 400, 600):
        chain = " ".join(f"fragment f{i} on Query{{...f{i + 1}}}" for i in range(length))
        query = f"{{...f0}} {chain} fragment f{length} on Query{{me{{role}}}}"
        answer = await api.execute(query)
        if "errors" in answer:
            assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        else:
            assert answer == {"data": {"me": None}}


async def test_a_client_that_disconnects_during_its_body_does_no_harm(
    running: RunningServices,
) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    await running.endpoint(scope, receive, send)
    assert sent[0]["status"] == 400


async def test_a_real_server_gives_the_same_answer(server: UvicornServer) -> None:
    url = server.url.replace("ws://", "http://")
    async with httpx.AsyncClient() as client:
        response = await client.post(url, json={"query": ME})
        assert response.json() == {"data": {"me": None}}


@settings(max_examples=200, deadline=None)
@given(
    body=st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | st.fixed_dictionaries(
        {"query": st.text(max_size=40)},
        optional={
            "variables": st.none() | st.dictionaries(st.text(max_size=5), st.integers()),
            "operationName": st.none() | st.text(max_size=5),
        },
    )
)
async def test_any_body_gets_an_answer_without_internals(
    body: Any, running: RunningServices
) -> None:
    async with GraphQLClient(running.endpoint) as api:
        if isinstance(body, bytes):
            headers = {"content-type": "application/json"}
            response = await api.http.post(GRAPHQL_URL, content=body, headers=headers)
        else:
            response = await api.post(body)
    assert response.status_code in {200, 400}
    assert set(response.json()) <= {"data", "errors"}
    _check_hides_the_inside(response)


async def test_hundreds_of_concurrent_documents_do_not_harm_the_service(
    api: GraphQLClient,
) -> None:
    async def ask(number: int) -> None:
        name = f"a{number}_{secrets.token_hex(4)}"
        assert await api.fetch_data(f"{{ {name}: me {{ role }} }}") == {name: None}

    await asyncio.gather(*(ask(number) for number in range(300)))


async def test_the_stored_contact_is_never_in_an_answer(api: GraphQLClient, world: World) -> None:
    query = """query ($lead: ID!, $session: ID!) {
      node(id: $lead) { ... on Lead { contact { name phone } terms { title } } }
      leads(filter: {sessionId: $session}) { edges { node { contact { name phone } } } }
    }"""
    variables = {"lead": gid(world.lead), "session": gid(world.live)}
    for caller in ("host", "officer", "recruiter"):
        response = await api.post({"query": query, "variables": variables}, world.token_of(caller))
        assert "138****8000" in response.text
        assert "13800138000" not in response.text
        assert "王小明" not in response.text
