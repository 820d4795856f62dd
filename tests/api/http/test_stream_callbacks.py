"""Calls of media servers: the documented forms of three, twice, in any order, and damaged."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Route
from structlog.testing import capture_logs

from api.app import ROUTES
from api.http.error_responses import http_error_response
from api.http.stream_callbacks import StreamCallbacks
from api.stream_settings import StreamServer
from domain.identity.accounts import Principal
from storage.mongo.errors import StorageUnavailable
from storage.store import Store
from tests.support.services import RunningServices
from tests.support.world import World

KEY = "a key for callbacks"
Form = Callable[[str, str, str, str], bytes]
"""Builds a call about (begin, go on or end), the stream, its key and the connection."""


def nginx_rtmp(what: str, name: str, secret: str, connection: str) -> bytes:
    """As ngx_rtmp_notify_module writes it; what the publisher chose stands at the end."""
    call = {"begin": "publish", "go on": "update_publish", "end": "publish_done"}[what]
    return (
        "app=live&flashver=FMLE/3.0%20(compatible%3B%20Lavf61.1.&swfurl=&"
        "tcurl=rtmp://127.0.0.1:1935/live&pageurl=&addr=127.0.0.1&"
        f"clientid={connection}&call={call}&name={name}&type=live&key={secret}"
    ).encode()


def srs(what: str, name: str, secret: str, connection: str) -> bytes:
    """As the page about HTTP callbacks of SRS shows it."""
    action = {"begin": "on_publish", "end": "on_unpublish"}[what]
    return json.dumps(
        {
            "server_id": "vid-0xk989d",
            "action": action,
            "client_id": connection,
            "ip": "192.168.1.10",
            "vhost": "video.test.com",
            "app": "live",
            "tcUrl": "rtmp://video.test.com/live",
            "stream": name,
            "param": f"?key={secret}",
        }
    ).encode()


def mediamtx(what: str, name: str, secret: str, connection: str) -> bytes:
    """As the page about authentication of MediaMTX shows it; the end by our own command."""
    if what == "end":
        return json.dumps(
            {"action": "unpublish", "path": f"live/{name}", "id": connection}
        ).encode()
    return json.dumps(
        {
            "user": "",
            "password": "",
            "token": "",
            "ip": "127.0.0.1",
            "action": "publish",
            "path": f"live/{name}",
            "protocol": "rtmp",
            "id": connection,
            "query": f"key={secret}",
        }
    ).encode()


def songgang_media(what: str, name: str, secret: str, connection: str) -> bytes:
    """As api.media.service_client writes it."""
    action = {"begin": "publish", "go on": "update", "end": "end"}[what]
    return json.dumps(
        {"action": action, "name": name, "key": secret, "connection": connection}
    ).encode()


FORMS: dict[StreamServer, Form] = {
    StreamServer.NGINX_RTMP: nginx_rtmp,
    StreamServer.SRS: srs,
    StreamServer.MEDIAMTX: mediamtx,
    StreamServer.SONGGANG_MEDIA: songgang_media,
}


@asynccontextmanager
async def serving(
    running: RunningServices, server: StreamServer, key: str | None = KEY
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the route for a process with this media server."""
    routes = [route for route in ROUTES if isinstance(route, Route) and "/stream-" in route.path]
    app = Starlette(routes=routes, exception_handlers={404: http_error_response})
    callbacks = StreamCallbacks(
        running.services.stream_publishing, server, SecretStr(key) if key else None
    )
    app.state.node = SimpleNamespace(stream_callbacks=callbacks)
    transport = httpx.ASGITransport(app)
    url = "http://songgang.test/stream-callbacks"
    async with httpx.AsyncClient(transport=transport, base_url=url, params={"key": KEY}) as http:
        yield http


async def create_secret(world: World) -> str:
    principal: Principal = world.principal(world.host)
    publishing = world.running.services.stream_publishing
    made = await publishing.create_key(principal, world.live.id)
    return made.stream_key.partition("?key=")[2]


async def read_publisher(store: Store, world: World) -> str:
    found = await store.live_sessions.by_id(world.live.id)
    assert found is not None
    return found.stream.publisher


@pytest.mark.parametrize("server", FORMS, ids=str)
async def test_the_documented_calls_admit_by_the_key_and_note_the_end(
    running: RunningServices, world: World, server: StreamServer
) -> None:
    form, secret, store = FORMS[server], await create_secret(world), running.store
    name = world.live.id
    async with serving(running, server) as http:

        async def call(what: str, secret: str, connection: str) -> int:
            answer = await http.post(server.value, content=form(what, name, secret, connection))
            if answer.status_code == 200:
                is_told = server is StreamServer.SONGGANG_MEDIA and what != "end"
                assert answer.json() == {"code": 0} | ({"recording": ""} if is_told else {})
            return answer.status_code

        with capture_logs() as logs:
            assert await call("begin", "wrong", "1") == 403
            assert await call("end", "wrong", "1") == 200
            assert await read_publisher(store, world) == ""
            for connection in ("1", "1", "2"):
                assert await call("begin", secret, connection) == 200
            assert await call("end", secret, "1") == 200  # the end of the first comes late
            assert await read_publisher(store, world) == "2"
            for _ in range(2):
                assert await call("end", secret, "2") == 200
            assert await read_publisher(store, world) == ""
        assert secret not in str(logs)


async def test_our_media_process_is_told_what_may_be_kept(
    running: RunningServices, world: World
) -> None:
    secret, recordings = await create_secret(world), running.services.recording_control
    form, host = FORMS[StreamServer.SONGGANG_MEDIA], world.principal(world.host)

    async with serving(running, StreamServer.SONGGANG_MEDIA) as http:

        async def ask(what: str) -> str:
            sent = form(what, world.live.id, secret, "1")
            told: str = (await http.post("songgang-media", content=sent)).json()["recording"]
            return told

        assert await ask("begin") == ""
        consented = await recordings.record_consent(host, world.live.id, "1")
        assert consented.recording is not None
        assert await ask("go on") == consented.recording.name
        await recordings.delete(host, world.live.id, "主播撤回了同意")
        assert await ask("go on") == ""


async def test_a_publisher_cannot_speak_for_another_stream_or_connection(
    running: RunningServices, world: World
) -> None:
    secret = await create_secret(world)
    async with serving(running, StreamServer.NGINX_RTMP) as http:
        body = nginx_rtmp("begin", "elsewhere", secret, "1")
        body += f"&name={world.live.id}&clientid=2&call=publish_done".encode()
        assert (await http.post("nginx-rtmp", content=body)).status_code == 403
    assert await read_publisher(running.store, world) == ""


async def test_what_goes_on_is_refused_once_its_key_has_ended(
    running: RunningServices, world: World
) -> None:
    secret = await create_secret(world)
    going_on = nginx_rtmp("go on", world.live.id, secret, "1")
    async with serving(running, StreamServer.NGINX_RTMP) as http:
        assert (await http.post("nginx-rtmp", content=going_on)).status_code == 200
        # The call that said that it began was lost: this one says so, too.
        assert await read_publisher(running.store, world) == "1"
        await create_secret(world)
        assert (await http.post("nginx-rtmp", content=going_on)).status_code == 403


async def test_without_the_database_a_picture_goes_on_and_none_begins(
    running: RunningServices, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await create_secret(world)

    async def fail(_: str) -> None:
        raise StorageUnavailable

    monkeypatch.setattr(running.store.live_sessions, "by_id", fail)
    async with serving(running, StreamServer.NGINX_RTMP) as http:
        for what, status in (("begin", 503), ("go on", 200)):
            body = nginx_rtmp(what, world.live.id, secret, "1")
            assert (await http.post("nginx-rtmp", content=body)).status_code == status


@pytest.mark.parametrize("server", FORMS, ids=str)
@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"[]", b"{", b"null", b"1", b"a=1&" * 100, b'{"action": {}}', b"{}"],
)
async def test_other_bodies_change_nothing(
    running: RunningServices, world: World, server: StreamServer, body: bytes
) -> None:
    async with serving(running, server) as http:
        assert (await http.post(server.value, content=body)).status_code in {200, 400, 403}
    assert await read_publisher(running.store, world) == ""


@pytest.mark.parametrize(
    ("action", "status"),
    [("read", 200), ("playback", 200), ("api", 403), ("metrics", 403), ("pprof", 403), ("", 403)],
)
async def test_readers_are_admitted_and_nobody_to_the_control_of_the_media_server(
    running: RunningServices, action: str, status: int
) -> None:
    async with serving(running, StreamServer.MEDIAMTX) as http:
        answer = await http.post("mediamtx", json={"action": action, "path": "x"})
        assert answer.status_code == status


@pytest.mark.parametrize("key", ["", "wrong", "长" * 2_000])
async def test_a_call_without_the_key_is_refused(
    running: RunningServices, world: World, key: str
) -> None:
    secret = await create_secret(world)
    async with serving(running, StreamServer.NGINX_RTMP) as http:
        body = nginx_rtmp("begin", world.live.id, secret, "1")
        assert (await http.post("nginx-rtmp", content=body, params={"key": key})).status_code == 403
    assert await read_publisher(running.store, world) == ""


async def test_another_media_server_is_not_found(running: RunningServices) -> None:
    async with serving(running, StreamServer.SRS) as http:
        assert (await http.post("mediamtx", content=b"{}")).status_code == 404
    async with serving(running, StreamServer.SRS, None) as http:
        assert (await http.post("srs", content=b"{}")).status_code == 404
