"""Starts the measured servers: Songgang with its own MongoDB, and the peers."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.machine import PEERS, Cores, on_cores
from bench.publisher import Client
from storage.mongo.embedded import EmbeddedMongod, run_embedded

START_WITHIN = 60.0
STOP_WITHIN = 20.0
POLL = 0.05
DATABASE = "songgang_bench"
PEER_SESSION = "0123456789abcdef01234567"
"""As long as the id in a Songgang cursor, so that peers send frames of the same length."""


class NotStarted(Exception):
    """A server did not start; the message ends with its output."""


class Missing(Exception):
    """A peer cannot run on this machine; the message names what is missing."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A server that is ready."""

    pids: list[int]
    ports: list[int]
    session_id: str = PEER_SESSION
    init: dict[str, Any] = field(default_factory=dict)
    """Payload of ``connection_init``."""
    host_token: str | None = None


_ON_PYTHON = {
    "strawberry": "strawberry_stock.py",
    "raw": "raw.py",
    "interests-strawberry": "interests_strawberry.py",
    "board-strawberry": "board_strawberry.py",
}
_ON_NODE = {
    "node": "node.mjs",
    "interests-node": "interests_node.mjs",
    "board-node": "board_node.mjs",
}


def songgang_command() -> list[str]:
    return [str(Path(sys.executable).with_name("songgang")), "run", "--demo"]


def peer_command(name: str) -> list[str]:
    """Return the command that starts a peer, without the port.

    :raises Missing: it cannot run here.
    """
    if name in _ON_PYTHON:
        return [sys.executable, str(PEERS / _ON_PYTHON[name])]
    _need_packages()
    if name in _ON_NODE:
        return ["node", str(PEERS / _ON_NODE[name])]
    if name != "bun":
        raise ValueError(name)
    bun = PEERS / "node_modules" / ".bin" / "bun"
    if subprocess.run([bun, "--version"], capture_output=True, check=False).returncode:
        raise Missing("the npm package bun has no program for this machine")
    return [str(bun), str(PEERS / "bun.mjs")]


def _need_packages() -> None:
    """Install the locked npm packages unless they are installed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Missing("node and npm are not on PATH")
    installed, locked = PEERS / "node_modules" / ".package-lock.json", PEERS / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= locked.stat().st_mtime:
        return
    done = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund"],
        cwd=PEERS,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Missing(f"npm ci failed: {done.stderr.strip()[-300:]}")


@asynccontextmanager
async def peer(
    name: str, cores: Cores, *, options: Sequence[str] = (), env: Mapping[str, str] | None = None
) -> AsyncIterator[Running]:
    """Run a peer on the first core for servers."""
    port = free_port()
    command = [*peer_command(name), str(port), *options]
    async with _process(command, core=cores.servers[0], env=env) as started:
        await started.until(partial(_answers, port, ""))
        yield Running(pids=[started.pid], ports=[port])


class Songgang:
    """Songgang nodes over one embedded MongoDB whose demo data are loaded once."""

    def __init__(
        self, cores: Cores, mongod: EmbeddedMongod, secret: str, settings: Mapping[str, str]
    ) -> None:
        self._cores = cores
        self.mongod = mongod
        self.secret = secret
        self._env = {
            # The picture of the demo would take from what is measured.
            "SONGGANG_MEDIA_MAX_CAMERAS": "0",
            "MONGODB_URI": mongod.uri,
            "MONGODB_DATABASE": DATABASE,
            "SONGGANG_SECRET": secret,
            "SONGGANG_DEMO_PASSWORD": secret,
            # A tap over a WebSocket is from the device of the socket, which sends many phones.
            "SONGGANG_MAX_PHONES_PER_DEVICE": str(10**9),
            **settings,
        }

    @classmethod
    @asynccontextmanager
    async def on_own_mongod(
        cls, cores: Cores, folder: Path | None = None, *, settings: Mapping[str, str] | None = None
    ) -> AsyncIterator[Songgang]:
        """Start a mongod in a new or given folder, on the cores of the load generator.

        ``settings`` are further environment variables of the nodes.
        """
        with tempfile.TemporaryDirectory(prefix="songgang-bench-") as new:
            # A folder that is kept must be readable for the next run; its data are synthetic.
            secret = secrets.token_hex(16) if folder is None else "songgang-bench-" * 2
            async with run_embedded(folder or Path(new)) as mongod:
                yield cls(cores, mongod, secret, settings or {})

    @asynccontextmanager
    async def nodes(self, count: int = 1) -> AsyncIterator[Running]:
        """Run nodes, each on the next core for servers, and sign in to them."""
        async with AsyncExitStack() as stack:
            pids, ports = [], []
            for number in range(count):
                port = free_port()
                core = self._cores.servers[number % len(self._cores.servers)]
                env = {**self._env, "SONGGANG_PORT": str(port)}
                started = await stack.enter_async_context(
                    _process(songgang_command(), core=core, env=env)
                )
                await started.until(partial(_answers, port, "health/ready"))
                pids.append(started.pid)
                ports.append(port)
            yield await self._signed_in(pids, ports)

    async def _signed_in(self, pids: list[int], ports: list[int]) -> Running:
        visitor = Client(ports[0])
        entered = await visitor.ask(
            "mutation { enterAsViewer(input: {}) { ... on ViewerEntered { accessToken } } }"
        )
        signed_in = await visitor.ask(
            'mutation ($password: String!) { signIn(input: {username: "host", '
            "password: $password}) { ... on SignedIn { accessToken } } }",
            {"password": self._env["SONGGANG_DEMO_PASSWORD"]},
        )
        await visitor.close()
        host_token = signed_in["signIn"]["accessToken"]
        host = Client(ports[0], host_token)
        found = await host.ask(
            "{ liveSessions(filter: {status: LIVE}, first: 1) { edges { node { id } } } }"
        )
        await host.close()
        return Running(
            pids=pids,
            ports=ports,
            session_id=found["liveSessions"]["edges"][0]["node"]["id"],
            init={"authorization": f"Bearer {entered['enterAsViewer']['accessToken']}"},
            host_token=host_token,
        )


class _Started:
    """A started process and the file of its output."""

    def __init__(self, process: asyncio.subprocess.Process, said: Path) -> None:
        self._process = process
        self._said = said
        self.pid = process.pid

    async def until(self, is_ready: Callable[[], Awaitable[bool]]) -> None:
        """Wait until it is ready.

        :raises NotStarted: it ended, or took longer than ``START_WITHIN``.
        """
        deadline = time.monotonic() + START_WITHIN
        while not await is_ready():
            if self._process.returncode is not None or time.monotonic() > deadline:
                raise NotStarted(self._said.read_text(errors="replace")[-2_000:])
            await asyncio.sleep(POLL)

    async def stop(self) -> None:
        """Send SIGTERM, and SIGKILL if that does not end it."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_WITHIN)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def _process(
    command: Sequence[str], *, core: int, env: Mapping[str, str] | None = None
) -> AsyncIterator[_Started]:
    with tempfile.NamedTemporaryFile(prefix="songgang-bench-", suffix=".log") as said:
        with on_cores({core}):
            process = await asyncio.create_subprocess_exec(
                *command, stdout=said, stderr=said, env={**os.environ, **(env or {})}
            )
        started = _Started(process, Path(said.name))
        try:
            yield started
        finally:
            await started.stop()


async def _answers(port: int, path: str) -> bool:
    """Return whether a GET is answered with 200, or at all if the path is empty."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(
            f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        )
        status = await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()
    return b" 200 " in status or (not path and status != b"")


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
