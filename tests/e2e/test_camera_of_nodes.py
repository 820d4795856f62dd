"""Two nodes behind a proxy with one media process: a picture is the same whoever is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.media.limits import MediaLimits
from tests.e2e.conftest import PASSWORD, running_nodes
from tests.support.camera_parts import (
    FRAGMENTED,
    KEY,
    decode_frames,
    end_of,
    open_camera,
    run_ffmpeg,
    serving_media,
)
from tests.support.media_programs import find_nginx, free_port, running_proxy
from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient, subscribe
from tests.support.waiting import wait_until
from tests.web.hosts import sign_in_host

CAMERA_KEY = "... on CameraKeyCreated { cameraUrl cameraKey }"
STREAM = "query ($id: ID!) { liveSession(id: $id) { stream { state hlsUrl } } }"
EVENTS = """
subscription ($session: ID!) {
  sessionEvents(sessionId: $session) {
    __typename ... on StreamChanged { stream { state hlsUrl cutOffReason } }
  }
}
"""
CUT_OFF = """
mutation ($session: ID!) {
  cutOffStream(input: { sessionId: $session, reason: "画面播放了无关广告" }) { __typename }
}
"""


@dataclass(frozen=True, kw_only=True)
class House:
    """Two nodes of a demo, and the address of the proxy before them."""

    one: ServerProcess
    other: ServerProcess
    url: str


@pytest.fixture
async def house(mongo_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[House]:
    if find_nginx() is None:
        pytest.skip("nginx is not here: scripts/nginx_rtmp.sh")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    # The demo shows pictures of its own.
    limits = MediaLimits(max_cameras=10, key_check_seconds=0.1, silence_seconds=60.0)
    async with AsyncExitStack() as stack:
        _, media = await stack.enter_async_context(
            serving_media(
                limits,
                SONGGANG_MEDIA_DIR=str(tmp_path / "media"),
                SONGGANG_MEDIA_SERVICE_URL=url,
            )
        )
        one, other = await stack.enter_async_context(
            running_nodes(
                mongo_uri,
                database_name,
                SONGGANG_PROXIES="127.0.0.1",
                SONGGANG_MEDIA_MAX_CAMERAS="1",
                SONGGANG_MEDIA_KEY=KEY,
                SONGGANG_MEDIA_URL=f"{url}/media",
                SONGGANG_MEDIA_INTERNAL_URL=media,
            )
        )
        proxy = running_proxy(tmp_path, port=port, nodes=(one.url, other.url), media=media)
        await stack.enter_async_context(proxy)
        yield House(one=one, other=other, url=url)


def film_in_seconds() -> list[bytes]:
    """Return a minute as a browser records it: the head, and a part for each second."""
    film = run_ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=5", "-t", "60"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", *FRAGMENTED),
        *("-f", "mp4", "pipe:1"),
    )
    head, *seconds = film.split(b"moof")
    # The size of a box stands before its name.
    parts = [head[:-4]]
    size = head[-4:]
    for each in seconds[:-1]:
        parts.append(size + b"moof" + each[:-4])
        size = each[-4:]
    return parts


async def shown(http: HttpClient, session: str) -> dict[str, Any]:
    """Return the picture of a session, as a node tells it."""
    stream: dict[str, Any] = (await http(STREAM, {"id": session}))["liveSession"]["stream"]
    return stream


@pytest.mark.timeout(300)  # it starts two nodes
async def test_a_camera_of_one_node_is_seen_over_both_and_cut_off_over_the_other(
    house: House,
) -> None:
    one, other = house.one, house.other
    async with (
        HttpClient(one.url) as here,
        HttpClient(other.url) as there,
        httpx.AsyncClient() as player,
    ):
        host = await sign_in_host(here, PASSWORD)
        session = await host.go_live("两个节点，一个画面", (await host.jobs())[:1])
        made = await host.act("createCameraKey", {"sessionId": session}, CAMERA_KEY)
        assert made["cameraUrl"] == f"{house.url.replace('http', 'ws')}/media/camera"
        parts = iter(film_in_seconds())
        follow = {"session": session}
        async with (
            subscribe(one.url, await here.enter(), EVENTS, follow) as viewer_here,
            subscribe(other.url, await there.enter(), EVENTS, follow) as viewer_there,
            open_camera(made["cameraUrl"], made["cameraKey"]) as (camera, told),
        ):
            assert told["type"] == "ready"

            async def is_live() -> bool:
                # The camera goes on: a picture that stands still is none.
                await camera.send(next(parts))
                return bool((await shown(there, session))["state"] == "LIVE")

            await wait_until(is_live, 120, every=0.5)
            live = await shown(there, session)
            assert await shown(here, session) == live
            assert live["hlsUrl"].startswith(f"{house.url}/media/live/")
            for viewer in (viewer_here, viewer_there):
                event = await viewer.wait_for("StreamChanged", 60)
                assert (event["stream"]["state"], event["stream"]["hlsUrl"]) == (
                    "LIVE",
                    live["hlsUrl"],
                )
            index = await player.get(live["hlsUrl"])
            folder = live["hlsUrl"].rpartition("/")[0]
            listed = await player.get(f"{folder}/{index.text.splitlines()[-1]}")
            segment = next(line for line in listed.text.splitlines() if line.endswith(".ts"))
            assert decode_frames((await player.get(f"{folder}/{segment}")).content) == 5

            officer = (await there.sign_in("officer", PASSWORD))["accessToken"]
            await there(CUT_OFF, {"session": session}, token=officer)
            for viewer in (viewer_here, viewer_there):
                event = await viewer.wait_for("StreamChanged", 60)
                while event["stream"]["state"] != "ENDED":  # a slow machine loses the picture
                    event = await viewer.wait_for("StreamChanged", 60)
                assert event["stream"]["hlsUrl"] is None
                assert event["stream"]["cutOffReason"] == "画面播放了无关广告"
            assert await end_of(camera) == (4600, "KEY_NOT_VALID")
        assert (await player.get(live["hlsUrl"])).status_code == 404
