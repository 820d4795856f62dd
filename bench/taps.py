"""Load generator: viewers who tap, each on one connection, over HTTP or graphql-transport-ws.

Raw sockets under epoll; requests are templates in which only the phone changes, so that a tap costs
a few bytecodes. Each viewer sends the next interest when the one before is answered. Linux only.

Usage: taps.py, then on standard input one line of JSON, a `Plan`. What follows on standard output
is one line of JSON each: ``{"open": n}``, ``{"measuring": true}`` when the warm-up is over, what
was measured, and, when the last is answered, what was acknowledged in all.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from array import array
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from bench.frames import CLOSE, PING, PONG, TEXT, client_frame, frames
from bench.load import tell
from bench.load_connections import READ_BYTES, message
from bench.publisher import content_length
from bench.quantiles import quantile

PHONE = "14400000000"
"""The placeholder in the template; taps use 144 and eight digits, which no person has."""
DEVICE = "the token of a device"
"""The placeholder of the token in requests over HTTP."""
FIRST = 14_400_000_000
OPERATION = "operation"
CREATED = (b'"created":true', b'"created": true')
ANSWER_WITHIN = 30.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The viewers and the duration. ``PHONE`` in the variables is the placeholder of the phone."""

    port: int
    way: str
    """"http" or "socket"."""
    tokens: list[str]
    """One per viewer, and so one per connection."""
    devices: list[str]
    """Tokens of the taps over HTTP, in turns: each phone comes from a device of its own. Over a
    WebSocket the token of the connection counts."""
    query: str
    variables: dict[str, Any]
    first: int
    """Added to ``FIRST`` for the first phone; no other trial on these data may use the same."""
    warm_up_s: float
    seconds: float


class Viewer:
    """One connection and its pending tap."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        self.sent = 0
        """When the pending tap was sent, in nanoseconds; 0 if none is pending."""

    def receive(self) -> bytes:
        """Return the unread rest and the newly received bytes.

        :raises EOFError: the server has hung up.
        """
        data = self.socket.recv(READ_BYTES)
        if not data:
            raise EOFError
        data, self.rest = self.rest + data, b""
        return data


class HttpViewer(Viewer):
    """Taps over a connection that is kept alive."""

    def __init__(self, plan: Plan, _token: str) -> None:
        super().__init__(plan.port)
        body = json.dumps({"query": plan.query, "variables": plan.variables}).encode()
        request = (
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\nAccept: application/json\r\n"
            f"Content-Type: application/json\r\nAuthorization: Bearer {DEVICE}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        head, rest = request.split(DEVICE.encode())
        before, self._after = rest.split(PHONE.encode())
        self._head, self._before = head, before

    def tap(self, phone: int, device: bytes) -> None:
        self.socket.sendall(self._head + device + self._before + b"%d" % phone + self._after)

    def answers(self) -> list[bytes]:
        """Return the response once it is complete."""
        data = self.receive()
        head, end, body = data.partition(b"\r\n\r\n")
        if not end or len(body) < content_length(head):
            self.rest = data
            return []
        return [body if head.startswith(b"HTTP/1.1 200 ") else head + body]


class SocketViewer(Viewer):
    """Taps as operations on one WebSocket."""

    def __init__(self, plan: Plan, token: str) -> None:
        super().__init__(plan.port)
        self._shake_hands(plan.port)
        self.socket.sendall(
            message(type="connection_init", payload={"authorization": f"Bearer {token}"})
        )
        while b"connection_ack" not in self.receive():
            pass
        payload = {"query": plan.query, "variables": plan.variables}
        frame = message(type="subscribe", id=OPERATION, payload=payload)
        before, self._after = frame.split(PHONE.encode())
        self._head, self._before = before.split(OPERATION.encode())
        self._number = 0

    def _shake_hands(self, port: int) -> None:
        self.socket.sendall(
            f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.receive()
        if not head.startswith(b"HTTP/1.1 101 "):
            raise ConnectionError(head.partition(b"\r\n")[0].decode("latin-1"))

    def tap(self, phone: int, _device: bytes) -> None:
        self._number += 1
        self.socket.sendall(
            self._head + b"%09d" % self._number + self._before + b"%d" % phone + self._after
        )

    def answers(self) -> list[bytes]:
        """Return the results of taps, and skip ``complete`` messages."""
        data = self.receive()
        found, taken = frames(data)
        self.rest = data[taken:]
        payloads = []
        for first, begin, end in found:
            payload = data[begin:end]
            if first == PING:
                self.socket.sendall(client_frame(PONG, payload))
            elif first == CLOSE:
                raise EOFError
            elif first == TEXT and b'"data"' not in payload and b'"complete"' in payload:
                continue
            elif first == TEXT and payload.startswith((b'{"type":"ping"', b'{"type": "ping"')):
                self.socket.sendall(message(type="pong"))
            else:
                payloads.append(payload)
        return payloads


class Room:
    """All viewers, and the responses to their taps."""

    def __init__(self, plan: Plan) -> None:
        kind = HttpViewer if plan.way == "http" else SocketViewer
        self._viewers = {}
        self._epoll = select.epoll()
        for token in plan.tokens:
            viewer = kind(plan, token)
            self._viewers[viewer.socket.fileno()] = viewer
            self._epoll.register(viewer.socket, select.EPOLLIN)
        self._phone = FIRST + plan.first
        self._devices = cycle([token.encode() for token in plan.devices])
        self._waiting = 0
        self.acknowledged = 0
        self.faults: dict[str, int] = {}
        self.latencies = array("q")

    def start(self) -> None:
        """Send the first tap of every viewer."""
        for viewer in self._viewers.values():
            self._tap(viewer)

    def run(self, seconds: float) -> None:
        """Send the next tap after each response for that long; record new latencies."""
        self.latencies = array("q")
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._waiting:
            self._turn(again=True)

    def finish(self) -> int:
        """Wait for the pending responses; return how many did not arrive."""
        end = time.monotonic() + ANSWER_WITHIN
        while self._waiting and time.monotonic() < end:
            self._turn(again=False)
        return self._waiting

    def _tap(self, viewer: HttpViewer | SocketViewer) -> None:
        self._waiting += 1
        phone, self._phone = self._phone, self._phone + 1
        viewer.sent = time.monotonic_ns()
        viewer.tap(phone, next(self._devices))

    def _turn(self, *, again: bool) -> None:
        for descriptor, _ in self._epoll.poll(0.1, 1_024):
            viewer = self._viewers[descriptor]
            try:
                answers = viewer.answers()
            except (EOFError, OSError) as error:
                self._fault(type(error).__name__)
                self._epoll.unregister(descriptor)
                continue
            for answer in answers:
                self._take(viewer, answer)
                if again:
                    self._tap(viewer)

    def _take(self, viewer: Viewer, answer: bytes) -> None:
        self.latencies.append(time.monotonic_ns() - viewer.sent)
        self._waiting -= 1
        if any(mark in answer for mark in CREATED):
            self.acknowledged += 1
        else:
            self._fault(answer[:300].decode(errors="replace"))

    def _fault(self, what: str) -> None:
        self.faults[what] = self.faults.get(what, 0) + 1


def milliseconds(ordered: list[int], share: float) -> float | None:
    """Return a quantile in milliseconds of sorted nanoseconds; None without any."""
    return round(quantile(ordered, share) / 1e6, 2) if ordered else None


def main() -> None:
    plan = Plan(**json.loads(sys.stdin.readline()))
    room = Room(plan)
    tell(open=len(plan.tokens))
    room.start()
    room.run(plan.warm_up_s)
    tell(measuring=True)
    began, used = time.monotonic(), time.process_time()
    room.run(plan.seconds)
    seconds, used = time.monotonic() - began, time.process_time() - used
    ordered = sorted(room.latencies)
    tell(
        seconds=round(seconds, 3),
        answers=len(ordered),
        per_s=round(len(ordered) / seconds),
        p50_ms=milliseconds(ordered, 0.50),
        p99_ms=milliseconds(ordered, 0.99),
        max_ms=milliseconds(ordered, 1.0),
        load_cpu_us=round(used / max(len(ordered), 1) * 1e6, 1),
    )
    unanswered = room.finish()
    tell(acknowledged=room.acknowledged, unanswered=unanswered, faults=room.faults)


if __name__ == "__main__":
    main()
