"""Queries by GET, as clients send them by default; mutations only by POST."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.http.graphql import GraphQLEndpoint
from schema.execution.documents import hash_document
from schema.execution.engine import Engine
from schema.execution.persisted_documents import TrustedDocuments
from tests.support.graphql_clients import GRAPHQL_URL, GraphQLClient
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World, gid

RESPONSE_JSON = "application/graphql-response+json"
ME = "{ me { role } }"
TITLE = "query Room($id: ID!) { liveSession(id: $id) { title } }"
ENTER = "mutation { enterAsViewer(input: {}) { ... on ViewerEntered { accessToken } } }"


async def get(api: GraphQLClient, headers: dict[str, str] | None = None, **given: Any) -> Any:
    parameters = {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in given.items()
    }
    return await api.http.get(GRAPHQL_URL, params=parameters, headers=headers)


@pytest.mark.parametrize("accept", ["application/json", RESPONSE_JSON])
async def test_a_query_is_answered_as_by_post_and_stored_by_no_cache(
    accept: str, api: GraphQLClient, world: World
) -> None:
    variables = {"id": gid(world.live)}
    answer = await get(
        api, {"accept": accept}, query=TITLE, variables=variables, operationName="Room"
    )
    posted = await api.post({"query": TITLE, "variables": variables}, accept=accept)
    assert (answer.status_code, answer.content) == (200, posted.content)
    assert answer.json() == {"data": {"liveSession": {"title": world.live.title}}}
    for name in ("content-type", "vary", "cache-control"):
        assert answer.headers[name] == posted.headers[name]
    assert answer.headers["cache-control"] == "no-store"


async def test_the_token_of_the_header_says_who_asks(api: GraphQLClient, world: World) -> None:
    headers = {"authorization": f"Bearer {world.viewer_token()}"}
    assert (await get(api, headers, query=ME)).json() == {"data": {"me": {"role": "VIEWER"}}}
    assert (await get(api, query=ME)).json() == {"data": {"me": None}}


async def test_a_digest_alone_finds_a_trusted_document(
    running: RunningServices, world: World
) -> None:
    def persisted(text: str) -> dict[str, Any]:
        return {"persistedQuery": {"version": 1, "sha256Hash": hash_document(text)}}

    engine = Engine(running.services, trusted=TrustedDocuments([TITLE, ENTER]))
    endpoint = GraphQLEndpoint(engine, running.services, running.tokens.authenticate, origins=[])
    async with GraphQLClient(endpoint) as trusting:
        variables = {"id": gid(world.live)}
        answer = await get(trusting, extensions=persisted(TITLE), variables=variables)
        unknown = await get(trusting, extensions=persisted(ME))
        refused = await get(trusting, extensions=persisted(ENTER))
    assert answer.json() == {"data": {"liveSession": {"title": world.live.title}}}
    (error,) = unknown.json()["errors"]
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("accept", ["*/*", RESPONSE_JSON])
@pytest.mark.parametrize(
    "given",
    [{"query": ENTER}, {"query": f"{ENTER.replace('mutation', 'mutation a')} query b {ME}"}],
)
async def test_a_mutation_is_refused_and_not_executed(
    given: dict[str, str], accept: str, api: GraphQLClient, running: RunningServices
) -> None:
    chosen = given | ({"operationName": "a"} if " a " in given["query"] else {})
    before = await hash_collections(running)
    answer = await get(api, {"accept": accept}, **chosen)
    assert (answer.status_code, answer.headers.get("allow")) == (405, "POST"), answer.text
    assert answer.json() == {
        "errors": [{"message": "Send mutations by POST.", "extensions": {"code": "BAD_REQUEST"}}]
    }
    assert await hash_collections(running) == before
    if " a " in given["query"]:
        query = await get(api, {"accept": accept}, **given, operationName="b")
        assert query.json() == {"data": {"me": None}}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("", 'The request needs a text in "query".'),
        ("query=", 'The request needs a text in "query".'),
        ("query={a}&query={b}", '"query" stands twice.'),
        ("query={a}&variables={", '"variables" is not JSON.'),
        ("query={a}&variables=[]", '"variables" is an object or null.'),
        ("query={a}&extensions=x", '"extensions" is not JSON.'),
    ],
)
async def test_parameters_that_are_no_request_are_refused(
    parameters: str, message: str, api: GraphQLClient
) -> None:
    answer = await api.http.get(f"{GRAPHQL_URL}?{parameters}")
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]


async def test_empty_and_foreign_parameters_count_as_missing(api: GraphQLClient) -> None:
    parameters = f"query={ME}&variables=&operationName=&extensions=&utm_source=poster"
    assert (await api.http.get(f"{GRAPHQL_URL}?{parameters}")).json() == {"data": {"me": None}}


@pytest.mark.parametrize(("accept", "status"), [("*/*", 200), (RESPONSE_JSON, 400)])
@pytest.mark.parametrize("query", ["{", "{ nothing }", "subscription { leadEvents { seq } }"])
async def test_a_document_that_cannot_be_executed_has_the_status_of_its_media_type(
    query: str, accept: str, status: int, api: GraphQLClient
) -> None:
    answer = await get(api, {"accept": accept}, query=query)
    assert (answer.status_code, list(answer.json())) == (status, ["errors"])


async def test_neither_type_accepted_is_406(api: GraphQLClient) -> None:
    answer: httpx.Response = await get(api, {"accept": "text/html, */*;q=0"}, query=ME)
    assert answer.status_code == 406


@settings(max_examples=100, deadline=None)
@given(
    parameters=st.dictionaries(
        st.sampled_from(["query", "variables", "extensions", "operationName", "x"]),
        st.text(max_size=40),
    )
)
async def test_any_parameters_get_an_answer(
    parameters: dict[str, str], running: RunningServices
) -> None:
    async with GraphQLClient(running.endpoint) as client:
        answer = await client.http.get(GRAPHQL_URL, params=parameters)
    assert answer.status_code in {200, 400}
    assert set(answer.json()) <= {"data", "errors"}
