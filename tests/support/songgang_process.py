"""Starts real ``songgang`` processes: servers, and commands that end by themselves."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.mongod import temporary_folder

READY_TIMEOUT_SECONDS = 300.0
"""A new database takes minutes on a machine that is overloaded. Tests end earlier."""
STOP_TIMEOUT_SECONDS = 30.0
COMMAND_TIMEOUT_SECONDS = 600.0
"""A backup of many leads takes minutes on a busy machine. Tests end earlier."""
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class ProcessResult:
    """The exit code and the output of an ended process."""

    code: int
    out: str
    err: str


@dataclass
class ServerProcess:
    """A running ``songgang run`` that is ready; its output goes to files."""

    process: asyncio.subprocess.Process
    folder: Path
    url: str = ""
    announced: dict[str, str] = field(default_factory=dict)

    @property
    def graphql_url(self) -> str:
        return f"{self.url}/graphql"

    @property
    def websocket_url(self) -> str:
        return self.graphql_url.replace("http://", "ws://")

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def demo_password(self) -> str:
        """The printed password of the demo's accounts."""
        return self.announced["Password"]

    @property
    def live_session(self) -> str:
        """The printed global id of the live session."""
        return self.announced["Live session"]

    @property
    def out(self) -> str:
        """Everything written to stdout."""
        return (self.folder / "out").read_text("utf-8")

    @property
    def err(self) -> str:
        """Everything written to stderr."""
        return (self.folder / "err").read_text("utf-8")

    def check_alive(self) -> None:
        """Raise RuntimeError with its log if the process has ended."""
        if self.process.returncode is not None:
            raise RuntimeError(f"ended with {self.process.returncode}:\n{self.err}")

    async def stop(self, sent: signal.Signals = signal.SIGTERM) -> ProcessResult:
        """Send a signal, unless the process has ended, and wait for its end."""
        if self.process.returncode is None:
            self.process.send_signal(sent)
        return await self.wait_ended()

    async def wait_ended(self) -> ProcessResult:
        """Wait until the process ends by itself."""
        async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
            code = await self.process.wait()
        return ProcessResult(code, self.out, self.err)


def command_of(*arguments: str) -> tuple[str, ...]:
    """Return the words that run ``songgang`` with these arguments."""
    return (sys.executable, "-m", "api", *arguments)


def build_environment(uri: str | None, database: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return this environment with these settings instead of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SONGGANG_", "MONGODB_"))
    }
    own = {
        "SONGGANG_PORT": "0",
        "MONGODB_DATABASE": database,
        # Tests send very many phones from one device; those of the bounds set their own.
        "SONGGANG_MAX_PHONES_PER_DEVICE": "1000000",
        # One process less for each server; those of cameras set it.
        "SONGGANG_MEDIA_MAX_CAMERAS": "0",
    }
    if uri is not None:
        own["MONGODB_URI"] = uri
    return {**kept, **own, **given}


@asynccontextmanager
async def running_server(
    uri: str | None, database: str, *arguments: str, folder: Path | None = None, **given: str
) -> AsyncIterator[ServerProcess]:
    """Run ``songgang run`` with these arguments and variables on a free port until the block ends.

    Without ``uri`` it starts a mongod of its own. It runs in ``folder``, or in a temporary one.
    """
    with temporary_folder() as temporary:
        server = await start_server(uri, database, *arguments, folder=folder or temporary, **given)
        try:
            yield server
        finally:
            await _end(server.process)


async def start_server(
    uri: str | None, database: str, *arguments: str, folder: Path, **given: str
) -> ServerProcess:
    """Start a server that the caller has to stop.

    :raises RuntimeError: it ended, or was not ready in time; the message shows what it wrote.
    """
    server = ServerProcess(
        await spawn_songgang(uri, database, "run", *arguments, folder=folder, **given), folder
    )
    try:
        async with asyncio.timeout(READY_TIMEOUT_SECONDS):
            # Printed when requests are answered: /health/ready says the same from then on.
            while "Songgang is ready" not in server.out:
                server.check_alive()
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        await _end(server.process)
        raise RuntimeError(f"not ready in {READY_TIMEOUT_SECONDS:g} s:\n{server.err}") from None
    except BaseException:
        await _end(server.process)
        raise
    found = re.search(r"ready at (\S+)", server.out)
    assert found is not None  # the line was waited for
    server.url = found[1]
    server.announced = dict(line.split(": ", 1) for line in server.out.splitlines()[1:])
    return server


async def spawn_songgang(
    uri: str | None, database: str, *arguments: str, folder: Path, **given: str
) -> asyncio.subprocess.Process:
    """Start a ``songgang`` process that writes to the files ``out`` and ``err`` in ``folder``."""
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        return await asyncio.create_subprocess_exec(
            *command_of(*arguments),
            cwd=folder,
            env=build_environment(uri, database, given),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )


async def run_command(
    uri: str | None,
    database: str,
    *arguments: str,
    folder: Path,
    stdin: str = "",
    **given: str,
) -> ProcessResult:
    """Run a ``songgang`` command to its end."""
    process = await asyncio.create_subprocess_exec(
        *command_of(*arguments),
        cwd=folder,
        env=build_environment(uri, database, given),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(COMMAND_TIMEOUT_SECONDS):
            out, err = await process.communicate(stdin.encode())
    finally:
        await _end(process)
    assert process.returncode is not None  # its output has ended, and so has it
    return ProcessResult(process.returncode, out.decode(), err.decode())


async def _end(process: asyncio.subprocess.Process) -> None:
    """Terminate the process, and kill it if it does not stop in time."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
