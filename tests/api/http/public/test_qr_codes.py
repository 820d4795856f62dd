"""QR code images and the redirect of a scan, answered by a real server."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import segno

from domain.live.qr_codes import CodeKind, encode_token
from storage.mongo.client import Mongo, new_id
from storage.mongo.crypto import derive_key
from tests.support.songgang_process import ServerProcess, running_server
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until

SECRET = "a secret of the codes' tests"
PUBLIC_URL = "https://jobs.example.org/live"
CREATE = """
mutation ($session: ID!, $posting: ID) {
  createCode(input: {sessionId: $session, postingId: $posting, label: "海报"}) {
    ... on CodeCreated { qrCode { id token url imageUrl } } ... on UserError { message }
  }
}
"""
CODES = "{ codes(first: 100) { edges { node { kind label scans interests posting { id } } } } }"
TAP = """
mutation ($posting: ID!, $code: String!) {
  expressInterest(input: {
    postingId: $posting, contact: {name: "李小红", phone: "14487654321"},
    consent: {textVersion: "1"}, source: POSTING_QR, code: $code
  }) { ... on InterestRecorded { lead { source } } ... on UserError { message code } }
}
"""
COUNTS = "query ($id: ID!) { node(id: $id) { ... on Code { scans } } }"
POSTINGS = (
    "query ($id: ID!) { liveSession(id: $id) { postings(first: 1) { edges { node { id } } } } }"
)


@dataclass(frozen=True)
class Made:
    """A code of the demo's session, and the token of the account that created it."""

    server: ServerProcess
    token: str
    code: dict[str, str]
    posting: str

    async def scans(self) -> int:
        async with HttpClient(self.server.url) as http:
            data = await http(COUNTS, {"id": self.code["id"]}, token=self.token)
        count: int = data["node"]["scans"]
        return count


@pytest.fixture(scope="module")
async def server(mongo_uri: str) -> AsyncIterator[ServerProcess]:
    name = f"test_{new_id()}"
    async with running_server(
        mongo_uri, name, "--demo", SONGGANG_SECRET=SECRET, SONGGANG_PUBLIC_URL=f"{PUBLIC_URL}/"
    ) as server:
        yield server
    mongo = await Mongo.connect(mongo_uri, name)
    await mongo.drop_database()
    await mongo.close()


@pytest.fixture
async def made(server: ServerProcess) -> Made:
    async with HttpClient(server.url) as http:
        token = (await http.sign_in("host", server.demo_password))["accessToken"]
        session = server.live_session
        found: Any = (await http(POSTINGS, {"id": session}))["liveSession"]
        posting = found["postings"]["edges"][0]["node"]["id"]
        answer = await http(CREATE, {"session": session, "posting": posting}, token=token)
    return Made(server, token, answer["createCode"]["qrCode"], posting)


@pytest.fixture
async def http(server: ServerProcess) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        yield http


def forge_token(token: str) -> str:
    """Return the token with its last character changed."""
    return token[:-1] + ("A" if token[-1] != "A" else "B")


async def test_a_scan_leads_to_the_session_and_posting_of_the_code(
    made: Made, http: httpx.AsyncClient
) -> None:
    token = made.code["token"]
    assert made.code["url"] == f"{PUBLIC_URL}/q/{token}"
    response = await http.get(f"/q/{token}")
    assert response.status_code == 302
    led_to = httpx.URL(made.code["url"]).join(response.headers["location"])
    assert str(led_to).startswith(f"{PUBLIC_URL}/?")
    assert dict(led_to.params) == {
        "session": made.server.live_session,
        "posting": made.posting,
        "code": token,
    }
    assert response.headers["cache-control"] == "no-store"


async def test_a_scan_is_counted_and_a_head_request_is_not(
    made: Made, http: httpx.AsyncClient
) -> None:
    path = f"/q/{made.code['token']}"
    await http.head(path)
    await asyncio.gather(*(http.get(path) for _ in range(50)))

    async def counted() -> bool:
        return await made.scans() == 50

    await wait_until(counted)


async def test_the_code_on_a_job_page_leads_to_it_and_is_counted(
    server: ServerProcess, http: httpx.AsyncClient
) -> None:
    async with HttpClient(server.url) as api:
        officer = (await api.sign_in("officer", server.demo_password))["accessToken"]
        found = await api("{ postings(first: 1) { edges { node { id title } } } }")
        posting = found["postings"]["edges"][0]["node"]
        shown = (await http.get(f"/jobs/{posting['id']}")).text
        (token,) = set(re.findall(r"codes/([\w-]{32})\.svg", shown))
        assert (await http.get(f"/codes/{token}.svg?scale=4")).status_code == 200
        assert (await http.head(f"/q/{token}")).status_code == 302
        assert "PAGE" not in str(await api(CODES, token=officer))
        for _ in range(2):
            led_to = httpx.URL((await http.get(f"/q/{token}")).headers["location"])
            assert dict(led_to.params) == {"posting": posting["id"], "code": token}
        viewer = await api.enter()
        tapped = await api(TAP, {"posting": posting["id"], "code": token}, token=viewer)
        assert tapped["expressInterest"]["lead"]["source"] == "POSTING_QR"

        async def counted() -> bool:
            listed = await api(CODES, token=officer)
            (code,) = [
                edge["node"]
                for edge in listed["codes"]["edges"]
                if edge["node"]["posting"] == {"id": posting["id"]}
            ]
            assert (code["kind"], code["label"]) == ("PAGE", posting["title"])
            return bool((code["scans"], code["interests"]) == (2, 1))

        await wait_until(counted, every=0.05)


async def test_somebody_who_scans_a_code_of_nobody_gets_a_page_and_not_json(
    server: ServerProcess,
) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        page = await http.get("/q/nothing", headers=browser)
        assert page.status_code == 404
        assert page.headers["content-type"].startswith("text/html")
        answer = await http.get("/q/nothing", headers={"accept": "application/json"})
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/q/{}", "/codes/{}.svg", "/codes/{}.png"])
async def test_a_forged_token_is_a_404_that_says_what_to_do(
    path: str, made: Made, http: httpx.AsyncClient
) -> None:
    never_stored = encode_token(CodeKind.SESSION, new_id(), derive_key(SECRET, "code"))
    wrong = [forge_token(made.code["token"]), "x", "A" * 32, "A" * 5_000]
    for token in [*wrong, never_stored] if path == "/q/{}" else wrong:
        response = await http.get(path.format(token))
        assert response.status_code == 404
        assert response.json()["error"].endswith("Scan it again.")


@pytest.mark.parametrize(("form", "media_type"), [("svg", "image/svg+xml"), ("png", "image/png")])
@pytest.mark.parametrize("scale", [None, 1, 20])
async def test_the_picture_is_the_qr_code_of_the_public_address(
    form: str, media_type: str, scale: int | None, made: Made, http: httpx.AsyncClient
) -> None:
    expected = io.BytesIO()
    wanted = segno.make(f"{PUBLIC_URL}/q/{made.code['token']}", error="m", micro=False)
    wanted.save(expected, kind=form, scale=scale or 8)
    parameters = {} if scale is None else {"scale": scale}
    for _ in range(2):
        response = await http.get(f"/codes/{made.code['token']}.{form}", params=parameters)
        assert response.status_code == 200
        assert response.headers["content-type"] == media_type
        assert response.headers["cache-control"] == "public, max-age=86400"
        assert response.content == expected.getvalue()


@pytest.mark.parametrize("scale", ["0", "21", "-1", "1.5", "x", "", "９", "1" * 1_000])
async def test_the_scale_of_a_picture_is_limited(
    scale: str, made: Made, http: httpx.AsyncClient
) -> None:
    response = await http.get(f"/codes/{made.code['token']}.png", params={"scale": scale})
    assert response.status_code == 400
    assert response.json() == {"error": "scale is a whole number from 1 to 20."}


@pytest.mark.parametrize("ending", ["", ".", ".gif", ".svg.pdf"])
async def test_a_picture_is_svg_or_png(ending: str, made: Made, http: httpx.AsyncClient) -> None:
    response = await http.get(f"/codes/{made.code['token']}{ending}")
    assert response.status_code == 404


async def test_waiting_scans_are_stored_when_the_server_stops(
    mongo_uri: str, database_name: str
) -> None:
    async with running_server(mongo_uri, database_name, "--demo", SONGGANG_SECRET=SECRET) as server:
        async with HttpClient(server.url) as http:
            token = (await http.sign_in("host", server.demo_password))["accessToken"]
            answer = await http(CREATE, {"session": server.live_session}, token=token)
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as scanning:
            for _ in range(3):
                await scanning.get(f"/q/{answer['createCode']['qrCode']['token']}")
        await server.stop()
    mongo = await Mongo.connect(mongo_uri, database_name)
    (stored,) = await mongo["codes"].find({}).to_list(2)
    await mongo.close()
    assert stored["scans"] == 3
