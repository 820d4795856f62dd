"""A camera on air for minutes, and how a viewer sees it: ``python -m tests.web.camera_soak``.

One Chromium publishes its fake camera through the console, with the clock of this machine drawn
on it as bars. Another one plays the room and reads the bars of each frame: so the delay is
measured from the camera to the screen. The exit code says whether the promises were kept.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import typer

from tests.support.third_party_clients import HttpClient
from tests.web.hosts import sign_in_host
from tests.web.studios import Studio, running_studio
from tests.web.test_console import sign_in
from tests.web.visitors import Visitor, missing_parts, running_browser, visiting

MAX_START_SECONDS = 8.0
MAX_DELAY_SECONDS = 6.0
MAX_STALL_SECONDS = 2.0

_BARS = "const BITS = 16, TALL = 24, clock = () => Math.floor(Date.now() / 100) % (1 << BITS);"
"""The clock counts tenths of a second, and begins again after 109 minutes."""
DRAW_CLOCK = f"""{{ {_BARS}
const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
devices.getUserMedia = async (wanted) => {{
    const media = await open(wanted);
    const video = Object.assign(document.createElement("video"), {{srcObject: media, muted: true}});
    await video.play();
    const canvas = Object.assign(document.createElement("canvas"), {{width: 640, height: 360}});
    const pen = canvas.getContext("2d");
    setInterval(() => {{
        pen.drawImage(video, 0, 0, 640, 360);
        const now = clock();
        for (let bit = 0; bit < BITS; bit += 1) {{
            const isOn = (now >> bit) & 1;
            // Each bar has its contrary below: a frame that was not decoded is told by that.
            pen.fillStyle = isOn ? "#fff" : "#000";
            pen.fillRect(bit * 40, 0, 40, TALL);
            pen.fillStyle = isOn ? "#000" : "#fff";
            pen.fillRect(bit * 40, TALL, 40, TALL);
        }}
    }}, 100);
    return new MediaStream([...canvas.captureStream(10).getTracks(), ...media.getAudioTracks()]);
}}; }}"""
READ_CLOCK = f"""{{ {_BARS}
const seen = window.seen = {{ first: 0, last: 0, longest: 0, delays: [] }};
const pen = new OffscreenCanvas(640, 360).getContext("2d", {{willReadFrequently: true}});
const read = (video) => {{
    pen.drawImage(video, 0, 0, 640, 360);
    let shown = 0;
    for (let bit = 0; bit < BITS; bit += 1) {{
        const [above] = pen.getImageData(bit * 40 + 20, TALL / 2, 1, 1).data;
        const [below] = pen.getImageData(bit * 40 + 20, TALL * 1.5, 1, 1).data;
        if (Math.abs(above - below) < 96) return null;
        if (above > below) shown |= 1 << bit;
    }}
    return ((clock() - shown + (1 << BITS)) % (1 << BITS)) / 10;
}};
const look = (video) => {{
    const now = Date.now();
    if (seen.first === 0) seen.first = now;
    else seen.longest = Math.max(seen.longest, (now - seen.last) / 1000);
    seen.last = now;
    const delay = read(video);
    if (delay !== null) seen.delays.push(delay);
    video.requestVideoFrameCallback(() => look(video));
}};
let watched = null;
setInterval(() => {{
    const video = document.querySelector("video");
    if (video === null || video === watched) return;
    watched = video;
    video.requestVideoFrameCallback(() => look(video));
}}, 50); }}"""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one viewer saw. ``start_seconds`` is the time to the first frame."""

    start_seconds: float
    delays: Sequence[float]
    longest_gap_seconds: float

    @property
    def was_as_promised(self) -> bool:
        """Whether the picture came in time, stayed near, and never stood still."""
        return (
            self.start_seconds <= MAX_START_SECONDS
            and max(self.delays) <= MAX_DELAY_SECONDS
            and self.longest_gap_seconds <= MAX_STALL_SECONDS
        )

    def describe(self) -> str:
        """Return the figures in one line."""
        middle, most = statistics.median(self.delays), max(self.delays)
        return (
            f"first frame after {self.start_seconds:.1f} s; behind the camera {middle:.1f} s in "
            f"the middle, {most:.1f} s at most, over {len(self.delays)} frames; longest gap "
            f"between two frames {self.longest_gap_seconds:.2f} s"
        )


async def watch(viewer: Visitor, since: float) -> Seen:
    """Return what a viewer has seen until now. ``since`` is when waiting began, a Unix time."""
    seen = await viewer.measure("seen")
    if not seen["delays"]:
        raise SystemExit("no frame was seen")
    standing = time.time() - seen["last"] / 1000
    return Seen(
        start_seconds=seen["first"] / 1000 - since,
        delays=seen["delays"],
        longest_gap_seconds=max(seen["longest"], standing),
    )


async def publish(studio: Studio, console: Visitor, session: str) -> None:
    """Go on air from the desk of a session."""
    await console.context.add_init_script(DRAW_CLOCK)
    await console.page.goto(f"{studio.demo.url}/console/{session}")
    await sign_in(console, studio.demo.demo_password)
    await console.button("画面").click()
    await studio.go_on_air(console)


async def run(minutes: float) -> bool:
    """Publish and play for so long, print figures, and return whether the promises were kept."""
    async with (
        running_studio(None, "camera_soak") as studio,
        running_browser() as browser,
        HttpClient(studio.demo.url) as http,
        visiting(browser, studio.demo.url) as console,
        visiting(browser, studio.demo.url) as viewer,
    ):
        host = await sign_in_host(http, studio.demo.demo_password)
        session = await host.go_live("摄像头长跑", (await host.jobs())[:1])
        await publish(studio, console, session)
        viewer.media_url = studio.cable.url
        await viewer.context.add_init_script(READ_CLOCK)
        opened_at = time.time()
        await viewer.open(f"/live/{session}")
        until = time.monotonic() + minutes * 60
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(60, left))
            typer.echo((await watch(viewer, opened_at)).describe())
        seen = await watch(viewer, opened_at)
    typer.echo("as promised" if seen.was_as_promised else "NOT as promised")
    return seen.was_as_promised


def main() -> None:
    """Run it; the exit code is 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description="A camera on air, seen by a viewer.")
    parser.add_argument("--minutes", type=float, default=10, help="how long (default: 10)")
    given = parser.parse_args()
    missing = missing_parts()
    if missing:
        raise SystemExit(missing)
    sys.exit(not asyncio.run(run(given.minutes)))


if __name__ == "__main__":
    main()
