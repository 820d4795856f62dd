"""The media process of a service: its address, its start after a kill, and its end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from api.connections.listeners import CannotListen, bind
from api.media.own_process import bind_own_media, run_own_media
from api.settings import Settings
from tests.support.waiting import wait_until

SECRET = "a secret of thirty-two characters"
START_SECONDS = 60.0
"""A process that imports the service, on a machine that is busy. Tests end earlier."""


def read_settings(folder: Path, **given: object) -> Settings:
    own = {"SONGGANG_SECRET": SECRET, "SONGGANG_DATA_DIR": folder, "SONGGANG_PORT": 0}
    return Settings.model_validate({**own, **given})


async def is_there(url: str) -> bool:
    try:
        async with httpx.AsyncClient() as http:
            told = (await http.get(f"{url}/health/live")).json()
            # Two cameras of visitors, and three pictures of the demo.
            return bool(told["maxCameras"] == 5)
    except httpx.TransportError:
        return False


def children() -> set[int]:
    """The processes whose parent is this one."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii")
    return {int(each) for each in listed.split()}


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
async def test_it_is_started_again_after_a_kill_and_ends_with_the_service(tmp_path: Path) -> None:
    before = children()
    with bind_own_media(read_settings(tmp_path, SONGGANG_DEMO=True), 1) as own:
        server = own.settings.camera_server
        assert server is not None
        assert server.camera_url == f"{server.url.replace('http', 'ws')}/camera"
        assert own.settings.stream_rules.origins == (server.url,)
        assert own.settings.camera_origins == (server.url.replace("http", "ws"),)
        async with run_own_media(own):
            await wait_until(lambda: is_there(server.url), START_SECONDS, every=0.1)
            (first,) = children() - before
            os.kill(first, signal.SIGKILL)
            await wait_until(lambda: children() - before - {first}, START_SECONDS, every=0.1)
            await wait_until(lambda: is_there(server.url), START_SECONDS, every=0.1)
        assert children() == before


@pytest.mark.parametrize(
    "given",
    [
        {"SONGGANG_MEDIA_MAX_CAMERAS": 0},
        {"SONGGANG_PUBLIC_URL": "https://jobs.example.org"},
        {"SONGGANG_HOST": "::"},
    ],
)
def test_no_process_is_started_that_nobody_wants_or_reaches(
    tmp_path: Path, given: dict[str, object]
) -> None:
    settings = read_settings(tmp_path, **given)
    with bind_own_media(settings, 1) as own:
        assert own.listener is None
        assert own.settings.camera_server is None


def test_one_that_is_started_apart_is_only_named(tmp_path: Path) -> None:
    settings = read_settings(
        tmp_path,
        SONGGANG_MEDIA_URL="https://jobs.example.org/media/",
        SONGGANG_MEDIA_KEY="the key of both processes",
        SONGGANG_MEDIA_INTERNAL_URL="http://media:8001",
    )
    with bind_own_media(settings, 1) as own:
        server = own.settings.camera_server
        assert own.listener is None
        assert server is not None
        playlist = server.playlist_of("1")
        assert server.camera_url == "wss://jobs.example.org/media/camera"
        internal = server.internal_playlist(playlist)
        assert internal == playlist.replace("https://jobs.example.org/media", "http://media:8001")
        assert server.internal_playlist("https://other.example.org/live/1/index.m3u8") is None


def test_players_of_an_object_store_read_from_there_and_the_service_from_the_process(
    tmp_path: Path,
) -> None:
    settings = read_settings(
        tmp_path,
        SONGGANG_MEDIA_URL="https://jobs.example.org/media",
        SONGGANG_MEDIA_KEY="the key of both processes",
        SONGGANG_MEDIA_INTERNAL_URL="http://media:8001",
        SONGGANG_MEDIA_STORE_URL="https://cdn.example.org/songgang/",
    )
    server = settings.camera_server
    assert server is not None
    playlist = server.playlist_of("1")
    assert playlist.startswith("https://cdn.example.org/songgang/live/")
    assert server.recording_of("2") == "https://cdn.example.org/songgang/recordings/2/index.m3u8"
    before = playlist.replace("https://cdn.example.org/songgang", "https://jobs.example.org/media")
    for url in (playlist, before):  # a session may have begun before the setting
        internal = server.internal_playlist(url)
        assert internal == playlist.replace("https://cdn.example.org/songgang", "http://media:8001")
    assert server.internal_recording("2") == "http://media:8001/recordings/2"
    # Pages may load from both; cameras go to the process.
    assert settings.stream_rules.origins == ("https://jobs.example.org", "https://cdn.example.org")
    assert settings.camera_origins == ("wss://jobs.example.org",)


@pytest.mark.parametrize(
    ("store", "why"),
    [
        ("s3://pictures/songgang", "needs SONGGANG_MEDIA_STORE_URL"),
        ("https://pictures.example.org", "is an address such as s3://bucket/songgang"),
        ("s3://pictures/../other?x", "is an address such as s3://bucket/songgang"),
        ("s3://p", "is an address such as s3://bucket/songgang"),
    ],
)
def test_a_store_without_a_bucket_or_without_its_public_address_is_refused(
    tmp_path: Path, store: str, why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        read_settings(tmp_path, SONGGANG_MEDIA_STORE=store)


def test_behind_a_proxy_its_address_is_the_one_that_is_set(tmp_path: Path) -> None:
    url = "https://jobs.example.org/media"
    settings = read_settings(
        tmp_path, SONGGANG_PUBLIC_URL="https://jobs.example.org", SONGGANG_MEDIA_URL=url
    )
    with bind_own_media(settings, 1) as own:
        server = own.settings.camera_server
        assert own.listener is not None
        assert server is not None
        port = own.listener.getsockname()[1]
        assert (server.url, server.internal_url) == (url, f"http://127.0.0.1:{port}")
    with bind_own_media(settings, 1) as again:
        # The name of a picture outlives the process: the key is that of the secret.
        assert again.settings.media_key == own.settings.media_key


def test_the_next_port_is_taken_or_a_free_one_and_a_set_one_must_be_free(tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        settings = read_settings(tmp_path, SONGGANG_PORT=port - 1)
        with bind_own_media(settings, port - 1) as own:
            assert own.listener is not None
            assert own.listener.getsockname()[1] != port
        refused = bind_own_media(read_settings(tmp_path, SONGGANG_MEDIA_PORT=port), 1)
        with pytest.raises(CannotListen, match="SONGGANG_MEDIA_PORT"), refused:
            pass
