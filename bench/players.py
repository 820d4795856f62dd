"""Players of a live playlist, each on connections of its own: ``players.py URL NUMBER``.

Each reads the playlists and every new segment as the page's player does, once a second. A line on
standard output says when all of them play; the end of standard input ends them, and a last line
says how many segments and bytes they read, and how many segments they missed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import aiohttp

POLL_SECONDS = 1.0
"""How often a playlist is read: once a target duration (RFC 8216, 6.3.4)."""
_TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass
class Played:
    """What all players read. ``missed``: segments that left the playlist before they were read."""

    playing: int = 0
    segments: int = 0
    bytes: int = 0
    missed: int = 0
    failures: int = 0


class Player:
    """One player: it takes a seat, begins at the newest segment, and reads on from there."""

    def __init__(self, http: aiohttp.ClientSession, played: Played) -> None:
        self._http = http
        self._played = played
        self._last: int | None = None

    async def play(self, url: str) -> None:
        """Play until it is cancelled."""
        await asyncio.sleep(random.random() * POLL_SECONDS)  # noqa: S311 - chance, not a secret
        playlist = urljoin(url, _last_line(await self._read(url)))
        while True:
            try:
                await self._follow(playlist)
            except (aiohttp.ClientError, TimeoutError):
                self._played.failures += 1
            await asyncio.sleep(POLL_SECONDS)

    async def _follow(self, playlist: str) -> None:
        lines = (await self._read(playlist)).decode().splitlines()
        heads = [line for line in lines if line.startswith("#EXT-X-MEDIA-SEQUENCE:")]
        first = int(heads[0].partition(":")[2])
        names = [line for line in lines if line and not line.startswith("#")]
        newest = first + len(names) - 1
        if self._last is None:
            self._last = newest - 1
            self._played.playing += 1
        self._played.missed += max(0, first - self._last - 1)
        for number in range(max(first, self._last + 1), newest + 1):
            content = await self._read(urljoin(playlist, names[number - first]))
            self._played.segments += 1
            self._played.bytes += len(content)
        self._last = newest

    async def _read(self, url: str) -> bytes:
        async with self._http.get(url) as answer:
            answer.raise_for_status()
            return await answer.read()


def _last_line(playlist: bytes) -> str:
    return playlist.decode().split()[-1]


def _give_way() -> None:
    """Run only when nothing else wants a processor: players are other people's phones.

    A priority counts among the processes of a terminal session only, where Linux groups them so.
    """
    os.setsid()
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text("19")
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


async def main(url: str, number: int) -> None:
    """Play until standard input ends."""
    _give_way()
    played = Played()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as http:
        tasks = [asyncio.create_task(Player(http, played).play(url)) for _ in range(number)]
        while played.playing < number:
            done = [task for task in tasks if task.done()]
            for task in done:
                task.result()
            await asyncio.sleep(0.1)
        print(json.dumps({"playing": number}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    print(json.dumps(vars(played)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
