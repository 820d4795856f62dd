"""Viewers who tap at a steady rate over HTTP, whatever the service does.

Usage: steady_taps.py, then on standard input one line of JSON for each block of taps, a ``Block``;
for each block one line of JSON on standard output: the milliseconds of all answers. A time counts
from the moment at which the tap was due, so a service that falls behind is not spared.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from bench.taps import FIRST, PHONE

_TIMEOUT = aiohttp.ClientTimeout(total=30)
_KEPT_SECONDS = 2.0
"""How long an idle connection is used again: less than the server keeps it."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """Taps for some seconds. Each is of a device and a phone of its own.

    ``tokens`` are of the devices; ``first`` is added to the first phone, which no other block of
    the run may use. ``PHONE`` in the variables is the placeholder of the phone.
    """

    url: str
    tokens: list[str]
    query: str
    variables: dict[str, Any]
    first: int
    taps_per_second: float
    seconds: float


async def tap(block: Block, http: aiohttp.ClientSession) -> list[float]:
    """Send the taps of a block, and return the milliseconds of their answers.

    :raises AssertionError: an answer is no new lead.
    """
    template = json.dumps({"query": block.query, "variables": block.variables})
    number = round(block.taps_per_second * block.seconds)
    began = time.perf_counter()
    times: list[float] = []

    async def send(place: int) -> None:
        due = began + place / block.taps_per_second
        await asyncio.sleep(due - time.perf_counter())
        body = template.replace(PHONE, str(FIRST + block.first + place)).encode()
        headers = {
            "authorization": f"Bearer {block.tokens[place % len(block.tokens)]}",
            "content-type": "application/json",
        }
        async with http.post(block.url, data=body, headers=headers) as answer:
            content = await answer.read()
        times.append((time.perf_counter() - due) * 1e3)
        assert b'"created":true' in content, content

    await asyncio.gather(*(send(place) for place in range(number)))
    return times


async def main() -> None:
    """Tap block by block until standard input ends."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as http:
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await tap(Block(**json.loads(line)), http)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
