"""Persons who tap at a steady rate, whatever the service does; each repeats until it is answered.

Each person has a device and an address of its own and taps on some postings, one after the other.
New persons come at a fixed rate, so taps pile up while nothing is answered, as in a real session.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Sequence
from typing import Any, Self

import aiohttp

from tests.support.interest_senders import Interest, InterestAnswer, NodeAddress, parse_answer
from tests.support.third_party_clients import ENTER_AS_VIEWER
from tests.support.torture_report import Ledger

TAPS_PER_PERSON = 4
REQUEST_TIMEOUT_SECONDS = 30.0
MAX_PERSONS_WAITING = 3_000
"""When so many wait for an answer, no new ones come."""


class TapLoad:
    """Sends interests until it is told to stop; ``ledger`` has what was acknowledged."""

    def __init__(
        self,
        nodes: Sequence[NodeAddress],
        session: str,
        postings: Sequence[str],
        *,
        taps_per_second: float,
        first_person: int = 1,
    ) -> None:
        """``first_person`` is the number of the first person, of which the phone is made."""
        self._nodes = nodes
        self.session = session
        self._postings = postings
        self._interval = TAPS_PER_PERSON / taps_per_second
        self._numbers = itertools.count(first_person)
        self._chance = random.Random(0)  # noqa: S311 - chance, not a secret
        # Not httpx: with a thousand connections its pool takes longer than the service.
        self._client = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_SECONDS),
            connector=aiohttp.TCPConnector(limit=1_000),
        )
        self._persons: set[asyncio.Task[None]] = set()
        self._ticker: asyncio.Task[None] | None = None
        self.ledger = Ledger()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        running = [*self._persons, *([self._ticker] if self._ticker else [])]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        await self._client.close()

    @property
    def acknowledged(self) -> int:
        """The number of interests that were answered with a lead."""
        return len(self.ledger.acknowledged)

    def start(self) -> None:
        """Let persons come until ``finish``."""
        self._ticker = asyncio.create_task(self._come())

    async def finish(self) -> None:
        """Let nobody new come, and return when all who came have their answer.

        An error that sending again does not mend is raised.
        """
        assert self._ticker is not None  # it was started
        ticker, self._ticker = self._ticker, None
        ticker.cancel()
        await asyncio.wait({ticker})
        if not ticker.cancelled():
            ticker.result()
        if self._persons:
            await asyncio.gather(*self._persons)

    async def _come(self) -> None:
        due = time.monotonic()
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            # After a time in which this process did not run, nobody comes twice as fast.
            due = max(due + self._interval, time.monotonic() - 1)
            if len(self._persons) < MAX_PERSONS_WAITING:
                person = asyncio.create_task(self._tap_postings(next(self._numbers)))
                self._persons.add(person)
                person.add_done_callback(self._forget)

    def _forget(self, person: asyncio.Task[None]) -> None:
        # A failed person stays, so that ``finish`` raises its error.
        if person.cancelled() or person.exception() is None:
            self._persons.discard(person)

    async def _tap_postings(self, number: int) -> None:
        headers = {"x-forwarded-for": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        nodes = itertools.cycle(self._chance.sample(self._nodes, len(self._nodes)))
        entered = await self._until_answered({"query": ENTER_AS_VIEWER}, headers, nodes)
        headers["authorization"] = f"Bearer {entered['data']['enterAsViewer']['accessToken']}"
        for posting in self._chance.sample(self._postings, TAPS_PER_PERSON):
            interest = Interest(session=self.session, posting=posting, phone=f"144{number:08d}")
            await self._tap(interest, headers, nodes)

    async def _tap(
        self, interest: Interest, headers: dict[str, str], nodes: itertools.cycle[NodeAddress]
    ) -> None:
        began = time.monotonic()
        while True:
            answer = parse_answer(await self._until_answered(interest.request(), headers, nodes))
            self.ledger.answers[answer.kind] += 1
            if answer.lead_id is not None:
                self.ledger.note(interest, answer.lead_id)
                self.ledger.slowest = max(self.ledger.slowest, time.monotonic() - began)
                return
            _check_retryable(answer)
            await self._pause()

    async def _until_answered(
        self, body: dict[str, Any], headers: dict[str, str], nodes: itertools.cycle[NodeAddress]
    ) -> dict[str, Any]:
        """Send to one node after the other until one answers with data."""
        for node in nodes:
            try:
                async with self._client.post(
                    f"{node.url}/graphql", json=body, headers=headers
                ) as response:
                    answer: dict[str, Any] = await response.json(content_type=None)
            except (aiohttp.ClientError, TimeoutError, ValueError):
                self.ledger.answers["unreachable"] += 1
            else:
                if answer.get("data"):
                    return answer
                self.ledger.answers[f"HTTP {response.status}"] += 1
            await self._pause()
        raise AssertionError("itertools.cycle() does not end")

    async def _pause(self) -> None:
        await asyncio.sleep(0.1 + self._chance.random() * 0.4)


def _check_retryable(answer: InterestAnswer) -> None:
    """Raise for an answer after which sending again does not help."""
    if answer.kind != "Busy":
        raise AssertionError(f"refused with {answer}")
