"""The routes around GraphQL, answered by a real server."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.songgang_process import ServerProcess

HEADERS = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "permissions-policy": "camera=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
PAGE_POLICY = {
    "content-security-policy": "default-src 'self'; worker-src 'self'; media-src 'self' blob:; "
    "connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
}
JSON = {"content-type": "application/json"}
MOST = 1 << 20


@pytest.fixture
async def http(demo: ServerProcess) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=demo.url, timeout=30) as http:
        yield http


async def test_the_front_page_loads_nothing_from_elsewhere(
    http: httpx.AsyncClient,
) -> None:
    response = await http.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "http://" not in response.text
    assert "https://" not in response.text


@pytest.mark.parametrize("path", ["/", "/health/live", "/nowhere", "/graphql"])
async def test_every_response_has_the_security_headers(http: httpx.AsyncClient, path: str) -> None:
    headers = (await http.get(path)).headers
    expected = HEADERS | (PAGE_POLICY if path == "/" else {})
    assert {name: headers.get(name) for name in HEADERS} == expected
    assert "server" not in headers


async def test_an_unknown_path_is_a_404_in_json(http: httpx.AsyncClient) -> None:
    response = await http.get("/nowhere")
    assert (response.status_code, response.json()) == (404, {"error": "Not Found"})


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/open-data", "/open-data/"),
        ("/jobs/abc/", "/jobs/abc"),
        ("/jobs/..%2F%2Fevil.example/", None),
        ("//evil.example/jobs/abc/", None),
        ("//evil.example/open-data", None),
        ("/health/live/", None),
    ],
)
async def test_no_redirect_leads_to_the_host_that_a_request_names(
    path: str, location: str | None, http: httpx.AsyncClient
) -> None:
    answer = await http.get(
        http.base_url.join("/").copy_with(raw_path=path.encode()), headers={"host": "evil.example"}
    )
    assert answer.headers.get("location") == location
    assert answer.status_code == (404 if location is None else 308)


async def test_a_wrong_method_is_a_405_in_json_that_names_the_allowed_ones(
    http: httpx.AsyncClient,
) -> None:
    response = await http.delete("/health/live")
    assert (response.status_code, response.json()) == (405, {"error": "Method Not Allowed"})
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_a_body_of_one_mebibyte_is_read_and_one_byte_more_is_a_413(
    http: httpx.AsyncClient,
) -> None:
    query = b'{"query": "{ me { id } }"}'
    fits = await http.post("/graphql", content=query.ljust(MOST), headers=JSON)
    assert (fits.status_code, fits.json()) == (200, {"data": {"me": None}})
    too_large = await http.post("/graphql", content=query.ljust(MOST + 1), headers=JSON)
    assert too_large.status_code == 413


async def test_a_body_without_a_content_length_is_counted(http: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(MOST // 65_536 + 1):
            yield b" " * 65_536

    response = await http.post("/graphql", content=chunks(), headers=JSON)
    assert response.status_code == 413


async def test_a_wrong_token_is_refused_only_where_one_is_needed(
    http: httpx.AsyncClient,
) -> None:
    forged = {"authorization": "Bearer forged"}
    query = {"query": 'mutation { startSession(input: {sessionId: "x"}) { __typename } }'}
    refused = (await http.post("/graphql", json=query, headers=forged)).json()
    assert refused["data"]["startSession"]["__typename"] == "Unauthenticated"
    enter = {"query": "mutation { enterAsViewer(input: {}) { __typename } }"}
    entered = (await http.post("/graphql", json=enter, headers=forged)).json()
    assert entered["data"]["enterAsViewer"]["__typename"] == "ViewerEntered"
