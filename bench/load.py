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
import os
import select
import socket
import sys
import time
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from bench.frames import CLOSE, PING, PONG, TEXT, client_frame, frames

MARK = b"sent T"
"""In the body of an event; 16 digits follow: when it was sent, in microseconds since 1970."""
DIGITS = 16
READ_BYTES = 16 * 1024
"""A read takes room for so much beforehand; with more it is the allocator that is measured."""
HANDSHAKES = 64
"""Under way at once over all processes: a server is not measured by its backlog."""
OPEN_SECONDS = 300.0
SAME_SOURCE = 20_000
"""Connections from one address: an address has about 28,000 ports."""
IP_BIND_ADDRESS_NO_PORT = 24
"""linux/in.h: the port is chosen at connect, so that it need be free for this target only."""
STALLED_BUFFER_BYTES = 4_096


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to open: connections spread over the ports and the documents in turn."""

    ports: list[int]
    connections: int
    documents: list[str]
    variables: dict[str, Any]
    init: dict[str, Any] = field(default_factory=dict)
    processes: int = 1
    stalled: int = 0
    """So many of the connections subscribe and then never read."""


def message(**parts: Any) -> bytes:
    """A text frame from a client that holds JSON."""
    return client_frame(TEXT, json.dumps(parts).encode())


def microseconds() -> int:
    """Now, on the clock that senders and readers on one machine share."""
    return time.time_ns() // 1_000


@dataclass
class Tally:
    """What one process saw in one measurement."""

    latencies: array[int] = field(default_factory=lambda: array("q"))
    """Microseconds from sending the mutation to reading the event."""
    bytes: int = 0
    last: int = 0
    """When the last was read."""
    cpu_seconds: float = 0.0
    """What reading took of this process."""


class Crowd:
    """The connections of one process."""

    def __init__(self, plan: Plan, numbers: Sequence[int]) -> None:
        self._plan = plan
        self._numbers = list(numbers)
        self._handshakes = max(1, HANDSHAKES // plan.processes)
        self._epoll = select.epoll()
        self._rest: dict[int, bytes] = {}
        self._shaking: dict[int, int] = {}
        self._initialising: dict[int, int] = {}
        self._open: set[int] = set()
        self._idle: set[int] = set()
        self._init = message(type="connection_init", payload=plan.init)
        self._tally = Tally()
        self.opened = 0
        self.closed = 0
        self.faults: dict[str, int] = {}

    def open(self) -> tuple[int, float, dict[str, int]]:
        """Open them all; how many came up, how long that took, and what went wrong."""
        begun = time.monotonic()
        deadline = begun + OPEN_SECONDS
        waiting = iter(self._numbers)
        left = len(self._numbers)
        while left or self._shaking or self._initialising:
            while left and len(self._shaking) + len(self._initialising) < self._handshakes:
                self._connect(next(waiting))
                left -= 1
            self._turn(0.05)
            if time.monotonic() > deadline:
                self._fault("not opened in time", left + len(self._shaking))
                break
        return self.opened, time.monotonic() - begun, self.faults

    def until_live(self) -> int:
        """Wait until each has received something; how many have."""
        deadline = time.monotonic() + OPEN_SECONDS
        while self._idle and time.monotonic() < deadline:
            self._turn(0.05)
        return len(self._open) - len(self._idle)

    def begin(self) -> None:
        """Count from here on."""
        self._tally = Tally(last=microseconds())

    def measure(self, events: int, quiet_s: float) -> Tally:
        """Read until every connection has had so many events, or none came for so long."""
        tally = self._tally
        before = time.process_time()
        deliveries = events * len(self._open)
        while len(tally.latencies) < deliveries:
            self._turn(0.1)
            if microseconds() - tally.last > quiet_s * 1e6:
                break
        tally.cpu_seconds = time.process_time() - before
        return tally

    def attend(self, pipe: Connection) -> None:
        """Answer pings until there is an order."""
        while not pipe.poll():
            self._turn(0.05)

    def _connect(self, number: int) -> None:
        port = self._plan.ports[number % len(self._plan.ports)]
        client = socket.socket()
        client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if number < self._plan.stalled:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, STALLED_BUFFER_BYTES)
        client.bind((f"127.0.{1 + number // SAME_SOURCE}.1", 0))
        try:
            client.connect(("127.0.0.1", port))
        except OSError as error:
            client.close()
            self._fault(f"connect: {error.strerror}")
            return
        client.settimeout(0)
        descriptor = client.detach()
        self._send(
            descriptor,
            f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode(),
        )
        self._shaking[descriptor] = number
        self._open.add(descriptor)
        self._epoll.register(descriptor, select.EPOLLIN)

    def _turn(self, seconds: float) -> None:
        """Read from every connection that has something, once."""
        for descriptor, _ in self._epoll.poll(seconds, 1_024):
            try:
                data = os.read(descriptor, READ_BYTES)
            except OSError:
                data = b""
            if not data:
                self._lost(descriptor, "lost")
                continue
            now = microseconds()
            if descriptor in self._rest:
                data = self._rest.pop(descriptor) + data
            if descriptor in self._shaking:
                data = self._shake(descriptor, data)
            taken = self._take(descriptor, data, now) if data else 0
            if taken < len(data) and descriptor in self._open:
                self._rest[descriptor] = data[taken:]

    def _shake(self, descriptor: int, data: bytes) -> bytes:
        """Take the answer to the handshake; what follows it."""
        head, end, rest = data.partition(b"\r\n\r\n")
        if not end:
            self._rest[descriptor] = data
            return b""
        number = self._shaking.pop(descriptor)
        if not head.startswith(b"HTTP/1.1 101 "):
            self._lost(descriptor, head.split(b"\r\n")[0].decode("latin-1"))
            return b""
        self._initialising[descriptor] = number
        self._send(descriptor, self._init)
        return rest

    def _take(self, descriptor: int, data: bytes, now: int) -> int:
        found, taken = frames(data)
        tally = self._tally
        for first, begin, end in found:
            at = data.find(MARK, begin, end)
            if at >= 0:
                at += len(MARK)
                tally.latencies.append(now - int(data[at : at + DIGITS]))
                tally.bytes += end - begin
                tally.last = now
            else:
                self._take_other(descriptor, first, data[begin:end])
        return taken

    def _take_other(self, descriptor: int, first: int, payload: bytes) -> None:
        if first == PING:
            self._send(descriptor, client_frame(PONG, payload))
        elif first == CLOSE:
            self._lost(descriptor, f"closed with {int.from_bytes(payload[:2], 'big')}")
        elif first != TEXT:
            self._fault(f"frame {first:#x}")
        elif b'"next"' in payload:
            self._idle.discard(descriptor)
        else:
            self._answer(descriptor, json.loads(payload))

    def _answer(self, descriptor: int, received: dict[str, Any]) -> None:
        match received["type"]:
            case "connection_ack":
                self._subscribe(descriptor, self._initialising.pop(descriptor))
            case "ping":
                self._send(descriptor, message(type="pong"))
            case kind:
                self._fault(f"{kind}: {json.dumps(received.get('payload'))[:200]}")

    def _subscribe(self, descriptor: int, number: int) -> None:
        documents = self._plan.documents
        subscribe = message(
            type="subscribe",
            id=f"{number:08x}-0000-4000-8000-{number:012x}",
            payload={
                "query": documents[number % len(documents)],
                "variables": self._plan.variables,
            },
        )
        self._send(descriptor, subscribe)
        self.opened += 1
        if number < self._plan.stalled:
            self._epoll.unregister(descriptor)
            self._open.discard(descriptor)
        else:
            self._idle.add(descriptor)

    def _lost(self, descriptor: int, why: str) -> None:
        self.closed += 1
        self._fault(why)
        self._idle.discard(descriptor)
        self._open.discard(descriptor)
        for known in (self._rest, self._shaking, self._initialising):
            known.pop(descriptor, None)
        self._epoll.unregister(descriptor)
        os.close(descriptor)

    @staticmethod
    def _send(descriptor: int, data: bytes) -> None:
        # Whoever is gone is found out when it is read from.
        with suppress(OSError):
            os.write(descriptor, data)

    def _fault(self, what: str, times: int = 1) -> None:
        self.faults[what] = self.faults.get(what, 0) + times


def work(plan: Plan, index: int, pipe: Connection) -> None:
    """One process: its share of the connections, led through the pipe."""
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
    """The report over all processes; latencies in milliseconds."""
    latencies = sorted(one for tally, _, _ in parts for one in tally.latencies)
    count = len(latencies)

    def quantile(share: float) -> float | None:
        return latencies[min(count - 1, int(count * share))] / 1_000 if count else None

    return {
        "deliveries": count,
        "last_us": max(tally.last for tally, _, _ in parts),
        "bytes": sum(tally.bytes for tally, _, _ in parts),
        "reader_cpu_us": round(
            sum(tally.cpu_seconds for tally, _, _ in parts) / max(count, 1) * 1e6, 2
        ),
        "first_ms": quantile(0.0),
        "p50_ms": quantile(0.50),
        "p99_ms": quantile(0.99),
        "max_ms": quantile(1.0),
        "closed": sum(closed for _, closed, _ in parts),
        "faults": summed(seen for _, _, seen in parts),
    }


def summed(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    """What was counted, over all processes."""
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
