"""The torture test of lead capture: sends interests while MongoDB and the service are killed.

Whoever sends an interest sends it again until it is acknowledged, as an app on a bad line would,
sometimes over two nodes at once, sometimes hanging up before the answer. The ledger holds what was
acknowledged; in the end MongoDB, the log and the API must hold exactly that.

Beside them one writer stores the weak way (``w: 1``, ``j: false``) with a client of its own: the
faults that cost the service nothing cost it some of what it was told is stored. That shows that the
harness can see a loss.

``python -m tests.support.torture`` runs it at full length and prints what came of it.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from pymongo import AsyncMongoClient, WriteConcern
from pymongo.errors import PyMongoError

from domain.identity.persons import normalise_phone
from domain.live.events import lead_topic
from schema.relay import parse_global_id
from storage.mongo.client import Mongo, new_id
from storage.store import Store
from tests.support.faults import FaultInjector, NodeProcess
from tests.support.interest_senders import (
    HttpTransport,
    Interest,
    InterestAnswer,
    Unreachable,
    VisitorTransport,
    WebSocketTransport,
)
from tests.support.mongod import temporary_folder
from tests.support.replica_set import ReplicaSet, run_replica_set
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until

DATABASE = "songgang_torture"
SECRET = "a secret that both nodes share"
PASSWORD = "demo-for-torture-1"
NODE_COUNT = 2
SETTLE_TIMEOUT_SECONDS = 120.0

POSTINGS_QUERY = """
query ($session: ID!) {
  liveSession(id: $session) { postings(first: 10) { edges { node { id } } } }
}
"""
LEADS_QUERY = """
query ($session: ID!, $after: String) {
  leads(filter: {sessionId: $session}, first: 100, after: $after) {
    edges { node { id } } pageInfo { hasNextPage endCursor }
  }
}
"""


@dataclass(frozen=True, kw_only=True)
class TortureSize:
    """How many interests are sent, and how many processes are killed meanwhile.

    ``interests`` are the fewest; senders go on until the last fault is over. ``pause`` is the
    longest that a sender thinks between two interests, in seconds.
    """

    interests: int
    mongod_kills: int
    node_kills: int
    senders: int
    pause: float


SHORT_RUN = TortureSize(interests=300, mongod_kills=2, node_kills=2, senders=12, pause=0.4)
LONG_RUN = TortureSize(interests=20_000, mongod_kills=30, node_kills=20, senders=64, pause=0.6)


@dataclass
class Ledger:
    """The acknowledgements of the service."""

    acknowledged: dict[Interest, str] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    """Contradictions: two ids for one person and posting, or one lead for two."""
    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    def note(self, interest: Interest, lead_id: str) -> None:
        """Record the lead that acknowledged an interest."""
        known = self.acknowledged.setdefault(interest, lead_id)
        if known != lead_id:
            self.contradictions.append(f"{known} and {lead_id} for one person and posting")


@dataclass
class WeakWrites:
    """The acknowledgements of a writer without majority, and what was stored in the end."""

    acknowledged: list[str] = field(default_factory=list)
    lost: int = 0


@dataclass(frozen=True, kw_only=True)
class TortureReport:
    """The result; every list is empty when no promise was broken."""

    ledger: Ledger
    faults: Counter[str]
    weak: WeakWrites
    seconds: float
    stored: int
    missing: list[str]
    """Acknowledged, and not in MongoDB."""
    unknown: list[str]
    """In MongoDB or listed, and never acknowledged."""
    doubled: list[str]
    """A person and posting with two leads."""
    unlisted: list[str]
    """In MongoDB, and not on the pages of `leads`."""
    log: list[str]
    """Leads without exactly one event, holes in the log, a tally that is not the sum."""
    diverged: list[str]
    """Members of the replica set whose data differ from the primary's."""
    errors: list[str]
    """Lines that the service logged as errors."""

    @property
    def violations(self) -> list[str]:
        """Return every broken promise."""
        return [
            *(f"missing: {each}" for each in self.missing),
            *(f"unknown: {each}" for each in self.unknown),
            *(f"doubled: {each}" for each in self.doubled),
            *(f"contradicted: {each}" for each in self.ledger.contradictions),
            *(f"unlisted: {each}" for each in self.unlisted),
            *(f"log: {each}" for each in self.log),
            *(f"apart: {each}" for each in self.diverged),
            *(f"logged: {each}" for each in self.errors),
        ]


def new_seed() -> int:
    """Return a new phone number."""
    return random.randrange(10_000)  # noqa: S311 - chance, not a secret


async def run_torture(size: TortureSize, seed: int) -> TortureReport:
    """Send and kill, then compare; a seed fixes the faults, but not their moments."""
    chance = random.Random(seed)  # noqa: S311 - chance, not a secret
    async with AsyncExitStack() as stack:
        kept = await stack.enter_async_context(run_replica_set())
        folder = stack.enter_context(temporary_folder())
        nodes = [
            NodeProcess(
                kept.uri,
                DATABASE,
                folder / str(number),
                SONGGANG_SECRET=SECRET,
                SONGGANG_DEMO_PASSWORD=PASSWORD,
            )
            for number in range(NODE_COUNT)
        ]
        for node in nodes:
            stack.push_async_callback(node.close)
        await asyncio.gather(*(node.start() for node in nodes))
        return await _TortureRun(size, chance, kept, nodes).run()


class _TortureRun:
    def __init__(
        self, size: TortureSize, chance: random.Random, kept: ReplicaSet, nodes: list[NodeProcess]
    ) -> None:
        self._size = size
        self._chance = chance
        self._set = kept
        self._nodes = nodes
        self._faults = FaultInjector(kept, nodes, chance)
        self._ledger = Ledger()
        self._weak = WeakWrites()
        self._over = False
        self._phones = (f"144{number:08d}" for number in itertools.count())

    async def run(self) -> TortureReport:
        server = self._nodes[0].server
        assert server is not None  # all nodes were started
        self._session = server.live_session
        async with HttpClient(server.url) as http:
            token = await http.enter()
            found = await http(POSTINGS_QUERY, {"session": self._session}, token=token)
        edges = found["liveSession"]["postings"]["edges"]
        self._postings = [edge["node"]["id"] for edge in edges]
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(self._size.senders):
                group.create_task(self._send(token))
            group.create_task(self._store_weakly())
            kills = [
                group.create_task(self._faults.kill_members(self._size.mongod_kills)),
                group.create_task(self._faults.kill_nodes(self._size.node_kills)),
            ]
            await asyncio.gather(*kills)
            self._over = True
        seconds = time.monotonic() - began
        return await self._compare(seconds)

    async def _send(self, token: str) -> None:
        """Send interests of new persons until enough are acknowledged and all faults are done."""
        http, socket = HttpTransport(self._nodes, token), WebSocketTransport(self._nodes, token)
        async with http, socket:
            while not self._over or len(self._ledger.acknowledged) < self._size.interests:
                interest = Interest(
                    session=self._session,
                    posting=self._chance.choice(self._postings),
                    phone=next(self._phones),
                )
                ways: Iterator[VisitorTransport] = iter(self._chance.sample([http, socket], 2))
                began = time.monotonic()
                sent = [self._until_acknowledged(next(ways), interest)]
                if self._chance.random() < 0.1:
                    sent.append(self._until_acknowledged(next(ways), interest))
                await asyncio.gather(*sent)
                self._ledger.slowest = max(self._ledger.slowest, time.monotonic() - began)
                if self._chance.random() < 0.1:
                    await self._until_acknowledged(http, interest)
                await asyncio.sleep(self._chance.random() * self._size.pause)

    async def _until_acknowledged(self, way: VisitorTransport, interest: Interest) -> None:
        while True:
            # Some hang up in the middle: what they sent may be stored or not.
            patience = 0.02 if self._chance.random() < 0.03 else 10.0
            try:
                answer = await way.send(interest, patience)
            except Unreachable:
                self._ledger.answers["unreachable"] += 1
            else:
                self._ledger.answers[answer.kind] += 1
                if answer.lead_id is not None:
                    self._ledger.note(interest, answer.lead_id)
                    return
                _check_retryable(answer)
            await asyncio.sleep(self._chance.random() * 0.3)

    async def _store_weakly(self) -> None:
        client: AsyncMongoClient[dict[str, str]] = AsyncMongoClient(
            self._set.uri, serverSelectionTimeoutMS=500, socketTimeoutMS=1_000, retryWrites=False
        )
        async with client:
            written = client["weak"].get_collection("leads", write_concern=WriteConcern(1, j=False))
            while not self._over:
                document_id = new_id()
                try:
                    await written.insert_one({"_id": document_id})
                except PyMongoError:
                    continue
                self._weak.acknowledged.append(document_id)
                await asyncio.sleep(0.01)

    async def _compare(self, seconds: float) -> TortureReport:
        """Compare what is stored, listed and logged with what was acknowledged."""
        mongo = await Mongo.connect(self._set.uri, DATABASE)
        store = Store(mongo, SECRET)
        await wait_until(lambda: _all_logged(store), SETTLE_TIMEOUT_SECONDS, every=0.5)
        session_id = parse_global_id(self._session, "LiveSession")
        found = mongo["leads"].find({}, {"session_id": 1, "posting_id": 1, "person": 1})
        leads = [document async for document in found]
        stored = {document["_id"]: _key(document) for document in leads}
        acknowledged = {
            parse_global_id(lead_id, "Lead"): (
                session_id,
                parse_global_id(interest.posting, "Posting"),
                store.keyring.hash_phone(normalise_phone(interest.phone, demo=True)),
            )
            for interest, lead_id in self._ledger.acknowledged.items()
        }
        if len(acknowledged) != len(self._ledger.acknowledged):
            self._ledger.contradictions.append("one lead was given to two")
        listed = await self._listed()
        outcome = TortureReport(
            ledger=self._ledger,
            faults=self._faults.counts,
            weak=await self._weakly_lost(),
            seconds=seconds,
            stored=len(stored),
            missing=[one for one, key in acknowledged.items() if stored.get(one) != key],
            unknown=sorted({*stored, *listed} - acknowledged.keys()),
            doubled=[str(key) for key, times in Counter(stored.values()).items() if times > 1],
            unlisted=sorted((Counter(stored.keys()) - Counter(listed)).keys())
            + [one for one, times in Counter(listed).items() if times > 1],
            log=await _differences_of_log(store, session_id, list(stored)),
            diverged=await self._apart(),
            errors=[line for node in self._nodes for line in node.log_lines('"level":"error"')]
            + [line for node in self._nodes for line in node.log_lines("Traceback")],
        )
        await mongo.close()
        return outcome

    async def _listed(self) -> list[str]:
        """Return the leads on all pages of ``leads`` for the host of the session."""
        ids: list[str] = []
        after: str | None = None
        async with HttpClient(self._nodes[-1].url) as http:
            host = (await http.sign_in("host", PASSWORD))["accessToken"]
            while True:
                page = (
                    await http(LEADS_QUERY, {"session": self._session, "after": after}, token=host)
                )["leads"]
                ids += [parse_global_id(edge["node"]["id"], "Lead") for edge in page["edges"]]
                if not page["pageInfo"]["hasNextPage"]:
                    return ids
                after = page["pageInfo"]["endCursor"]

    async def _weakly_lost(self) -> WeakWrites:
        primary = await self._set.wait_for_primary()
        found = primary.client["weak"]["leads"].find({}, {"_id": 1})
        present = {document["_id"] async for document in found}
        self._weak.lost = len(set(self._weak.acknowledged) - present)
        return self._weak

    async def _apart(self) -> list[str]:
        """Return the members whose leads differ from the primary's once all have caught up."""
        await self._set.wait_healthy()
        hashes: list[str] = []

        async def alike() -> bool:
            hashes.clear()
            for member in self._set.members:
                answer = await member.client[DATABASE].command("dbHash", collections=["leads"])
                hashes.append(answer["collections"]["leads"])
            return len(set(hashes)) == 1

        try:
            await wait_until(alike, SETTLE_TIMEOUT_SECONDS, every=0.5)
        except TimeoutError:
            return hashes
        return []


async def _all_logged(store: Store) -> bool:
    return not await store.leads.sessions_with_unlogged()


def _key(document: dict[str, str]) -> tuple[str, str, str]:
    return document["session_id"], document["posting_id"], document["person"]


async def _differences_of_log(store: Store, session_id: str, ids: list[str]) -> list[str]:
    found = store.mongo["events"].find({"topic": lead_topic(session_id)}).sort("_id", 1)
    events = [document async for document in found]
    differences = []
    if [document["seq"] for document in events] != list(range(1, len(events) + 1)):
        differences.append("the log has holes")
    logged = Counter(document["event"]["lead_id"] for document in events)
    differences += [f"{one} {logged[one]} times" for one in ids if logged[one] != 1]
    differences += [f"{one} is no lead" for one in logged.keys() - set(ids)]
    tally = (await store.interest_counts.by_sessions([session_id])).get(session_id, {})
    if sum(tally.values()) != len(ids):
        differences.append(f"the tally is {sum(tally.values())}, the leads are {len(ids)}")
    return differences


def _check_retryable(answer: InterestAnswer) -> None:
    """Raise for an answer after which sending again does not help."""
    if answer.kind != "Busy":
        raise AssertionError(f"refused with {answer}")


def main() -> None:
    """Run the long form; exit with 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="make torture", description=main.__doc__)
    parser.add_argument("--interests", type=int, default=LONG_RUN.interests)
    parser.add_argument("--mongod-kills", type=int, default=LONG_RUN.mongod_kills)
    parser.add_argument("--node-kills", type=int, default=LONG_RUN.node_kills)
    parser.add_argument("--seed", type=int, default=new_seed())
    given = parser.parse_args()
    size = TortureSize(
        interests=given.interests,
        mongod_kills=given.mongod_kills,
        node_kills=given.node_kills,
        senders=LONG_RUN.senders,
        pause=LONG_RUN.pause,
    )
    outcome = asyncio.run(run_torture(size, given.seed))
    print(format_report(outcome, given.seed))  # noqa: T201 - a table for a terminal
    sys.exit(1 if outcome.violations else 0)


def format_report(outcome: TortureReport, seed: int) -> str:
    """Return the result as lines of text."""
    ledger = outcome.ledger
    weakly = len(outcome.weak.acknowledged)
    lines = [
        ("seed", seed),
        ("seconds", round(outcome.seconds)),
        *((f"times {fault}", times) for fault, times in sorted(outcome.faults.items())),
        ("interests acknowledged", len(ledger.acknowledged)),
        *((f"  answered {kind}", times) for kind, times in sorted(ledger.answers.items())),
        ("slowest until acknowledged, s", round(ledger.slowest, 1)),
        ("leads stored", outcome.stored),
        ("acknowledged and missing", len(outcome.missing)),
        ("stored and never acknowledged", len(outcome.unknown)),
        ("persons and postings with two leads", len(outcome.doubled)),
        ("persons and postings told two ids", len(ledger.contradictions)),
        ("stored and not listed once", len(outcome.unlisted)),
        ("errors of log and tally", len(outcome.log)),
        ("members that differ", len(outcome.diverged)),
        ("errors logged by the service", len(outcome.errors)),
        ("w:1 j:false beside it: acknowledged", weakly),
        ("w:1 j:false beside it: lost", outcome.weak.lost),
    ]
    shown = [f"{name:<40}{figure:>10}" for name, figure in lines]
    return "\n".join([*shown, *outcome.violations[:20]])


if __name__ == "__main__":
    main()
