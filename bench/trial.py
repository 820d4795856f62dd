"""One trial: a fresh server, its subscribers, and the measurements of both."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.load_connections import Plan
from bench.machine import Cores, Disturbance, Usage
from bench.publisher import Publisher
from bench.servers import Running

FOLLOW = """subscription Follow{number}($session: ID!) {{
  sessionEvents(sessionId: $session) {{
    __typename seq at cursor ... on Announcement {{ body }}
  }}
}}"""
AT_ONCE = 64
"""Concurrent announcements while throughput is measured."""
QUIET_SECONDS = 20.0
"""Seconds without a delivery after which the rest counts as missing."""
SETTLED_SHARE = 0.1
"""The share of a core below which a server counts as idle."""
SETTLE_SECONDS = 60.0
LINE_SECONDS = 900.0
PACE_SECONDS = 0.1
"""Seconds between two events while clients stall."""


class CrowdIncomplete(Exception):
    """A server did not accept all its subscribers; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """The size of a trial."""

    subscribers: int
    paced: int
    """Events at one a second, to measure latency."""
    burst: int
    """Events back to back, to measure throughput."""


class Load:
    """The load generator's process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def of(cls, plan: Plan) -> AsyncIterator[Load]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("load.py")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        load = cls(process)
        load._tell(asdict(plan))
        try:
            yield load
        finally:
            assert process.stdin is not None
            process.stdin.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 5)
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def begin(self, events: int) -> None:
        """Make it count that many events per connection from now on."""
        self._tell({"events": events, "quiet_s": QUIET_SECONDS})
        await self.hear()

    def _tell(self, order: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")

    async def hear(self) -> dict[str, Any]:
        """Return its next line."""
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), LINE_SECONDS)
        if not line:
            raise EOFError("The load generator ended")
        heard: dict[str, Any] = json.loads(line)
        return heard


@dataclass
class Stage:
    """A server with its subscribers, and the cost of connecting them."""

    running: Running
    load: Load
    publisher: Publisher
    readers: int
    connecting: dict[str, float]

    async def paced(self, seconds: float, events: int) -> dict[str, Any]:
        """Publish at a steady rate and report the latencies."""
        await self.load.begin(events)
        await self.publisher.every(seconds, events)
        return self._judged(await self.load.hear(), events)

    async def burst(self, events: int) -> dict[str, Any]:
        """Publish back to back and report the rate from the first sent to the last read."""
        before = Usage.of(self.running.pids)
        await self.load.begin(events)
        first, answered = await self.publisher.back_to_back(events)
        report = self._judged(await self.load.hear(), events)
        seconds = (report["last_us"] - first) / 1e6
        used = Usage.of(self.running.pids).cpu_seconds - before.cpu_seconds
        return {
            **report,
            "seconds": round(seconds, 3),
            "per_s": round(report["deliveries"] / seconds),
            "written_per_s": round(events / ((answered - first) / 1e6)),
            "server_cpu_us": round(used / max(report["deliveries"], 1) * 1e6, 2),
        }

    def _judged(self, report: dict[str, Any], events: int) -> dict[str, Any]:
        missing = events * self.readers - report["deliveries"]
        frame = round(report["bytes"] / max(report["deliveries"], 1))
        return {**report, "events": events, "missing": missing, "frame_bytes": frame}

    async def settle(self) -> None:
        """Wait until the server is idle."""
        await settled(self.running.pids)


async def settled(pids: list[int]) -> None:
    """Wait until the processes hardly use any CPU."""
    before = Usage.of(pids)
    for _ in range(int(SETTLE_SECONDS / 0.5)):
        await asyncio.sleep(0.5)
        now = Usage.of(pids)
        if now.cpu_seconds - before.cpu_seconds < SETTLED_SHARE * (now.at - before.at):
            return
        before = now


@asynccontextmanager
async def stage(
    running: Running, cores: Cores, *, subscribers: int, documents: int = 1, stalled: int = 0
) -> AsyncIterator[Stage]:
    """Connect the subscribers, and return when each of them has received something."""
    plan = Plan(
        ports=running.ports,
        connections=subscribers,
        documents=[FOLLOW.format(number=number) for number in range(documents)],
        variables={"session": running.session_id},
        init=running.init,
        processes=len(cores.others),
        stalled=stalled,
    )
    publisher = Publisher(running.ports[0], running.session_id, running.host_token, at_once=AT_ONCE)
    await settled(running.pids)
    idle = Usage.of(running.pids)
    async with Load.of(plan) as load, publisher:
        opened = await load.hear()
        count = opened["opened"]
        if count < subscribers:
            raise CrowdIncomplete(
                f"{count:,} of {subscribers:,} connections came up: {opened['faults']}"
            )
        connected = Usage.of(running.pids)
        await _until_live(load, publisher)
        await settled(running.pids)
        resident = Usage.of(running.pids).resident_kib - idle.resident_kib
        connecting = {
            "per_s": round(count / opened["seconds"]),
            "cpu_ms": round((connected.cpu_seconds - idle.cpu_seconds) / count * 1_000, 2),
            "kib": round(resident / count, 1),
            "idle_mib": round(idle.resident_kib / 1_024, 1),
        }
        yield Stage(running, load, publisher, subscribers - stalled, connecting)


async def _until_live(load: Load, publisher: Publisher) -> None:
    """Publish, at growing intervals, until every subscriber has received something."""
    live = asyncio.create_task(load.hear())
    pause = 1.0
    while not live.done():
        await publisher.warm_up()
        await asyncio.wait({live}, timeout=pause)
        pause *= 2
    await live


async def crowd(running: Running, cores: Cores, size: Size, *, documents: int) -> dict[str, Any]:
    """Latency at one event a second, then throughput."""
    subscribers = size.subscribers
    async with stage(running, cores, subscribers=subscribers, documents=documents) as staged:
        disturbance = Disturbance(cores, running.pids)
        latency = await staged.paced(1.0, size.paced)
        await staged.settle()
        throughput = await staged.burst(size.burst)
        return {
            "connecting": staged.connecting,
            "latency": latency,
            "throughput": throughput,
            "disturbed": disturbance.share(),
        }


async def stalled_clients(
    running: Running, cores: Cores, *, readers: int, stalled: int, seconds: int
) -> dict[str, Any]:
    """Publish events at a steady rate to readers, among clients that subscribed and never read.

    Whether a stalled client is freed shows in the server's open files: its own side learns nothing.
    """
    async with stage(running, cores, subscribers=readers + stalled, stalled=stalled) as staged:
        watch = Watch(running.pids)
        watching = asyncio.create_task(watch.run(stalled))
        latency = await staged.paced(PACE_SECONDS, int(seconds / PACE_SECONDS))
        watching.cancel()
        await asyncio.wait({watching})
        return {
            "latency": latency,
            "freed": watch.freed,
            "freed_after_s": watch.freed_after,
            "growth_kib": watch.growth_kib,
        }


class Watch:
    """Observes the open files and the memory of a server."""

    def __init__(self, pids: list[int]) -> None:
        self._pids = pids
        self._before = Usage.of(pids)
        self.freed = 0
        """Connections closed since the start."""
        self.freed_after: float | None = None
        """Seconds until the expected number of connections was closed."""
        self.growth_kib = 0
        """The largest growth of its memory."""

    async def run(self, wanted: int) -> None:
        """Sample twice a second, until cancelled."""
        while True:
            now = Usage.of(self._pids)
            self.growth_kib = max(self.growth_kib, now.resident_kib - self._before.resident_kib)
            self.freed = self._before.open_files - now.open_files
            if self.freed_after is None and self.freed >= wanted > 0:
                self.freed_after = round(now.at - self._before.at, 1)
            await asyncio.sleep(0.5)
