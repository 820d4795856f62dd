"""A film of half an hour that is published as a camera does, faster than it plays."""

from __future__ import annotations

import json
import subprocess

import websockets

from api.media.camera_sockets import SUBPROTOCOL
from api.media.hls_encoder import find_ffmpeg
from tests.web.hosts import Host
from tests.web.visitors import Visitor

_CAMERA_KEY = "... on CameraKeyCreated { cameraUrl cameraKey }"
_SEEK = """(video, second) => new Promise((done) => {
    video.addEventListener("seeked", () => {
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = 1;
        const context = canvas.getContext("2d");
        context.drawImage(video, 0, 0, 1, 1);
        done(context.getImageData(0, 0, 1, 1).data[0]);
    }, { once: true });
    video.currentTime = second;
})"""


def film_half_an_hour() -> bytes:
    """Return a recording as a browser makes it: 15 black minutes, then 15 white ones.

    It has a key frame, and so a segment, in three minutes.
    """
    halves = [f"color={colour}:size=64x36:rate=1:duration=900" for colour in ("black", "white")]
    done = subprocess.run(
        [
            *(find_ffmpeg(), "-loglevel", "error", "-f", "lavfi", "-i", halves[0]),
            *("-f", "lavfi", "-i", halves[1], "-filter_complex", "[0][1]concat=n=2"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "180", "-sc_threshold", "0"),
            *("-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", "pipe:1"),
        ],
        capture_output=True,
        check=True,
    )
    return done.stdout


async def publish(host: Host, session: str, film: bytes) -> None:
    """Send a whole film as a camera does."""
    made = await host.act("createCameraKey", {"sessionId": session}, _CAMERA_KEY)
    protocol = websockets.Subprotocol(SUBPROTOCOL)
    async with websockets.connect(made["cameraUrl"], subprotocols=[protocol]) as socket:
        begin = {"type": "begin", "key": made["cameraKey"], "mimeType": "video/mp4;codecs=avc1"}
        await socket.send(json.dumps(begin))
        assert json.loads(await socket.recv())["type"] == "ready"
        await socket.send(film)
        await socket.send('{"type":"end"}')
        await socket.wait_closed()
        assert socket.close_code == 1000


async def seek(viewer: Visitor, second: int) -> int:
    """Move the video of a page to a second, and return the grey of what it shows there."""
    grey: int = await viewer.page.locator("video").evaluate(_SEEK, second)
    return grey


async def seek_away(viewer: Visitor, second: int) -> None:
    """Move the video of a page to a second, and do not wait for it."""
    await viewer.measure(f"document.querySelector('video').currentTime = {second}")
