"""A film of half an hour that is published as a camera does, faster than it plays."""

from __future__ import annotations

from tests.support.camera_parts import FRAGMENTED, open_camera, run_ffmpeg
from tests.support.waiting import wait_until
from tests.web.hosts import Host
from tests.web.visitors import Visitor

_CAMERA_KEY = "... on CameraKeyCreated { cameraUrl cameraKey }"
_RECORDED = "query ($id: ID!) { sessionRecording(sessionId: $id) { durationSeconds } }"
_ALL_BUT_THE_LAST_SECONDS = 1_620
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
    return run_ffmpeg(
        *("-f", "lavfi", "-i", halves[0], "-f", "lavfi", "-i", halves[1]),
        *("-filter_complex", "[0][1]concat=n=2"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "180", "-sc_threshold", "0"),
        *(*FRAGMENTED, "-f", "mp4", "pipe:1"),
    )


async def publish(host: Host, session: str, film: bytes) -> None:
    """Send a whole film as a camera does, which comes back when the service was busy."""
    made = await host.act("createCameraKey", {"sessionId": session}, _CAMERA_KEY)
    while not await _publish(made["cameraUrl"], made["cameraKey"], host, session, film):
        pass


async def _publish(url: str, key: str, host: Host, session: str, film: bytes) -> bool:
    async def is_recorded() -> bool:
        data = await host.http(_RECORDED, {"id": session}, token=host.token)
        seconds: int = data["sessionRecording"]["durationSeconds"]
        return seconds >= _ALL_BUT_THE_LAST_SECONDS

    async with open_camera(url, key) as (socket, told):
        if told.get("code") == "SERVICE_AWAY":
            return False
        assert told["type"] == "ready", told
        await socket.send(film)
        # The end leaves ffmpeg time for the last segment only.
        await wait_until(is_recorded, 60, every=0.2)
        await socket.send('{"type":"end"}')
        await socket.wait_closed()
        assert socket.close_code == 1000
    return True


async def seek(viewer: Visitor, second: int) -> int:
    """Move the video of a page to a second, and return the grey of what it shows there."""
    grey: int = await viewer.page.locator("video").evaluate(_SEEK, second)
    return grey


async def seek_away(viewer: Visitor, second: int) -> None:
    """Move the video of a page to a second, and do not wait for it."""
    await viewer.measure(f"document.querySelector('video').currentTime = {second}")
