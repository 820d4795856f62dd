"""Pages of the origins that an operator names may call the API; pages of others may not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from api.app import create_app
from api.http.cors import allow_origins
from tests.support.graphql_clients import GRAPHQL_URL, GraphQLClient
from tests.support.services import OWN_ORIGIN, TEST_SETTINGS, RunningServices

FOREIGN = "https://evil.example"
ME = "{ me { role } }"


@pytest.fixture
async def client(running: RunningServices) -> AsyncIterator[GraphQLClient]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await running.endpoint(scope, receive, send)

    middleware = allow_origins([OWN_ORIGIN])
    async with GraphQLClient(middleware.cls(app, *middleware.args, **middleware.kwargs)) as client:
        yield client


def cors_headers(response: httpx.Response) -> dict[str, str]:
    return {
        name: value
        for name, value in response.headers.items()
        if name.startswith("access-control-")
    }


async def test_a_page_of_a_named_origin_reads_answers(client: GraphQLClient) -> None:
    answer = await client.post({"query": ME}, origin=OWN_ORIGIN)
    assert answer.json() == {"data": {"me": None}}
    assert cors_headers(answer) == {
        "access-control-allow-origin": OWN_ORIGIN,
        "access-control-expose-headers": "content-disposition, etag, retry-after",
    }
    assert answer.headers["vary"] == "Accept, Accept-Language, Origin"


@pytest.mark.parametrize("origin", [FOREIGN, "null", f"{OWN_ORIGIN}.evil.example", "*"])
async def test_a_page_of_another_origin_gets_no_permission(
    origin: str, client: GraphQLClient
) -> None:
    answer = await client.post({"query": ME}, origin=origin)
    assert cors_headers(answer).get("access-control-allow-origin") is None
    preflight = await client.http.options(
        GRAPHQL_URL, headers={"origin": origin, "access-control-request-method": "POST"}
    )
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers


@pytest.mark.parametrize("path", ["/graphql", "/imports", "/exports/leads.csv"])
@pytest.mark.parametrize(
    ("method", "status"), [("GET", 200), ("POST", 200), ("DELETE", 400), ("PUT", 400)]
)
async def test_a_preflight_is_answered_on_every_route_without_the_database(
    path: str, method: str, status: int
) -> None:
    transport = httpx.ASGITransport(create_app(TEST_SETTINGS))
    async with httpx.AsyncClient(transport=transport, base_url="http://songgang.test") as http:
        preflight = await http.options(
            path,
            headers={
                "origin": OWN_ORIGIN,
                "access-control-request-method": method,
                "access-control-request-headers": "authorization,content-type",
            },
        )
    assert preflight.status_code == status
    assert preflight.headers["access-control-allow-origin"] == OWN_ORIGIN
    assert preflight.headers["access-control-allow-headers"] == "authorization,content-type"
    assert preflight.headers["access-control-max-age"] == "7200"
    assert "access-control-allow-credentials" not in preflight.headers
