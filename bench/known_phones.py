"""Measures whether answers tell a stranger that a phone is known: in bytes, and in time.

For each path 2,000 answers about phones that another device has sent and 2,000 about new ones, in
random order over one connection, each from a new device. See bench/README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import httpx

from bench.machine import Cores
from bench.mann_whitney import p_value
from bench.servers import Running, Songgang

SIGNIFICANT = 0.01
"""A p-value below this says that the times differ."""
ENTER = "mutation { enterAsViewer(input: {}) { ... on ViewerEntered { accessToken } } }"
TAP = """mutation ($input: ExpressInterestInput!) { expressInterest(input: $input) {
  __typename
  ... on InterestRecorded { created receipt lead { id stage source createdAt } }
  ... on UserError { code message field }
} }"""
SAVE = """mutation ($input: SaveProfileInput!) { saveProfile(input: $input) {
  __typename
  ... on ProfileSaved { accessToken receipt seeker { id version status } }
  ... on UserError { code message field }
} }"""
SESSIONS = """{ liveSessions(filter: {status: LIVE}, first: 1) { edges { node { id
  postings(first: 3) { edges { node { id } } } } } } }"""
END = """mutation ($id: ID!) { endSession(input: {sessionId: $id}) { __typename } }"""


@dataclass(frozen=True)
class Path:
    """One way to ask about a phone: how a phone gets known there, and the request."""

    name: str
    document: str
    build_input: Callable[[str], dict[str, Any]]
    close: Callable[[], Awaitable[None]] | None = None
    """Ends the session after phones got known."""


@dataclass
class Answers:
    """The times and lengths of the answers about known or new phones."""

    seconds: list[float]
    shapes: set[tuple[int, str]]


class Prober:
    """Sends each request from a new device over one connection."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._next_phone = 0

    def new_phone(self) -> str:
        self._next_phone += 1
        return f"144{self._next_phone:08d}"

    async def ask(
        self, document: str, variables: dict[str, Any], token: str | None = None
    ) -> bytes:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        body = {"query": document, "variables": variables}
        response = await self._http.post("/graphql", json=body, headers=headers)
        response.raise_for_status()
        return response.content

    async def enter(self) -> str:
        answer = json.loads(await self.ask(ENTER, {}))
        token: str = answer["data"]["enterAsViewer"]["accessToken"]
        return token

    async def send(self, path: Path, phone: str) -> tuple[float, tuple[int, str]]:
        """Return the seconds that the answer took, and its length and type."""
        token = await self.enter()
        began = time.perf_counter()
        content = await self.ask(path.document, {"input": path.build_input(phone)}, token)
        seconds = time.perf_counter() - began
        (answer,) = json.loads(content)["data"].values()
        kind = answer["__typename"] + str(answer.get("created", ""))
        # A time on the full second is shorter, whatever the phone.
        at = answer.get("lead", {}).get("createdAt", "")
        return seconds, (len(content) - len(at), kind)

    async def compare(self, path: Path, count: int) -> tuple[Answers, Answers]:
        """Return the answers about known phones, and about new ones."""
        known = [self.new_phone() for _ in range(count)]
        for phone in known:
            await self.send(path, phone)
        if path.close is not None:
            await path.close()
        asked = [(phone, True) for phone in known]
        asked += [(self.new_phone(), False) for _ in range(count)]
        random.shuffle(asked)
        answers = {is_known: Answers([], set()) for is_known in (True, False)}
        for phone, is_known in asked:
            seconds, shape = await self.send(path, phone)
            answers[is_known].seconds.append(seconds)
            answers[is_known].shapes.add(shape)
        return answers[True], answers[False]


async def find_paths(prober: Prober, running: Running) -> list[Path]:
    """Return the paths of the demo's live session, of the board and of profiles."""
    found = json.loads(await prober.ask(SESSIONS, {}))["data"]["liveSessions"]["edges"]
    session = found[0]["node"]
    posting = session["postings"]["edges"][0]["node"]["id"]
    other = session["postings"]["edges"][1]["node"]["id"]

    def tap(posting_id: str, **place: str) -> Callable[[str], dict[str, Any]]:
        return lambda phone: {
            "postingId": posting_id,
            "contact": {"name": "合成", "phone": phone},
            "consent": {"textVersion": "1"},
            **place,
        }

    def profile(phone: str) -> dict[str, Any]:
        return {
            "profile": {"group": "LAID_OFF", "wants": {"occupations": ["ELECTRICIAN"]}},
            "contact": {"name": "合成", "phone": phone},
            "consent": {"textVersion": "1"},
        }

    async def end() -> None:
        await prober.ask(END, {"id": session["id"]}, running.host_token)

    return [
        Path("tap in a live session", TAP, tap(posting, sessionId=session["id"])),
        Path("tap on the board", TAP, tap(posting, source="BOARD")),
        Path("save a profile", SAVE, profile),
        Path("tap after the end", TAP, tap(other, sessionId=session["id"]), close=end),
    ]


def report(path: Path, known: Answers, new: Answers) -> bool:
    """Print one line about a path; return whether nothing can be learned."""
    p = p_value(known.seconds, new.seconds)
    same_bytes = known.shapes == new.shapes
    print(
        f"{path.name:24} p = {p:.3f}  median {median(known.seconds) * 1e3:.2f} ms known, "
        f"{median(new.seconds) * 1e3:.2f} ms new  "
        f"{'equal' if same_bytes else f'DIFFERENT {known.shapes ^ new.shapes}'} in bytes",
        flush=True,
    )
    return p >= SIGNIFICANT and same_bytes


async def main(count: int) -> int:
    """Measure every path; return 1 if one of them tells that a phone is known."""
    cores = Cores.divide()
    os.sched_setaffinity(0, cores.others)
    async with Songgang.on_own_mongod(cores) as songgang, songgang.nodes() as running:
        url = f"http://127.0.0.1:{running.ports[0]}"
        async with httpx.AsyncClient(base_url=url, timeout=60) as http:
            prober = Prober(http)
            quiet = [
                report(path, *await prober.compare(path, count))
                for path in await find_paths(prober, running)
            ]
    return 0 if all(quiet) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2_000, help="answers of each kind and path")
    sys.exit(asyncio.run(main(parser.parse_args().count)))
