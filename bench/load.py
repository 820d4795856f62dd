"""Load generator: many graphql-transport-ws subscribers, fast enough to keep a server busy.

Raw sockets under epoll; a frame costs a few bytecodes and builds no message. Each connection has an
id of its own, as clients of graphql-ws have. Linux only.

Usage: load.py, then on standard input one line of JSON, a `Plan`. What follows on standard output
is one line of JSON each:
- ``{"opened": ...}`` once every connection is acknowledged and has subscribed,
- ``{"live": ...}`` once every one has received something, so that nothing is missed from now on.
Then each line ``{"events": n, "quiet_s": s}`` on standard input begins a measurement, answered with
``{"measuring": n}``. It ends with n deliveries a connection or after s seconds without any, and is
answered with a report. The end of standard input ends the program.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from bench.load_connections import Crowd, Plan, Tally
from bench.quantiles import quantile


def work(plan: Plan, index: int, pipe: Connection) -> None:
    """Run one process with its share of the connections, controlled through the pipe."""
    crowd = Crowd(plan, range(index, plan.connections, plan.processes))
    pipe.send(crowd.open())
    pipe.send(crowd.until_live())
    while True:
        crowd.attend(pipe)
        try:
            events, quiet_s = pipe.recv()
        except EOFError:
            return
        crowd.begin()
        pipe.send(events)
        tally = crowd.measure(events, quiet_s)
        pipe.send((tally, crowd.closed, crowd.faults))


def merged(parts: Sequence[tuple[Tally, int, dict[str, int]]]) -> dict[str, Any]:
    """Combine the results of all processes into the report; latencies in milliseconds."""
    latencies = sorted(one for tally, _, _ in parts for one in tally.latencies)
    count = len(latencies)

    def milliseconds(share: float) -> float | None:
        return quantile(latencies, share) / 1_000 if latencies else None

    return {
        "deliveries": count,
        "last_us": max(tally.last for tally, _, _ in parts),
        "bytes": sum(tally.bytes for tally, _, _ in parts),
        "reader_cpu_us": round(
            sum(tally.cpu_seconds for tally, _, _ in parts) / max(count, 1) * 1e6, 2
        ),
        "first_ms": milliseconds(0.0),
        "p50_ms": milliseconds(0.50),
        "p99_ms": milliseconds(0.99),
        "max_ms": milliseconds(1.0),
        "closed": sum(closed for _, closed, _ in parts),
        "faults": summed(seen for _, _, seen in parts),
    }


def summed(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    """Sum the counts of all processes."""
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)


def tell(**parts: Any) -> None:
    print(json.dumps(parts), flush=True)


def main() -> None:
    plan = Plan(**json.loads(sys.stdin.readline()))
    context = multiprocessing.get_context("fork")
    pipes: list[Any] = []
    for index in range(plan.processes):
        ours, theirs = context.Pipe()
        context.Process(target=work, args=(plan, index, theirs), daemon=True).start()
        theirs.close()
        pipes.append(ours)
    opened, seconds, faults = zip(*(pipe.recv() for pipe in pipes), strict=True)
    tell(opened=sum(opened), seconds=max(seconds), faults=summed(faults))
    tell(live=sum(pipe.recv() for pipe in pipes))
    for line in sys.stdin:
        order = json.loads(line)
        for pipe in pipes:
            pipe.send((order["events"], order["quiet_s"]))
        tell(measuring=max(pipe.recv() for pipe in pipes))
        tell(**merged([pipe.recv() for pipe in pipes]))


if __name__ == "__main__":
    main()
