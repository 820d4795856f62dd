"""2,000 honest devices behind one address in 60 s, then 20,000 behind 50: all are recorded."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from schema.relay import parse_global_id
from storage.mongo.client import Mongo
from tests.faults.fault_runs import FaultRun, main
from tests.faults.rigs import RunSize, full
from tests.faults.verdict import Verdict, combine
from tests.support.interest_senders import Interest, parse_answer
from tests.support.mongod import temporary_mongod
from tests.support.songgang_process import ServerProcess, running_server
from tests.support.third_party_clients import ENTER_AS_VIEWER

NAME = "honest_storm"
DATABASE = "songgang"
STORM_SECONDS = 60
AT_ONCE = 300
"""Devices that wait for an answer at the same moment; on a slow machine the storm takes longer."""
POSTING = (
    "query ($id: ID!) { liveSession(id: $id) { postings(first: 1) { edges { node { id } } } } }"
)


@dataclass(kw_only=True)
class _Storm:
    """One storm: what its devices send, and what they were answered."""

    server: ServerProcess
    http: httpx.AsyncClient
    posting: str
    addresses: int
    first_person: int
    leads: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0
    sent_again: int = 0

    async def send_all(self, devices: int) -> None:
        """Let the devices come at a steady rate within ``STORM_SECONDS``, each once."""
        slots = asyncio.Semaphore(AT_ONCE)
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(devices):
                due = began + number * STORM_SECONDS / devices
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                await slots.acquire()
                group.create_task(self._tap(number)).add_done_callback(lambda _: slots.release())

    async def _tap(self, number: int) -> None:
        began = time.monotonic()
        headers = {"x-forwarded-for": f"203.0.113.{number % self.addresses + 1}"}
        entered = await self._post({"query": ENTER_AS_VIEWER}, headers)
        headers["authorization"] = f"Bearer {entered['data']['enterAsViewer']['accessToken']}"
        phone = f"144{self.first_person + number:08d}"
        interest = Interest(session=self.server.live_session, posting=self.posting, phone=phone)
        answer = parse_answer(await self._post(interest.request(), headers))
        self.answers[answer.kind] += 1
        if answer.lead_id is not None:
            self.leads.add(parse_global_id(answer.lead_id, "Lead"))
        self.slowest = max(self.slowest, time.monotonic() - began)

    async def _post(self, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        """Send until an answer comes: a kept connection may end as a request arrives."""
        while True:
            try:
                response = await self.http.post("/graphql", json=body, headers=headers)
            except httpx.TransportError:
                self.sent_again += 1
            else:
                answer: dict[str, Any] = response.json()
                return answer


async def run(size: RunSize) -> Verdict:
    """Send both storms; ``times`` is by how much they are smaller."""
    async with (
        temporary_mongod() as mongod,
        running_server(mongod.uri, DATABASE, "--demo", SONGGANG_PROXIES="127.0.0.1") as server,
        httpx.AsyncClient(
            base_url=server.url, timeout=120, limits=httpx.Limits(max_connections=AT_ONCE)
        ) as http,
    ):
        mongo = await Mongo.connect(mongod.uri, DATABASE)
        try:
            small = await _run_storm(server, http, mongo, 2_000 // size.times, 1, 0)
            large = await _run_storm(server, http, mongo, 20_000 // size.times, 50, 1_000_000)
        finally:
            await mongo.close()
    verdict = combine(NAME, [small, large])
    verdict.notes += [each.to_text() for each in (small, large)]
    return verdict


async def _run_storm(
    server: ServerProcess,
    http: httpx.AsyncClient,
    mongo: Mongo,
    devices: int,
    addresses: int,
    first_person: int,
) -> Verdict:
    body = {"query": POSTING, "variables": {"id": server.live_session}}
    shown = (await http.post("/graphql", json=body)).json()["data"]["liveSession"]
    posting = shown["postings"]["edges"][0]["node"]["id"]
    before = await mongo["leads"].count_documents({})
    storm = _Storm(
        server=server, http=http, posting=posting, addresses=addresses, first_person=first_person
    )
    began = time.monotonic()
    await storm.send_all(devices)
    seconds = time.monotonic() - began
    stored = {each["_id"] async for each in mongo["leads"].find({}, {"_id": 1})}
    problems = []
    if storm.answers != {"InterestRecorded": devices}:
        problems.append(f"{devices} devices were answered {dict(storm.answers)}")
    if len(stored) - before != devices:
        problems.append(f"{len(stored) - before} leads are stored, not {devices}")
    return Verdict(
        run=f"{devices} behind {addresses}",
        seconds=seconds,
        acknowledged=len(storm.leads),
        announced=0,
        viewers=0,
        lost=sorted(storm.leads - stored),
        doubled=[],
        gaps=[],
        repeats=[],
        resets=0,
        longest_silence=0,
        longest_delay=0,
        longest_answer=storm.slowest,
        problems=problems,
        figures={"requests sent again": storm.sent_again},
        answers=dict(storm.answers),
    )


RUN = FaultRun(
    name=NAME,
    about=__doc__ or "",
    size=full(),
    run=run,
)

if __name__ == "__main__":
    main(RUN)
