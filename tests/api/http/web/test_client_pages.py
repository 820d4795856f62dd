"""The browser client is served from memory, compressed, with its own content policy."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.http.web.client_files import WebClient, load_web_client
from api.http.web.client_pages import ClientPages
from api.http.web.routes import CLIENT_ROUTES
from schema.execution.documents import hash_document

PAGE = b"<!doctype html><title>page</title>"
CONSOLE = b"<!doctype html><title>console</title>"
SCRIPT = b"export default 1;"
DOCUMENT = "query Me { me { id } }"


class _Node:
    def __init__(self, client_pages: ClientPages) -> None:
        self.client_pages = client_pages


def browse(pages: ClientPages) -> httpx.AsyncClient:
    app = Starlette(routes=list(CLIENT_ROUTES))
    app.state.node = _Node(pages)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://songgang")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(PAGE)
    (tmp_path / "console.html").write_bytes(CONSOLE)
    (tmp_path / "assets" / "main-1.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "main-1.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "assets" / "main-1.js.br").write_bytes(b"brotli")
    documents = {f"sha256:{hash_document(DOCUMENT)}": DOCUMENT}
    (tmp_path / "persisted-documents.json").write_text(json.dumps(documents))
    parts = {name: ["main-1.css", f"{name}-1.js"] for name in ("home", "job", "room", "board")}
    (tmp_path / "parts.json").write_text(json.dumps(parts))
    return tmp_path


@pytest.fixture
def client(folder: Path) -> WebClient:
    client = load_web_client(folder)
    assert client is not None
    return client


@pytest.fixture
def http(client: WebClient) -> httpx.AsyncClient:
    return browse(ClientPages(client))


@pytest.mark.parametrize("path", ["/", "/?posting=1", "/live/abc", "/jobs", "/me", "/me/data"])
async def test_every_address_of_the_client_is_its_page(path: str, http: httpx.AsyncClient) -> None:
    answer = await http.get(path)
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == (
        "default-src 'self'; worker-src 'self'; media-src 'self' blob:; connect-src 'self'; "
        "img-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/", "home"),
        ("/?posting=1&session=2", "job"),
        ("/?session=2", "room"),
        ("/live/abc", "room"),
        ("/jobs?shift=DAY", "board"),
    ],
)
async def test_a_page_names_the_styles_and_scripts_of_its_part(
    path: str, part: str, client: WebClient, http: httpx.AsyncClient
) -> None:
    expected = (
        "</assets/main-1.css>; rel=preload; as=style; crossorigin, "
        f"</assets/{part}-1.js>; rel=modulepreload"
    )
    assert (await http.get(path)).headers["link"] == expected
    elsewhere = browse(ClientPages(client, elsewhere="https://jobs.example.org"))
    assert "link" not in (await elsewhere.get(path)).headers


def test_the_build_lists_the_files_of_every_part_with_those_of_the_page_first() -> None:
    built = load_web_client()
    if built is None:
        pytest.skip("the pages are not built: make web")
    assert {"home", "board", "job", "room", "me", "wishes"} <= built.parts.keys()
    named = {name for names in built.parts.values() for name in names}
    assert named <= built.assets.keys()
    for names in built.parts.values():
        assert [name.rpartition(".")[2] for name in names[:2]] == ["css", "js"]
        assert all(name in built.tags for name in names[:2])


async def test_a_page_without_a_known_part_names_no_scripts(http: httpx.AsyncClient) -> None:
    answers = [await http.get(path) for path in ("/me/data", "/console")]
    assert [answer.headers.get("link") for answer in answers] == [None, None]


@pytest.mark.parametrize("elsewhere", [None, "https://jobs.example.org"])
async def test_the_console_is_served_here_also_when_the_pages_are_elsewhere(
    client: WebClient, elsewhere: str | None
) -> None:
    http = browse(ClientPages(client, elsewhere=elsewhere))
    for path in ("/console", "/console/new", "/console/abc/edit"):
        answer = await http.get(path)
        assert (answer.status_code, answer.content) == (200, CONSOLE)
        assert answer.headers["cache-control"] == "no-cache"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_only_the_console_may_open_a_camera_and_send_it_somewhere(client: WebClient) -> None:
    http = browse(ClientPages(client, cameras=["wss://media.example.org"]))
    public, console = await http.get("/live/abc"), await http.get("/console/abc")
    assert console.headers["permissions-policy"] == "camera=(self), microphone=(self)"
    to_cameras = "connect-src 'self' wss://media.example.org;"
    assert to_cameras in console.headers["content-security-policy"]
    assert to_cameras not in public.headers["content-security-policy"]


async def test_media_of_another_server_are_allowed_by_their_origin(client: WebClient) -> None:
    http = browse(ClientPages(client, media=["https://media.example.org"]))
    policy = (await http.get("/")).headers["content-security-policy"]
    assert "media-src 'self' blob: https://media.example.org;" in policy
    assert "connect-src 'self' https://media.example.org;" in policy
    assert "img-src 'self' https://media.example.org;" in policy


async def test_a_page_that_a_browser_knows_is_not_sent_again(http: httpx.AsyncClient) -> None:
    etag = (await http.get("/")).headers["etag"]
    answer = await http.get("/", headers={"if-none-match": f'"other", W/{etag}'})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.0, gzip;q=0", None),
        ("identity", None),
    ],
)
async def test_an_asset_is_sent_in_the_smallest_form_that_is_accepted(
    accepted: str, coding: str | None, http: httpx.AsyncClient
) -> None:
    asked = {"accept-encoding": accepted}
    async with http.stream("GET", "/assets/main-1.js", headers=asked) as answer:
        sent = b"".join([part async for part in answer.aiter_raw()])
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == coding
    expected = {"br": b"brotli", "gzip": gzip.compress(SCRIPT), None: SCRIPT}[coding]
    assert len(sent) == len(expected)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", ["main-2.js", "..%2Findex.html", "main-1.js.br"])
async def test_an_asset_that_does_not_exist_is_not_found(
    name: str, http: httpx.AsyncClient
) -> None:
    assert (await http.get(f"/assets/{name}")).status_code == 404


async def test_people_are_sent_to_a_client_of_somebody_else(client: WebClient) -> None:
    http = browse(ClientPages(client, elsewhere="https://jobs.example.org/app"))
    answer = await http.get("/live/abc?code=1")
    assert answer.status_code == 302
    assert answer.headers["location"] == "https://jobs.example.org/app/live/abc?code=1"


async def test_without_a_build_each_page_says_why_in_both_languages(tmp_path: Path) -> None:
    assert load_web_client(tmp_path) is None
    answer = await browse(ClientPages(None)).get("/jobs")
    assert answer.status_code == 200
    assert "make web" in answer.text
    assert "网页还没有装好" in answer.text
    assert "/graphql" in answer.text


async def test_a_build_that_is_not_whole_is_refused_with_what_to_do(folder: Path) -> None:
    (folder / "persisted-documents.json").unlink()
    with pytest.raises(ValueError, match="build web/ again"):
        load_web_client(folder)


async def test_the_documents_of_the_client_are_known_by_their_digests(client: WebClient) -> None:
    assert client.documents.by_digest(hash_document(DOCUMENT)) == DOCUMENT


async def test_a_page_in_the_place_of_an_error_is_sent_whole_with_its_status(
    client: WebClient,
) -> None:
    async def serve_missing(request: Request) -> Response:
        return ClientPages(client).respond_page(request, status=404)

    app = Starlette(routes=[Route("/", serve_missing)])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://songgang")
    known = {"if-none-match": client.page.etag}
    answer = await http.get("/", headers=known)
    assert (answer.status_code, answer.content) == (404, PAGE)
    assert answer.headers["cache-control"] == "no-store"


def test_the_tags_of_the_client_leave_the_styles_of_a_page_alone_until_the_script_runs(
    folder: Path,
) -> None:
    (folder / "index.html").write_text(
        '<link rel="icon" href="/assets/mark.svg">'
        '<script type="module" src="/assets/main-1.js"></script>'
        '<link rel="stylesheet" href="/assets/main-1.css">'
    )
    client = load_web_client(folder)
    assert client is not None
    assert ClientPages(client).tags == (
        '<script type="module" src="/assets/main-1.js"></script>\n'
        '<link media="not all" data-client rel="stylesheet" href="/assets/main-1.css">\n'
    )
    assert ClientPages(client, elsewhere="https://jobs.example.org").tags == ""
    assert ClientPages(None).tags == ""
