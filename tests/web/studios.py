"""A demo whose hosts go on air from the camera of a browser, over a way that can be cut."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import expect

from tests.support.media_programs import free_port
from tests.support.songgang_process import ServerProcess, running_server
from tests.web.cables import Cable, laid_cable
from tests.web.visitors import Visitor

ON_AIR = "● 摄像头画面已播出"
PREVIEW = "预览中，观众还看不到"


@dataclass(frozen=True, kw_only=True)
class Studio:
    """A running demo, and the way of cameras and players to its media process."""

    demo: ServerProcess
    cable: Cable

    async def go_on_air(self, console: Visitor) -> None:
        """Open the camera in a desk, and go on air with it."""
        await console.context.grant_permissions(["camera", "microphone"], origin=self.demo.url)
        await (
            console.page.get_by_role("button", name="打开摄像头")
            .or_(console.button("再试一次"))
            .click()
        )
        await console.has_text(PREVIEW)
        await console.button("用这台设备的摄像头开播").click()
        await console.has_text(ON_AIR)

    async def comes_back(self, console: Visitor) -> None:
        """Cut the way of the camera, and wait until it is on air with another socket."""
        async with console.page.expect_websocket(lambda socket: self.owns(socket.url)):
            self.cable.cut()
        await console.has_text(ON_AIR)

    def owns(self, url: str) -> bool:
        """Return whether an address is one of the media process."""
        return url.partition("://")[2].startswith(self.cable.url.partition("://")[2])


@asynccontextmanager
async def running_studio(uri: str | None, database: str) -> AsyncIterator[Studio]:
    """Run a demo with a media process until the block ends."""
    port = free_port()
    async with (
        laid_cable(f"http://127.0.0.1:{port}") as cable,
        running_server(
            uri,
            database,
            "--demo",
            SONGGANG_MEDIA_MAX_CAMERAS="1",
            SONGGANG_MEDIA_PORT=str(port),
            SONGGANG_MEDIA_URL=cable.url,
        ) as demo,
    ):
        yield Studio(demo=demo, cable=cable)


async def plays_on(viewer: Visitor, seconds: float = 1) -> None:
    """Wait until the picture of a room has played so many more seconds."""
    video = viewer.page.locator("video")
    await expect(video).to_be_visible()
    await video.evaluate(
        """(video, seconds) => new Promise((done) => {
            const until = video.currentTime + seconds;
            video.addEventListener("timeupdate", function look() {
                if (video.currentTime < until) return;
                video.removeEventListener("timeupdate", look);
                done();
            });
        })""",
        seconds,
    )
