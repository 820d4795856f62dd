"""Measures what players take from taps: p99 of taps beside 200 players, and without them.

``.venv/bin/python bench/media.py [--pairs 6] [--players 200] [--record]``; needs Linux. A camera is
on air all the time. Blocks of steady taps with and without players take turns. Exits with 1 if the
p99 beside players is more than 1.2 times that without, or if the players did not keep up with the
picture. See bench/README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from websockets.asyncio.client import ClientConnection

from bench.lead_targets import SUBJECTS, Target, serve_target
from bench.leads import EXPRESS
from bench.machine import Cores, Usage, described
from bench.media_report import find_faults, percentile, ratio
from bench.publisher import Client
from bench.servers import DATABASE, Songgang
from bench.steady_taps import Block
from bench.taps import PHONE
from storage.mongo.client import Mongo
from tests.support.camera_parts import FRAGMENTED, open_camera, run_ffmpeg

RESULTS = Path(__file__).parent / "results" / "media.json"
TAPS_PER_SECOND = 100.0
BLOCK_SECONDS = 15.0
CAMERA = {"size": "640x360", "rate": 25, "kilobits": 1_000}
PART_SECONDS = 0.5
"""How often the camera sends a part; MediaRecorder of the console sends as often."""
RESAMPLES = 2_000
ON_AIR_WITHIN = 30.0
_KEY = """mutation ($id: ID!) { createCameraKey(input: {sessionId: $id}) {
  ... on CameraKeyCreated { cameraUrl cameraKey }
} }"""
_STREAM = "query ($id: ID!) { liveSession(id: $id) { stream { state hlsUrl } } }"


def film(seconds: float) -> bytes:
    """Return a recording as a browser makes it, with a key frame each second."""
    rate, kilobits = CAMERA["rate"], CAMERA["kilobits"]
    source = f"testsrc2=size={CAMERA['size']}:rate={rate}:duration={seconds}"
    return run_ffmpeg(
        *("-f", "lavfi", "-i", source),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", str(rate), "-sc_threshold", "0"),
        *("-b:v", f"{kilobits}k", "-minrate", f"{kilobits}k", "-maxrate", f"{kilobits}k"),
        *("-bufsize", f"{kilobits}k", "-nal-hrd", "cbr", "-pix_fmt", "yuv420p"),
        *(*FRAGMENTED, "-f", "mp4", "pipe:1"),
    )


@asynccontextmanager
async def on_air(target: Target, seconds: float) -> AsyncIterator[str]:
    """Publish a camera in the target's session, and yield the address of its playlist."""
    recording = await asyncio.to_thread(film, seconds)
    host = Client(target.running.ports[0], target.running.host_token)
    made = (await host.ask(_KEY, {"id": target.session}))["createCameraKey"]
    async with open_camera(made["cameraUrl"], made["cameraKey"]) as (socket, told):
        assert told["type"] == "ready", told
        sending = asyncio.create_task(_send(socket, recording, seconds))
        try:
            yield await _find_playlist(host, target.session)
        finally:
            await host.close()
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending


async def _find_playlist(client: Client, session: str) -> str:
    """Return the address of a session's playlist, once it is on air."""
    async with asyncio.timeout(ON_AIR_WITHIN):
        while True:
            stream = (await client.ask(_STREAM, {"id": session}))["liveSession"]["stream"]
            if stream["state"] == "LIVE" and stream["hlsUrl"] is not None:
                return str(stream["hlsUrl"])
            await asyncio.sleep(0.2)


async def _send(socket: ClientConnection, recording: bytes, seconds: float) -> None:
    """Send a recording as fast as it plays."""
    loop = asyncio.get_running_loop()
    began, sent = loop.time(), 0
    while sent < len(recording):
        await asyncio.sleep(PART_SECONDS)
        until = round(len(recording) * (loop.time() - began + PART_SECONDS) / seconds)
        await socket.send(recording[sent:until])
        sent = until


@asynccontextmanager
async def running_script(name: str, *given: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a script of this folder, and end it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"bench.{name}", *given),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def hear(process: asyncio.subprocess.Process) -> Any:
    """Return the next line of a script."""
    assert process.stdout is not None  # it was asked for
    return json.loads(await asyncio.wait_for(process.stdout.readline(), 120))


class Run:
    """One run: its blocks of taps, and what the players read."""

    def __init__(self, target: Target, playlist: str, players: int) -> None:
        self._target = target
        self._playlist = playlist
        self._players = players
        self._phones = 0
        self.times: dict[bool, list[list[float]]] = {False: [], True: []}
        self.played: list[dict[str, int]] = []
        self.media_cpu: list[float] = []

    async def measure(self, pairs: int) -> None:
        """Measure blocks in pairs; every second pair begins with the players."""
        async with running_script("steady_taps") as taps:
            await self._tap(taps, 5.0)
            for number in range(pairs):
                for beside in (False, True) if number % 2 == 0 else (True, False):
                    times = await (self._beside(taps) if beside else self._tap(taps))
                    self.times[beside].append(times)
                    found = (
                        f"p50 {percentile(times, 0.5):.1f} ms, p99 {percentile(times, 0.99):.1f}"
                    )
                    print(f"{self._players if beside else 0} players: {found}", flush=True)

    async def _beside(self, taps: asyncio.subprocess.Process) -> list[float]:
        async with running_script("players", self._playlist, str(self._players)) as players:
            await hear(players)
            media = find_media_process(self._target.running.pids[0])
            before = Usage.of([media])
            times = await self._tap(taps)
            after = Usage.of([media])
            self.media_cpu.append((after.cpu_seconds - before.cpu_seconds) / (after.at - before.at))
            assert players.stdin is not None  # it was asked for
            players.stdin.close()
            self.played.append(await hear(players))
        return times

    async def _tap(
        self, taps: asyncio.subprocess.Process, seconds: float = BLOCK_SECONDS
    ) -> list[float]:
        block = Block(
            url=f"http://127.0.0.1:{self._target.running.ports[0]}/graphql",
            tokens=self._target.devices,
            query=EXPRESS,
            variables={
                "input": {
                    "sessionId": self._target.session,
                    "postingId": self._target.posting,
                    "contact": {"name": "王小明", "phone": PHONE},
                    "consent": {"textVersion": "1"},
                }
            },
            first=self._phones,
            taps_per_second=TAPS_PER_SECOND,
            seconds=seconds,
        )
        self._phones += round(TAPS_PER_SECOND * seconds)
        assert taps.stdin is not None  # it was asked for
        taps.stdin.write(json.dumps(asdict(block)).encode() + b"\n")
        times: list[float] = await hear(taps)
        return times


def find_media_process(service: int) -> int:
    """Return the id of the media process that a service runs."""
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdecimal() and b"media" in (folder / "cmdline").read_bytes():
                status = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(status[1]) == service:
                    return int(folder.name)
    raise ProcessLookupError("the service runs no media process")


def allow_cores(pid: int, cores: Collection[int]) -> None:
    """Let a process with all its threads run on these cores."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


def summed_up(run: Run, pairs: int) -> dict[str, Any]:
    """Return the figures of a run; the interval is a bootstrap over its pairs."""
    drawn = sorted(
        ratio(run.times, random.choices(range(pairs), k=pairs))  # noqa: S311 - chance, no secret
        for _ in range(RESAMPLES)
    )
    figures: dict[str, Any] = {
        "ratio": round(ratio(run.times, range(pairs)), 2),
        "interval": [round(percentile(drawn, share), 2) for share in (0.025, 0.975)],
        "media_cores": round(median(run.media_cpu), 3),
        "segments": sum(each["segments"] for each in run.played),
        "missed": sum(each["missed"] + each["failures"] for each in run.played),
    }
    for beside, name in ((False, "without"), (True, "beside")):
        times = [each for block in run.times[beside] for each in block]
        figures[name] = {
            "taps": len(times),
            **{f"p{share}": round(percentile(times, share / 100), 1) for share in (50, 99)},
        }
    return figures


async def main(given: argparse.Namespace) -> int:
    """Measure, print one line, and return the exit code."""
    # The service, its media process and all clients share all cores, as on the machine of a house.
    everywhere = os.sched_getaffinity(0)
    limits = {
        "SONGGANG_MEDIA_MAX_CAMERAS": "1",
        # All players come from one address, which may have half of the seats, and those of the
        # block before keep theirs for ten seconds.
        "SONGGANG_MEDIA_MAX_VIEWERS": str(4 * given.players),
    }
    seconds = (2 * given.pairs + 1) * (BLOCK_SECONDS + 10)
    async with Songgang.on_own_mongod(Cores.divide(), settings=limits) as songgang:
        mongo = await Mongo.connect(songgang.mongod.uri, DATABASE)
        async with serve_target(SUBJECTS[0], songgang, mongo, Cores.divide()) as target:
            service = target.running.pids[0]
            for pid in (service, find_media_process(service)):
                allow_cores(pid, everywhere)
            async with on_air(target, seconds) as playlist:
                run = Run(target, playlist, given.players)
                await run.measure(given.pairs)
        await mongo.close()
    figures = summed_up(run, given.pairs)
    print(json.dumps(figures))
    if given.record:
        found = {"command": " ".join(sys.argv), "machine": described(), "figures": figures}
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    faults = find_faults(figures, given.players * given.pairs * BLOCK_SECONDS)
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    return int(bool(faults))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=6, help="blocks with and without players")
    parser.add_argument("--players", type=int, default=200)
    parser.add_argument("--record", action="store_true", help="write bench/results/media.json")
    sys.exit(asyncio.run(main(parser.parse_args())))
