"""The form of every fault run, and its command line."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from tests.faults.load import Load, run_load
from tests.faults.rigs import RunSize, SetRig, run_set_rig
from tests.faults.verdict import Verdict

Fault = Callable[[SetRig, Load, RunSize], Awaitable[list[str]]]
"""Breaks something under load, and mends it; returns notes."""


@dataclass(frozen=True, kw_only=True)
class FaultRun:
    """One fault run: its name, its full size, and what it does."""

    name: str
    about: str
    size: RunSize
    run: Callable[[RunSize], Coroutine[Any, Any, Verdict]]


async def run_on_set(
    rig: SetRig, name: str, fault: Fault, size: RunSize, *, silence_limit: float | None = None
) -> Verdict:
    """Put the rig under load, cause the fault, and compare."""
    async with run_load(rig.deployment, size.load) as load:
        await load.wait_for_taps(size.taps_between)
        notes = await fault(rig, load, size)
        await load.wait_for_taps(size.taps_between)
        verdict = await load.finish(name, silence_limit=silence_limit)
    verdict.notes += notes
    return verdict


def on_a_new_set(
    name: str,
    about: str,
    fault: Fault,
    size: RunSize,
    *,
    silence_limit: float | None = None,
    with_network: bool = False,
) -> FaultRun:
    """A fault run that has a replica set and nodes of its own."""

    async def run(size: RunSize) -> Verdict:
        async with run_set_rig(with_network=with_network) as rig:
            return await run_on_set(rig, name, fault, size, silence_limit=silence_limit)

    return FaultRun(name=name, about=about, size=size, run=run)


def main(fault_run: FaultRun) -> None:
    """Run it at full length, print the verdict, and exit with 1 if a promise was broken."""
    parser = argparse.ArgumentParser(
        prog=f"python -m tests.faults.{fault_run.name}", description=fault_run.about
    )
    add_load_options(parser)
    end_cleanly()
    verdict = asyncio.run(fault_run.run(sized(fault_run.size, parser.parse_args())))
    print_verdict(verdict)
    sys.exit(0 if verdict.is_good else 1)


def end_cleanly() -> None:
    """Let SIGTERM end this process as Ctrl-C does: processes, rules and mounts are removed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def add_load_options(parser: argparse.ArgumentParser) -> None:
    """Add the options by which a small machine runs the same faults under less load."""
    parser.add_argument("--taps-per-second", type=float, help="100 by default")
    parser.add_argument("--viewers", type=int, help="200 by default")


def sized(size: RunSize, given: argparse.Namespace) -> RunSize:
    """The size with the load that was given on the command line."""
    load = size.load
    if given.taps_per_second:
        load = replace(load, taps_per_second=given.taps_per_second)
    if given.viewers:
        load = replace(load, viewers=given.viewers)
    return replace(size, load=load)


def print_verdict(verdict: Verdict) -> None:
    """Print the summary for people, then the line for machines."""
    sys.stdout.write(f"{verdict.to_text()}\n{verdict.to_json()}\n")
    sys.stdout.flush()
