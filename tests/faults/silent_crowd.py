"""24,000 silent connections of one address and 30 MB of headers, while somebody follows a room."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from pathlib import Path

from tests.faults.fault_runs import FaultRun, main
from tests.faults.rigs import RunSize, full
from tests.faults.verdict import Verdict
from tests.support.graphql_clients import open_websocket
from tests.support.songgang_process import ServerProcess, running_server
from tests.support.third_party_clients import HttpClient

NAME = "silent_crowd"
DATABASE = "songgang"
AT_ONCE = 1_000
"""Silent connections that come together. ``times`` says how often."""
MAX_KEPT = 12_000
"""Connections that this process keeps open: the service has ended the older ones."""
HEADER = b"x-padding: %s\r\n" % (b"y" * 1_000)
LONG_HEADER_BYTES = 40_000
ENDLESS_HEADER_BYTES = 30_000_000
MAX_GROWTH_MIB = 250
"""Memory that the crowd may cost: 4,000 connections of one address, and some answers."""
EVENTS = "subscription ($session: ID!) { sessionEvents(sessionId: $session) { __typename } }"


async def run(size: RunSize) -> Verdict:
    """Connect and say nothing; enter a room and ask after each thousand."""
    began = time.monotonic()
    problems: list[str] = []
    slowest = 0.0
    async with running_server(None, DATABASE, "--demo") as server:
        before = _read_memory(server.pid)
        crowd: deque[asyncio.StreamWriter] = deque()
        try:
            for _ in range(size.times):
                await _connect_silently(server, crowd)
                slowest = max(slowest, await _enter_a_room(server))
            _, refusal = await _send_headers(server, LONG_HEADER_BYTES)
            taken, _ = await _send_headers(server, ENDLESS_HEADER_BYTES)
            after = _read_memory(server.pid)
            slowest = max(slowest, await _enter_a_room(server))
        finally:
            for writer in crowd:
                writer.close()
        server.check_alive()
    if b" 431 " not in refusal:
        problems.append(f"long headers were answered with {refusal[:40]!r}, not 431")
    if taken >= ENDLESS_HEADER_BYTES:
        problems.append("headers without an end were taken")
    if after - before > MAX_GROWTH_MIB:
        problems.append(f"memory grew from {before:.0f} to {after:.0f} MiB")
    return Verdict(
        run=NAME,
        seconds=time.monotonic() - began,
        acknowledged=0,
        viewers=1,
        longest_delay=slowest,
        longest_answer=slowest,
        problems=problems,
        figures={
            "silent connections": size.times * AT_ONCE,
            "bytes of endless headers taken": taken,
            "memory before MiB": round(before),
            "memory after MiB": round(after),
            "slowest way into the room s": round(slowest, 2),
        },
    )


async def _connect_silently(server: ServerProcess, crowd: deque[asyncio.StreamWriter]) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    for _ in range(AT_ONCE):
        _, writer = await asyncio.open_connection(host, int(port))
        crowd.append(writer)
        if len(crowd) > MAX_KEPT:
            crowd.popleft().close()


async def _enter_a_room(server: ServerProcess) -> float:
    """Enter as a viewer and follow the room until its first event; return the seconds."""
    began = time.monotonic()
    async with HttpClient(server.url) as http:
        token = await http.enter()
    async with open_websocket(server.websocket_url, open_timeout=60) as connected:
        await connected.initialise(token)
        await connected.subscribe("1", EVENTS, session=server.live_session)
        message = await connected.receive()
        assert message["type"] == "next", message
    return time.monotonic() - began


async def _send_headers(server: ServerProcess, length: int) -> tuple[int, bytes]:
    """Send headers of so many bytes that never end.

    Return how many bytes the service took before it closed, and the line that it answered, which
    a client that goes on sending loses.
    """
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /graphql HTTP/1.1\r\nHost: a\r\n")
    sent = 0
    try:
        while sent < length:
            writer.write(HEADER)
            await writer.drain()
            sent += len(HEADER)
        return sent, await reader.readline()
    except ConnectionError:
        return sent, b""
    finally:
        writer.close()


def _read_memory(pid: int) -> float:
    """The resident memory of a process in MiB."""
    if sys.platform != "linux":
        return 0.0
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    [line] = [line for line in lines if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


RUN = FaultRun(
    name=NAME,
    about=__doc__ or "",
    size=full(times=24),
    run=run,
)

if __name__ == "__main__":
    main(RUN)
