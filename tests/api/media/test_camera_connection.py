"""One camera: what does not count as a picture, and how much it may send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message
from starlette.websockets import WebSocket

from api.media.camera_closes import CameraClose, CameraRefused
from api.media.camera_connection import ByteRate, CameraConnection
from api.media.hls_encoder import find_ffmpeg
from api.media.limits import MediaLimits
from api.media.service_client import ServiceClient
from tests.support.camera_parts import MP4, record

LIMITS = MediaLimits(max_bits_per_second=80, rate_seconds=5.0)


@pytest.fixture
async def service() -> AsyncIterator[ServiceClient]:
    """A service that is not asked: no test here takes as long as its first check of a key."""
    client = ServiceClient("http://127.0.0.1:9", "a key")
    yield client
    await client.close()


async def close_of(
    parts: Iterable[bytes], service: ServiceClient, folder: Path, limits: MediaLimits
) -> CameraClose:
    """Return how a camera is closed that sends these parts."""
    given_parts = iter(parts)

    async def receive() -> Message:
        await asyncio.sleep(0)
        return {"type": "websocket.receive", "bytes": next(given_parts)}

    async def send(_: Message) -> None:
        return

    camera = CameraConnection(
        WebSocket({"type": "websocket"}, receive, send),
        service,
        folder,
        limits,
        program=find_ffmpeg(),
        session="1",
        secret="a secret",
    )
    # The handshake is not of interest here.
    camera._socket.client_state = camera._socket.client_state.CONNECTED
    with pytest.raises(CameraRefused) as refused:
        await camera.run()
    return refused.value.close


async def test_a_camera_that_sends_only_empty_parts_is_silent(
    tmp_path: Path, service: ServiceClient
) -> None:
    def stand_still() -> Iterable[bytes]:
        while True:
            yield b""

    limits = MediaLimits(silence_seconds=0.05)
    assert await close_of(stand_still(), service, tmp_path, limits) is CameraClose.CAMERA_SILENT


async def test_a_camera_that_never_gives_a_segment_is_ended(
    tmp_path: Path, service: ServiceClient
) -> None:
    recording = record(MP4)
    parts = (recording[at : at + 1] for at in range(len(recording)))
    limits = MediaLimits(first_segment_seconds=0.0)
    assert await close_of(parts, service, tmp_path, limits) is CameraClose.ENCODER_FAILED


@settings(max_examples=50, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=20))
def test_in_no_time_more_is_taken_than_the_rate_and_one_burst(
    steps: list[tuple[int, int]],
) -> None:
    now = 0.0
    rate = ByteRate(LIMITS, lambda: now)
    taken = 0
    for byte_count, pause in steps:
        now += pause
        if not rate.take(byte_count):
            return
        taken += byte_count
        assert taken <= 50 + 10 * now


def test_a_burst_is_taken_once_and_again_after_a_pause() -> None:
    now = 0.0
    rate = ByteRate(replace(LIMITS, rate_seconds=1.0), lambda: now)
    assert rate.take(10)
    now = 1.0
    assert rate.take(10)
    assert not rate.take(1)
