"""A disk that fills while a picture is made: a named end, and a picture again with room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from api.media.camera_closes import CameraClose
from domain.live.media_servers import format_stream_key, name_picture
from tests.support.camera_parts import (
    KEY,
    MP4,
    SECRET,
    AdmittingService,
    decode_frames,
    end_of,
    open_camera,
    record,
)
from tests.support.full_disks import TmpfsDisk, find_unshare, on_own_disk, own_disk_of
from tests.support.songgang_process import build_environment, command_of
from tests.support.waiting import wait_until

DISK_MEGABYTES = 80
"""More than the 64 MiB that have to stay free."""
RECORDING = "a" * 32
STREAM_KEY = format_stream_key("1", SECRET)
SERVICE = {"authorization": f"Bearer {KEY}"}


@asynccontextmanager
async def media_on_small_disk(
    unshare: str, folder: Path, service: AdmittingService
) -> AsyncIterator[tuple[str, TmpfsDisk]]:
    """Run ``songgang media`` with a disk of its own; yield its address and that disk."""
    given = {
        "SONGGANG_MEDIA_KEY": KEY,
        "SONGGANG_MEDIA_DIR": str(folder),
        "SONGGANG_MEDIA_PORT": "0",
        "SONGGANG_MEDIA_MAX_CAMERAS": "1",
        "SONGGANG_MEDIA_SERVICE_URL": service.url,
    }
    process = await asyncio.create_subprocess_exec(
        *(*on_own_disk(unshare, folder, DISK_MEGABYTES), *command_of("media")),
        env=build_environment(None, "unused", given),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None  # it was asked for
        ready = (await process.stdout.readline()).decode()
        yield ready.split()[-1], own_disk_of(process.pid, folder)
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.timeout(300)  # it starts a process
async def test_a_disk_that_fills_ends_the_camera_by_name_and_takes_it_again_with_room(
    tmp_path: Path,
) -> None:
    unshare = find_unshare()
    if unshare is None:
        pytest.skip("no process may have mounts of its own here")
    whole = record(MP4)
    last = whole.rindex(b"moof") - 4
    async with (
        AdmittingService() as service,
        media_on_small_disk(unshare, tmp_path, service) as (url, disk),
        httpx.AsyncClient(base_url=url) as http,
    ):
        service.recording = RECORDING
        cameras, picture = f"{url.replace('http', 'ws')}/camera", f"/live/{name_picture(KEY, '1')}"

        async def is_on_air() -> bool:
            return (await http.get(f"{picture}/index.m3u8", headers=SERVICE)).status_code == 200

        async def read_whole(playlist: str) -> list[bytes]:
            listed = await http.get(playlist, headers=SERVICE)
            names = [line for line in listed.text.splitlines() if line.endswith(".ts")]
            folder = playlist.rpartition("/")[0]
            return [(await http.get(f"{folder}/{name}")).content for name in names]

        async with open_camera(cameras, STREAM_KEY) as (socket, told):
            assert told["type"] == "ready"
            await socket.send(whole[:last])
            await wait_until(is_on_air, 60, every=0.05)
            disk.fill()
            await socket.send(whole[last:])
            assert await end_of(socket) == (CameraClose.STORAGE_FULL, "STORAGE_FULL")
        # Its picture goes, and nobody new is taken. Who asks is answered.
        await wait_until(lambda: is_gone(http, picture), 60, every=0.05)
        async with open_camera(cameras, STREAM_KEY) as (_, told):
            assert told["code"] == "STORAGE_FULL"
        assert (await http.get("/health/live")).json()["cameras"] == 0

        disk.make_room()
        service.recording = RECORDING.replace("a", "b")
        async with open_camera(cameras, STREAM_KEY) as (socket, told):
            assert told["type"] == "ready"
            await socket.send(whole)
            await socket.send('{"type":"end"}')
            assert await end_of(socket) == (1000, "")
        for playlist in (f"{picture}/index.m3u8", f"/recordings/{service.recording}/index.m3u8"):
            assert sum(map(decode_frames, await read_whole(playlist))) == 15


async def is_gone(http: httpx.AsyncClient, picture: str) -> bool:
    """Return whether nothing of a picture is served any more."""
    return (await http.get(f"{picture}/index.m3u8", headers=SERVICE)).status_code == 404
