"""The connections of one load generator process: opens them, subscribes, and reads with epoll."""

from __future__ import annotations

import json
import os
import select
import socket
import time
from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from bench.frames import CLOSE, PING, PONG, TEXT, client_frame, frames

MARK = b"sent T"
"""Precedes 16 digits in the body of an event: the time of sending in microseconds since 1970."""
DIGITS = 16
READ_BYTES = 16 * 1024
"""The buffer of each read; with a larger one the allocator dominates the measurement."""
HANDSHAKES = 64
"""Concurrent handshakes over all processes, so that a server's backlog does not count."""
OPEN_SECONDS = 300.0
SAME_SOURCE = 20_000
"""Connections from one source address; an address has about 28,000 ports."""
IP_BIND_ADDRESS_NO_PORT = 24
"""linux/in.h: the port is chosen at connect and need be free for this target only."""
STALLED_BUFFER_BYTES = 4_096


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The connections to open; ports and documents are assigned in turn."""

    ports: list[int]
    connections: int
    documents: list[str]
    variables: dict[str, Any]
    init: dict[str, Any] = field(default_factory=dict)
    processes: int = 1
    stalled: int = 0
    """The number of connections that subscribe and then never read."""


def message(**parts: Any) -> bytes:
    """Return a client text frame that holds the parts as JSON."""
    return client_frame(TEXT, json.dumps(parts).encode())


def microseconds() -> int:
    """Return the present time on the clock that senders and readers on one machine share."""
    return time.time_ns() // 1_000


@dataclass
class Tally:
    """The deliveries of one process in one measurement."""

    latencies: array[int] = field(default_factory=lambda: array("q"))
    """Microseconds from sending the mutation to reading the event."""
    bytes: int = 0
    last: int = 0
    """When the last delivery was read, in microseconds since 1970."""
    cpu_seconds: float = 0.0
    """The CPU time that this process used for reading."""


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
        """Open all connections; return how many opened, the seconds, and the faults."""
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
        """Wait until each connection has received something; return how many have."""
        deadline = time.monotonic() + OPEN_SECONDS
        while self._idle and time.monotonic() < deadline:
            self._turn(0.05)
        return len(self._open) - len(self._idle)

    def begin(self) -> None:
        """Start counting."""
        self._tally = Tally(last=microseconds())

    def measure(self, events: int, quiet_s: float) -> Tally:
        """Read until each connection had that many events, or none came for ``quiet_s`` seconds."""
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
        """Answer pings until an order arrives."""
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
        """Read once from every connection that has data."""
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
        """Read the response to the handshake; return the bytes after it."""
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
        # A lost connection is noticed at its next read.
        with suppress(OSError):
            os.write(descriptor, data)

    def _fault(self, what: str, times: int = 1) -> None:
        self.faults[what] = self.faults.get(what, 0) + times
