"""Cameras of browsers over real sockets and a real ffmpeg: what is played, and every named end."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from api.media.camera_closes import CameraClose
from api.media.limits import MediaLimits
from tests.support.camera_parts import (
    MATROSKA,
    MP4,
    WEBM,
    MediaStudio,
    decode_frames,
    end_of,
    record,
    running_media,
)
from tests.support.waiting import wait_until

READY = {"type": "ready", "maxBitsPerSecond": 8_000_000}
PART = 9_000


def parts(recording: bytes) -> list[bytes]:
    return [recording[at : at + PART] for at in range(0, len(recording), PART)]


@pytest.mark.parametrize("mime_type", [MP4, WEBM, MATROSKA])
async def test_a_recording_is_played_whole(studio: MediaStudio, mime_type: str) -> None:
    session = f"whole {mime_type}"
    async with studio.camera(session, mime_type=mime_type) as socket:
        assert json.loads(await socket.recv()) == READY
        for part in parts(record(mime_type)):
            await socket.send(part)
        await socket.send('{"type":"end"}')
        assert await end_of(socket) == (1000, "")
    segments = await studio.read_segments(session)
    assert sum(map(decode_frames, segments)) == 15
    told = [call[0] for call in studio.service.calls if call[1] == session]
    assert (told[0], told[-1]) == ("publish", "end")


async def test_a_camera_that_comes_back_goes_on_in_the_same_playlist(studio: MediaStudio) -> None:
    for _ in range(2):
        async with studio.camera("back") as socket:
            await socket.recv()
            await socket.send(record(MP4))
            await socket.send('{"type":"end"}')
            assert await end_of(socket) == (1000, "")
    listed = await studio.read_playlist("back")
    lines = listed[listed.index("#EXT-X-DISCONTINUITY") + 1 :]
    assert lines.count("#EXT-X-DISCONTINUITY") == 1
    assert "#EXT-X-ENDLIST" not in lines
    assert sum(map(decode_frames, await studio.read_segments("back"))) == 30


async def test_a_second_camera_of_a_session_replaces_the_first(studio: MediaStudio) -> None:
    async with studio.camera("two") as first:
        await first.recv()
        await first.send(record(MP4))
        async with studio.camera("two") as second:
            assert json.loads(await second.recv()) == READY
            assert await end_of(first) == (CameraClose.CAMERA_REPLACED, "CAMERA_REPLACED")
            assert len(studio.node.cameras.on_air) == 1
            await second.send(record(MP4))
            await second.send('{"type":"end"}')
            assert await end_of(second) == (1000, "")


async def test_more_cameras_than_the_process_takes_are_told(studio: MediaStudio) -> None:
    async with studio.camera("a") as one, studio.camera("b") as other:
        await one.recv()
        await other.recv()
        async with studio.camera("c") as third:
            assert await end_of(third) == (CameraClose.CAMERAS_FULL, "CAMERAS_FULL")
        assert len(studio.node.cameras.on_air) == 2
    await wait_until(lambda: not studio.node.cameras.on_air)


async def test_a_key_that_ends_takes_the_picture_away(studio: MediaStudio) -> None:
    async with studio.camera("cut") as socket:
        await socket.recv()
        await socket.send(record(MP4))
        index = f"{studio.picture('cut')}/index.m3u8"

        async def is_played() -> bool:
            return (await studio.http.get(index)).status_code == 200

        await wait_until(is_played)
        studio.service.admits = False
        try:
            assert await end_of(socket) == (CameraClose.KEY_NOT_VALID, "KEY_NOT_VALID")
        finally:
            studio.service.admits = True
    assert (await studio.http.get(index)).status_code == 404


async def test_a_wrong_key_is_refused_and_leaves_no_folder(studio: MediaStudio) -> None:
    async with studio.camera("wrong", secret="another") as socket:
        assert await end_of(socket) == (CameraClose.KEY_NOT_VALID, "KEY_NOT_VALID")
    assert (await studio.http.get(f"{studio.picture('wrong')}/index.m3u8")).status_code == 404
    assert [call[0] for call in studio.service.calls if call[1] == "wrong"] == ["publish"]


RECORDINGS = {
    "begins in the middle": (record(WEBM)[5_000:], CameraClose.RECORDING_WITHOUT_HEAD),
    "is an MP4 without its first box": (
        record(MP4)[record(MP4).index(b"moof") - 4 :],
        CameraClose.RECORDING_WITHOUT_HEAD,
    ),
    "is an MP4 from the middle of a box": (
        record(MP4)[5_000:],
        CameraClose.RECORDING_WITHOUT_HEAD,
    ),
    "is no recording": (b"GIF89a" * 100, CameraClose.RECORDING_WITHOUT_HEAD),
    "has an unknown codec": (record("a codec nobody knows"), CameraClose.RECORDING_UNKNOWN),
    "has a part that is too long": (bytes(4_000_001), CameraClose.TOO_MANY_BITS),
    "stops in the middle of a frame": (record(MP4)[:-3_000], CameraClose.CAMERA_SILENT),
    "stops in its head": (record(MP4)[:40], CameraClose.CAMERA_SILENT),
}


@pytest.mark.parametrize("what", RECORDINGS)
async def test_a_recording_that_is_not_taken_is_named(studio: MediaStudio, what: str) -> None:
    sent, close = RECORDINGS[what]
    async with studio.camera(what) as socket:
        await socket.recv()
        await socket.send(sent)
        assert await end_of(socket) == (close, close.name)
    await wait_until(lambda: not studio.node.cameras.on_air)


async def test_a_camera_of_fifty_megabits_is_stopped(studio: MediaStudio) -> None:
    async with studio.camera("fast") as socket:
        await socket.recv()
        await socket.send(record(MP4))
        for _ in range(2):
            # A box that players skip (ISO/IEC 14496-12, section 8.1.2).
            await socket.send((3_000_000).to_bytes(4, "big") + b"free" + bytes(2_999_992))
        assert await end_of(socket) == (CameraClose.TOO_MANY_BITS, "TOO_MANY_BITS")


async def test_a_camera_is_told_when_its_ffmpeg_is_killed(studio: MediaStudio) -> None:
    async with studio.camera("killed") as socket:
        await socket.recv()
        await socket.send(record(MP4)[:20_000])
        (camera,) = studio.node.cameras._cameras.values()
        await wait_until(lambda: camera.encoder)
        assert camera.encoder is not None
        os.kill(camera.encoder.pid, signal.SIGKILL)
        await camera.encoder._process.wait()
        await socket.send(record(MP4)[20_000:])
        assert await end_of(socket) == (CameraClose.ENCODER_FAILED, "ENCODER_FAILED")


async def test_a_full_folder_ends_the_camera_that_fills_it(tmp_path: Path) -> None:
    # On a busy machine the folder is looked at late: the camera may be silent until then.
    limits = MediaLimits(folder_check_seconds=0.1, silence_seconds=60.0)
    async with running_media(tmp_path, limits) as studio:
        async with studio.camera("full") as socket:
            await socket.recv()
            await socket.send(record(MP4))
            # A file that has the size of the whole folder, but takes no space on the disk.
            (picture,) = studio.node.cameras.on_air
            with (studio.node.folder.path_of(picture) / "filler").open("wb") as filler:
                filler.truncate(limits.max_folder_bytes)
            assert await end_of(socket) == (CameraClose.STORAGE_FULL, "STORAGE_FULL")
        # The watch deletes the picture now that its camera has left.
        await wait_until(lambda: not studio.node.folder.is_full())


async def test_a_disk_without_space_takes_no_camera(tmp_path: Path) -> None:
    async with running_media(tmp_path, MediaLimits(min_free_bytes=1 << 62)) as studio:
        async with studio.camera() as socket:
            assert await end_of(socket) == (CameraClose.STORAGE_FULL, "STORAGE_FULL")
        assert [call[0] for call in studio.service.calls] == ["publish", "end"]


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{", '{"type":"start"}', '{"type":{}}', "x" * 3_000]
)
async def test_another_first_message_is_refused(studio: MediaStudio, text: str) -> None:
    async with studio.open_socket() as socket:
        await socket.send(text)
        close = CameraClose.MESSAGE_NOT_UNDERSTOOD
        assert await end_of(socket) == (close, close.name)


async def test_a_type_that_is_not_taken_is_refused_before_the_recording(
    studio: MediaStudio,
) -> None:
    async with studio.camera("type", mime_type="video/mp4;codecs=hvc1") as socket:
        close = CameraClose.RECORDING_UNKNOWN
        assert await end_of(socket) == (close, close.name)


async def test_a_camera_may_come_while_the_service_is_away(studio: MediaStudio) -> None:
    studio.service.is_away = True
    try:
        async with studio.camera("away") as socket:
            assert await end_of(socket) == (CameraClose.SERVICE_AWAY, "SERVICE_AWAY")
    finally:
        studio.service.is_away = False
