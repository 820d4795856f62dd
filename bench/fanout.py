"""Measures the live fan-out of Songgang and its peers in one run; see bench/README.md."""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bench import report
from bench.machine import Cores, allow_open_files, described
from bench.publisher import RequestFailed
from bench.servers import Missing, Songgang, peer
from bench.trial import CrowdIncomplete, Size, crowd, stalled_clients


@dataclass(frozen=True)
class Subject:
    """What is measured: a peer, or some Songgang nodes with some number of documents."""

    name: str
    nodes: int = 0
    documents: int = 1


SUBJECTS = (
    Subject("songgang", nodes=1),
    Subject("songgang-8-documents", nodes=1, documents=8),
    Subject("songgang-2-nodes", nodes=2),
    Subject("raw"),
    Subject("bun"),
    Subject("node"),
    Subject("strawberry"),
)
STALLED = "stalled"
SPARE_FILES = 200
"""Open files that are not connections."""
FULL = (
    Size(subscribers=1_000, paced=10, burst=200),
    Size(subscribers=2_000, paced=10, burst=100),
    Size(subscribers=5_000, paced=10, burst=40),
    Size(subscribers=10_000, paced=10, burst=20),
)
QUICK = (
    Size(subscribers=1_000, paced=3, burst=40),
    Size(subscribers=2_000, paced=3, burst=20),
)


class Run:
    """One run of the benchmark: all trials, and their results."""

    def __init__(self, *, quick: bool, only: list[str], subscribers: list[int]) -> None:
        self._quick = quick
        self._only = only
        sizes = QUICK if quick else FULL
        self._sizes = [size for size in sizes if not subscribers or size.subscribers in subscribers]
        machine = described()
        self._cores = Cores.divide()
        # Load, publisher and mongod inherit this affinity; servers start on their own core.
        os.sched_setaffinity(0, self._cores.others)
        self._most = allow_open_files() - SPARE_FILES
        self.found: dict[str, Any] = {
            "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            "command": shlex.join(["python", "bench/fanout.py", *sys.argv[1:]]),
            "machine": machine,
            "crowds": [],
            "stalled": [],
            "skipped": {},
        }

    async def measure(self) -> None:
        """Run every trial, one at a time: at each size all peers in turn."""
        async with AsyncExitStack() as stack:
            songgang = await stack.enter_async_context(Songgang.on_own_mongod(self._cores))
            for size in self._sizes:
                await self._crowds(size, songgang)
            if STALLED in self._only or not (self._only or self._quick):
                await self._stalled(songgang)

    async def _crowds(self, size: Size, songgang: Songgang) -> None:
        if size.subscribers > self._most:
            self._skip(f"{size.subscribers:,} subscribers", "too few open files are allowed")
            return
        for subject in SUBJECTS:
            if self._is_wanted(subject, size):
                await self._crowd(subject, size, songgang)

    def _is_wanted(self, subject: Subject, size: Size) -> bool:
        if self._only:
            return subject.name in self._only
        variant = subject.nodes > 1 or subject.documents > 1
        return not (self._quick and variant and size != QUICK[-1])

    async def _crowd(self, subject: Subject, size: Size, songgang: Songgang) -> None:
        started = (
            songgang.nodes(subject.nodes) if subject.nodes else peer(subject.name, self._cores)
        )
        try:
            async with started as running:
                found = await crowd(running, self._cores, size, documents=subject.documents)
        except Missing as missing:
            self._skip(subject.name, str(missing))
            return
        except (CrowdIncomplete, RequestFailed, TimeoutError) as failure:
            why = str(failure) or "it did not answer in time"
            self._skip(f"{subject.name} with {size.subscribers:,}", why)
            return
        trial = {"server": subject.name, "subscribers": size.subscribers, **found}
        self.found["crowds"].append(trial)
        say(report.line(trial))

    async def _stalled(self, songgang: Songgang) -> None:
        """Measure the same readers without and with clients that never read."""
        for stalled, seconds in ((0, 20), (200, 60)):
            async with songgang.nodes() as running:
                found = await stalled_clients(
                    running, self._cores, readers=1_800, stalled=stalled, seconds=seconds
                )
            self.found["stalled"].append({"readers": 1_800, "stalled": stalled, **found})
            say(f"{stalled} stalled: {found}")

    def _skip(self, what: str, why: str) -> None:
        self.found["skipped"][what] = why
        say(f"{what} skipped: {why}")


def say(text: str) -> None:
    print(text, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 and 2,000, about two minutes")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=[*(subject.name for subject in SUBJECTS), STALLED],
        help="this alone; may be repeated",
    )
    parser.add_argument(
        "--subscribers",
        action="append",
        default=[],
        type=int,
        choices=[size.subscribers for size in FULL],
        help="this many alone; may be repeated",
    )
    parser.add_argument("--record", action="store_true", help="put the results into the README")
    arguments = parser.parse_args()
    run = Run(quick=arguments.quick, only=arguments.only, subscribers=arguments.subscribers)
    asyncio.run(run.measure())
    if run.found["crowds"]:
        say(report.table(run.found["crowds"]))
    if run.found["stalled"]:
        say(report.stalled_table(run.found["stalled"]))
    report.keep(run.found)
    if arguments.record:
        report.record(run.found)


if __name__ == "__main__":
    main()
