"""Measures how fast interests become leads, with its peers, in one run; see bench/README.md."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shlex
import statistics
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import leads_report
from bench.lead_targets import SUBJECTS, Subject, Target, serve_target
from bench.machine import Cores, Disturbance, Usage, described
from bench.servers import DATABASE, Missing, Songgang
from bench.taps import PHONE, Plan
from bench.trial import settled
from storage.mongo.client import Mongo

EXPRESS = """mutation Express($input: ExpressInterestInput!) {
  expressInterest(input: $input) {
    __typename
    ... on InterestRecorded { created receipt lead { id stage createdAt } }
    ... on UserError { code message }
  }
}"""
PHONES = 1_000_000
"""Phone numbers reserved for each trial, more than one trial can use."""
LOGGED_WITHIN = 60.0
WAYS = ("http", "socket")


class Run:
    """One run of the benchmark: all trials, and their results."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._only: list[str] = given.only
        self._ways: list[str] = given.way or list(WAYS)
        self._rounds = given.rounds or (1 if given.quick else 3)
        self._warm_up, self._seconds = (2.0, 3.0) if given.quick else (3.0, 4.0)
        self._quick: bool = given.quick
        machine = described()
        self._cores = Cores.divide()
        # Load and mongod inherit this affinity; servers start on their own core.
        os.sched_setaffinity(0, self._cores.others)
        self._phones = 0
        self.found: dict[str, Any] = {
            "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            "command": shlex.join(["python", "bench/leads.py", *sys.argv[1:]]),
            "machine": machine,
            "trials": [],
            "skipped": {},
        }

    async def measure(self) -> None:
        """Run every selected trial; the subjects take turns, so that all see the same machine."""
        async with AsyncExitStack() as stack:
            songgang = await stack.enter_async_context(Songgang.on_own_mongod(self._cores))
            mongo = await Mongo.connect(songgang.mongod.uri, DATABASE)
            stack.push_async_callback(mongo.close)
            for number in range(self._rounds):
                for way in self._ways:
                    for subject in SUBJECTS:
                        if self._is_wanted(subject, number):
                            await self._trial(subject, way, songgang, mongo)

    def _is_wanted(self, subject: Subject, number: int) -> bool:
        if self._only:
            return subject.name in self._only
        return not subject.is_variant or (number == 0 and not self._quick)

    async def _trial(self, subject: Subject, way: str, songgang: Songgang, mongo: Mongo) -> None:
        try:
            async with serve_target(subject, songgang, mongo, self._cores) as target:
                found = await self._tapped(target, way, songgang, mongo)
        except Missing as missing:
            self.found["skipped"][subject.name] = str(missing)
            return
        trial = {"server": subject.name, "way": way, **found}
        self.found["trials"].append(trial)
        print(leads_report.line(trial), flush=True)

    async def _tapped(
        self, target: Target, way: str, songgang: Songgang, mongo: Mongo
    ) -> dict[str, Any]:
        plan = Plan(
            port=target.running.ports[0],
            way=way,
            tokens=target.tokens,
            devices=target.devices,
            query=EXPRESS,
            variables={"input": _interest(target)},
            first=self._phones,
            warm_up_s=self._warm_up,
            seconds=self._seconds,
        )
        self._phones += PHONES
        before = await mongo[target.leads].count_documents({})
        await settled(target.running.pids)
        async with _taps(plan) as hear:
            await hear("open")
            await hear("measuring")
            servers, mongod = Usage.of(target.running.pids), Usage.of([songgang.mongod.pid])
            disturbance = Disturbance(self._cores, target.running.pids)
            measured = await hear("answers")
            disturbed = disturbance.share()
            servers_after = Usage.of(target.running.pids)
            mongod_after = Usage.of([songgang.mongod.pid])
            counted = await hear("acknowledged")
        ended = time.monotonic()
        logged = await _logged(mongo, target)
        stored = await mongo[target.leads].count_documents({}) - before
        return {
            **measured,
            **counted,
            "stored": stored,
            "server_cpu_us": _each(servers, servers_after, measured["answers"]),
            "mongod_cpu_us": _each(mongod, mongod_after, measured["answers"]),
            "disturbed": disturbed,
            "logged_after_s": round(time.monotonic() - ended, 2) if logged else None,
        }


def _each(before: Usage, after: Usage, number: int) -> float:
    return round((after.cpu_seconds - before.cpu_seconds) / max(number, 1) * 1e6, 1)


def _interest(target: Target) -> dict[str, Any]:
    return {
        "sessionId": target.session,
        "postingId": target.posting,
        "contact": {"name": "王小明", "phone": PHONE},
        "consent": {"textVersion": "1"},
    }


@asynccontextmanager
async def _taps(plan: Plan) -> AsyncIterator[Any]:
    """Run the load generator; yield a function that waits for its next line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("taps.py")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(plan)).encode() + b"\n")

    async def hear(expected: str) -> dict[str, Any]:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 120)
        heard: dict[str, Any] = json.loads(line or b"{}")
        if expected not in heard:
            raise EOFError(f"The load generator did not say {expected!r}: {heard}")
        return heard

    try:
        yield hear
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _logged(mongo: Mongo, target: Target) -> bool:
    """Wait until every lead is logged; return False if the target has no log."""
    if not target.is_logged:
        return False
    give_up = time.monotonic() + LOGGED_WITHIN
    while await mongo["leads"].count_documents({"awaits_log": True}, hint="awaiting_log", limit=1):
        if time.monotonic() > give_up:
            raise TimeoutError("The lead log did not get done")
        await asyncio.sleep(0.02)
    return True


def summed_up(trials: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one row per server and transport: the medians of its rounds."""
    rows: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for trial in trials:
        rows.setdefault((trial["way"], trial["server"]), []).append(trial)
    return [
        {
            "way": way,
            "server": server,
            "rounds": len(own),
            "lost": sum(trial["acknowledged"] - trial["stored"] for trial in own),
            "faults": sum(sum(trial["faults"].values()) + trial["unanswered"] for trial in own),
            **{name: _median(own, name) for name in leads_report.FIGURES},
        }
        for (way, server), own in rows.items()
    ]


def _median(trials: Sequence[Mapping[str, Any]], name: str) -> float | None:
    figures = [trial[name] for trial in trials if trial[name] is not None]
    return statistics.median(figures) if figures else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, about a minute")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=[subject.name for subject in SUBJECTS],
        help="this alone; may be repeated",
    )
    parser.add_argument("--way", action="append", choices=WAYS, help="this alone")
    parser.add_argument("--rounds", type=int, help="so many of each, three by default")
    parser.add_argument(
        "--record", action="store_true", help="keep the results, in the README and as JSON"
    )
    given = parser.parse_args()
    run = Run(given)
    asyncio.run(run.measure())
    run.found["medians"] = summed_up(run.found["trials"])
    print(leads_report.table(run.found["medians"]), flush=True)
    if given.record:
        leads_report.record(run.found)


if __name__ == "__main__":
    main()
