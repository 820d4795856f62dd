"""A real nginx-rtmp and a real ffmpeg: keys are asked for, and viewers learn of every change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.graphql_clients import WebSocketClient, open_websocket
from tests.support.media_programs import find_nginx, free_port, publishing, running_nginx
from tests.support.songgang_process import ServerProcess, running_server
from tests.support.third_party_clients import HttpClient

CALLBACK_KEY = "key-of-the-media-server"
CREATE_KEY = """
mutation ($session: ID!) {
  createStreamKey(input: { sessionId: $session }) {
    ... on StreamKeyCreated { ingestUrl streamKey } ... on UserError { message }
  }
}
"""
CUT_OFF = """
mutation ($session: ID!) {
  cutOffStream(input: { sessionId: $session, reason: "画面播放了无关广告" }) { __typename }
}
"""
EVENTS = """
subscription ($id: ID!) {
  sessionEvents(sessionId: $id) {
    ... on StreamChanged { seq stream { state hlsUrl startedAt latency cutOffReason } }
  }
}
"""


@dataclass(frozen=True, kw_only=True)
class Studio:
    """The demo's session, with a media server beside the service."""

    server: ServerProcess
    http: HttpClient
    playlist: str

    async def sign_in(self, username: str) -> str:
        signed_in = await self.http.sign_in(username, self.server.demo_password)
        token: str = signed_in["accessToken"]
        return token

    async def create_key(self) -> str:
        """Make a new stream key; return the whole address to publish to."""
        host = await self.sign_in("host")
        data = await self.http(CREATE_KEY, {"session": self.server.live_session}, token=host)
        made = data["createStreamKey"]
        return f"{made['ingestUrl']}/{made['streamKey']}"


@pytest.fixture
async def studio(mongo_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[Studio]:
    if find_nginx() is None:
        pytest.skip("nginx with libnginx-mod-rtmp is not here: scripts/nginx_rtmp.sh")
    rtmp_port, http_port = free_port(), free_port()
    hls = f"http://127.0.0.1:{http_port}/hls"
    async with running_server(
        mongo_uri,
        database_name,
        "--demo",
        SONGGANG_STREAM_SERVER="nginx-rtmp",
        SONGGANG_STREAM_INGEST_URL=f"rtmp://127.0.0.1:{rtmp_port}/live",
        SONGGANG_STREAM_HLS_URL=f"{hls}/{{name}}.m3u8",
        SONGGANG_STREAM_CALLBACK_KEY=CALLBACK_KEY,
    ) as server:
        callbacks = f"{server.url}/stream-callbacks/nginx-rtmp?key={CALLBACK_KEY}"
        async with (
            running_nginx(tmp_path, rtmp_port=rtmp_port, http_port=http_port, callbacks=callbacks),
            HttpClient(server.url) as http,
        ):
            yield Studio(server=server, http=http, playlist=hls)


async def receive(viewer: WebSocketClient) -> dict[str, Any]:
    """Return the next change of the picture, with its number."""
    event = await viewer.receive_event("1")
    stream: dict[str, Any] = event["stream"]
    return stream | {"seq": event["seq"]}


async def test_a_key_is_asked_for_and_viewers_learn_of_every_change(studio: Studio) -> None:
    session, url = studio.server.live_session, await studio.create_key()
    token = await studio.http.enter()
    socket = studio.server.url.replace("http", "ws") + "/graphql"
    async with open_websocket(socket) as viewer:
        await viewer.initialise(token)
        await viewer.subscribe_live("1", EVENTS, id=session)

        async with publishing(f"{url}x") as refused:
            assert await refused.wait() != 0  # a wrong key

        async with publishing(url):
            live = await receive(viewer)
            assert live["state"] == "LIVE"
            assert live["hlsUrl"].startswith(studio.playlist)
            assert live["latency"] == 3
        lost = await receive(viewer)  # ffmpeg was killed
        assert (lost["state"], lost["startedAt"]) == ("INTERRUPTED", live["startedAt"])

        async with publishing(url) as replaced:
            back = await receive(viewer)
            assert (back["state"], back["startedAt"]) == ("LIVE", live["startedAt"])
            new_url = await studio.create_key()
            assert await replaced.wait() != 0  # its key has ended
        async with publishing(url) as refused:
            assert await refused.wait() != 0  # the old key

        async with publishing(new_url) as cut_off:
            officer = await studio.sign_in("officer")
            await studio.http(CUT_OFF, {"session": session}, token=officer)
            ended = await receive(viewer)
            while ended["state"] != "ENDED":  # a slow machine may have lost the picture between
                ended = await receive(viewer)
            assert (ended["hlsUrl"], ended["cutOffReason"]) == (None, "画面播放了无关广告")
            assert await cut_off.wait() != 0
    assert [each["seq"] for each in (lost, back)] == [live["seq"] + 1, live["seq"] + 2]
