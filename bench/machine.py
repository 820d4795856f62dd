"""The machine: the assignment of cores, the CPU and memory of processes, and its description."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

PEERS = Path(__file__).parent / "peers"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cores:
    """One core per server process; everything else (load, publisher, mongod) runs on the others."""

    servers: tuple[int, ...]
    others: frozenset[int]

    @classmethod
    def divide(cls) -> Cores:
        """Reserve two server cores if at least four are allowed, else one; share a single core."""
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) == 1:
            return cls(tuple(allowed), frozenset(allowed))
        servers = tuple(allowed[: 2 if len(allowed) >= 4 else 1])
        return cls(servers, frozenset(allowed) - set(servers))


@contextmanager
def on_cores(cores: Collection[int]) -> Iterator[None]:
    """Make processes started within the context, and their threads, run on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def allow_open_files() -> int:
    """Raise the limit of open files of this process and its children to the hard limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


@dataclass(frozen=True)
class Usage:
    """The resources that a group of processes uses together."""

    resident_kib: int
    cpu_seconds: float
    open_files: int
    at: float

    @classmethod
    def of(cls, pids: Sequence[int]) -> Usage:
        return cls(
            sum(map(_resident_kib, pids)),
            sum(map(_cpu_seconds, pids)),
            sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids),
            time.monotonic(),
        )


def _resident_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)


def _cpu_seconds(pid: int) -> float:
    # After the name, which may contain spaces; user and system time are fields 14 and 15.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Disturbance:
    """The share of the servers' cores that other processes or the hypervisor used."""

    def __init__(self, cores: Cores, pids: Sequence[int]) -> None:
        self._cores = cores
        self._pids = pids
        self._begun = self._figures()

    def share(self) -> float:
        """Return the share since the creation of this object, 0 to 1."""
        busy, ours, at = (
            now - then for now, then in zip(self._figures(), self._begun, strict=True)
        )
        return round(max(0.0, busy - ours) / (at * len(self._cores.servers)), 3)

    def _figures(self) -> tuple[float, float, float]:
        usage = Usage.of(self._pids)
        return sum(map(_busy_seconds, self._cores.servers)), usage.cpu_seconds, usage.at


def _busy_seconds(core: int) -> float:
    # proc(5): user, nice, system, idle, iowait, irq, softirq, steal.
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            return (sum(map(int, ticks[:8])) - int(ticks[3]) - int(ticks[4])) / TICKS
    raise LookupError(core)


def described() -> dict[str, Any]:
    """Describe the machine of the measurement."""
    distributions = (
        "strawberry-graphql",
        "uvicorn",
        "uvloop",
        "httptools",
        "websockets",
        "pymongo",
    )
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _cpu_model(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        **{name: version(name) for name in distributions},
        "node": _said("node", "--version"),
        **_locked_packages(),
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _locked_packages() -> dict[str, str]:
    lock = json.loads((PEERS / "package-lock.json").read_text())["packages"]
    names = ("ws", "graphql", "graphql-ws", "graphql-yoga", "mongodb", "bun")
    return {name: lock[f"node_modules/{name}"]["version"] for name in names}


def _said(*command: str) -> str | None:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
