"""Sends requests to one server, a few at a time, over connections that are kept alive."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.quantiles import quantile


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The seconds of each answer, and the seconds of the whole measurement."""

    took: Sequence[float]
    seconds: float
    bytes_each: int

    def described(self) -> dict[str, Any]:
        ordered = sorted(self.took)
        return {
            "answers": len(ordered),
            "per_s": round(len(ordered) / self.seconds, 1),
            "p50_ms": _at(ordered, 0.50),
            "p99_ms": _at(ordered, 0.99),
            "max_ms": round(ordered[-1] * 1e3, 2),
            "bytes_each": self.bytes_each,
        }


def _at(ordered: Sequence[float], share: float) -> float:
    return round(quantile(ordered, share) * 1e3, 2)


class NotAnswered(Exception):
    """A response is not the expected one; the message shows it."""


def request(port: int, query: str, variables: dict[str, Any], token: str | None = None) -> bytes:
    """Return the complete HTTP request as bytes."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
        f"Content-Type: application/json\r\n{authorization}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def asked(
    port: int, requests: Sequence[bytes], *, at_once: int, warm_up: float, seconds: float
) -> Answers:
    """Send the requests in turn, so many at once; what is answered in the warm-up is not counted.

    :raises NotAnswered: an answer holds errors.
    """
    turn = itertools.cycle(requests)
    took: list[float] = []
    sizes: list[int] = []
    begin = time.monotonic() + warm_up
    end = begin + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        while (sent := time.monotonic()) < end:
            writer.write(next(turn))
            answer = await _answer(reader)
            if sent >= begin:
                took.append(time.monotonic() - sent)
                sizes.append(len(answer))
        writer.close()

    await asyncio.gather(*(one() for _ in range(at_once)))
    return Answers(took=took, seconds=seconds, bytes_each=sum(sizes) // max(len(sizes), 1))


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
    if b"content-length" in fields:
        body = await reader.readexactly(int(fields[b"content-length"]))
    else:
        body = b""
        while size := int((await reader.readuntil(b"\r\n")).strip() or b"0", 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    if not head.startswith(b"HTTP/1.1 200 ") or b'"errors"' in body:
        raise NotAnswered(head.partition(b"\r\n")[0].decode() + " " + body.decode()[:500])
    return body
