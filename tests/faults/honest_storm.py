"""2,000 devices behind one address, then 20,000 behind 50: each enters and taps, in a minute.

Needs Linux, where a client can choose its address on the loopback interface.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from typing import Any

import aiohttp

from tests.faults.comparison import compare, wait_until_logged
from tests.faults.fault_runs import FaultRun, main
from tests.faults.load import Deployment, open_store, read_postings
from tests.faults.rigs import RunSize, full, run_set_rig
from tests.faults.verdict import Verdict
from tests.support.interest_senders import Interest, parse_answer
from tests.support.third_party_clients import ENTER_AS_VIEWER, HttpClient
from tests.support.torture_report import Ledger

NAME = "honest_storm"
ANSWER_SECONDS = 120.0
CONNECTIONS = 100
"""Connections of one address at once."""
MANY_TIMES = 10
"""The second storm has ten times as many devices as the first."""
_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Storm:
    """``devices`` that come evenly over ``seconds``, from so many addresses."""

    devices: int
    addresses: int
    seconds: float


async def run(size: RunSize) -> Verdict:
    """Send both storms to two nodes over a replica set."""
    async with run_set_rig() as rig:
        return await send_storms(rig.deployment, size)


async def send_storms(deployment: Deployment, size: RunSize) -> Verdict:
    """Let ``taps_between`` devices come from one address, then ten times as many from ``times``."""
    few = Storm(devices=size.taps_between, addresses=1, seconds=size.hold_seconds)
    many = Storm(
        devices=size.taps_between * MANY_TIMES, addresses=size.times, seconds=size.hold_seconds
    )
    began = time.monotonic()
    server = deployment.nodes[0].server
    assert server is not None  # all nodes were started
    async with HttpClient(server.url) as http:
        postings = await read_postings(http, server.live_session)
    visitors = _Visitors(deployment, server.live_session, postings)
    figures = {
        f"s until {storm.devices} behind {storm.addresses} were answered": round(
            await visitors.come(storm), 1
        )
        for storm in (few, many)
    }
    return await _judge(deployment, visitors, figures, time.monotonic() - began)


class _Visitors:
    """Devices that come once each. An answer without a lead is noted, and not sent again."""

    def __init__(self, deployment: Deployment, session: str, postings: list[str]) -> None:
        self._nodes = deployment.nodes
        self.session = session
        self._postings = postings
        self.ledger = Ledger()
        self.refused: list[str] = []

    async def come(self, storm: Storm) -> float:
        """Return the seconds from the first device to the last answer."""
        async with AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(_client_at(f"127.0.{storm.addresses}.{number}"))
                for number in range(1, storm.addresses + 1)
            ]
            began = time.monotonic()
            async with asyncio.TaskGroup() as devices:
                for place in range(storm.devices):
                    due = began + storm.seconds * place / storm.devices
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    devices.create_task(self._tap(clients[place % len(clients)]))
            return time.monotonic() - began

    async def _tap(self, client: aiohttp.ClientSession) -> None:
        number = next(_numbers)
        url = f"{self._nodes[number % len(self._nodes)].url}/graphql"
        began = time.monotonic()
        entered = await _ask(client, url, {"query": ENTER_AS_VIEWER})
        token = entered["data"]["enterAsViewer"].get("accessToken")
        if token is None:
            self.refused.append("a device could not enter")
            return
        interest = Interest(
            session=self.session,
            posting=self._postings[number % len(self._postings)],
            phone=f"144{number:08d}",
        )
        answer = parse_answer(await _ask(client, url, interest.request(), token))
        self.ledger.answers[answer.kind] += 1
        self.ledger.slowest = max(self.ledger.slowest, time.monotonic() - began)
        if answer.lead_id is None:
            self.refused.append(f"{answer.kind} {answer.message}")
        else:
            self.ledger.note(interest, answer.lead_id)


def _client_at(address: str) -> aiohttp.ClientSession:
    """A client with an address of its own; Linux takes each of 127.0.0.0/8."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
        connector=aiohttp.TCPConnector(limit=CONNECTIONS, local_addr=(address, 0)),
    )


async def _ask(
    client: aiohttp.ClientSession, url: str, body: dict[str, Any], token: str | None = None
) -> Any:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    async with client.post(url, json=body, headers=headers) as response:
        return await response.json(content_type=None)


async def _judge(
    deployment: Deployment, visitors: _Visitors, figures: dict[str, float], seconds: float
) -> Verdict:
    ledger = visitors.ledger
    async with open_store(deployment) as store:
        await wait_until_logged(store)
        differences = await compare(store, visitors.session, ledger, announced=())
        flagged = await store.mongo["leads"].count_documents({"crowded": True})
    return Verdict(
        run=NAME,
        seconds=seconds,
        acknowledged=len(ledger.acknowledged),
        lost=differences.lost,
        doubled=differences.doubled,
        longest_answer=ledger.slowest,
        problems=[*differences.problems, *visitors.refused],
        figures={**figures, "leads that are called last": flagged},
        answers=dict(ledger.answers),
    )


RUN = FaultRun(
    name=NAME,
    about=(__doc__ or "").partition("\n")[0],
    size=full(hold_seconds=60, times=50, taps_between=2_000),
    run=run,
)

if __name__ == "__main__":
    main(RUN)
