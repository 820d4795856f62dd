"""The torture test of lead capture: sends interests while MongoDB and the service are killed.

A sender repeats an interest until it is acknowledged, as an app on a bad network does. Sometimes it
uses two nodes at once; sometimes it disconnects before the answer; sometimes another device sends
the same phone. The ledger holds what was acknowledged. At the end MongoDB, the log and the API must
hold exactly that.

One more writer uses weak writes (``w: 1``, ``j: false``) with its own client. The faults that cost
the service nothing cost this writer some acknowledged documents. That shows that the test can see a
loss.

``python -m tests.support.torture`` runs it at full length and prints the report.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import jwt
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.errors import PyMongoError

from storage.mongo.client import new_id
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
from tests.support.torture_comparison import DATABASE, PASSWORD, SECRET, Comparison
from tests.support.torture_report import Ledger, TortureReport, WeakWrites, format_report

NODE_COUNT = 2
POSTINGS_QUERY = """
query ($session: ID!) {
  liveSession(id: $session) { postings(first: 10) { edges { node { id } } } }
}
"""


@dataclass(frozen=True, kw_only=True)
class TortureSize:
    """How many interests are sent, and how many processes are killed meanwhile.

    ``interests`` is the minimum: senders continue until the last fault is over. ``pause`` is the
    longest time between two interests of one sender, in seconds.
    """

    interests: int
    mongod_kills: int
    node_kills: int
    senders: int
    pause: float


SHORT_RUN = TortureSize(interests=300, mongod_kills=2, node_kills=2, senders=12, pause=0.4)
LONG_RUN = TortureSize(interests=20_000, mongod_kills=30, node_kills=20, senders=64, pause=0.6)


def new_seed() -> int:
    """Return a random seed for the faults."""
    return random.randrange(10_000)  # noqa: S311 - chance, not a secret


async def run_torture(size: TortureSize, seed: int) -> TortureReport:
    """Send interests and kill processes, then compare. A seed fixes the faults, not their times."""
    chance = random.Random(seed)  # noqa: S311 - chance, not a secret
    async with AsyncExitStack() as stack:
        replica_set = await stack.enter_async_context(run_replica_set())
        folder = stack.enter_context(temporary_folder())
        nodes = [
            NodeProcess(
                replica_set.uri,
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
        return await _TortureRun(size, chance, replica_set, nodes).run()


class _TortureRun:
    def __init__(
        self,
        size: TortureSize,
        chance: random.Random,
        replica_set: ReplicaSet,
        nodes: list[NodeProcess],
    ) -> None:
        self._size = size
        self._chance = chance
        self._set = replica_set
        self._nodes = nodes
        self._faults = FaultInjector(replica_set, nodes, chance)
        self._ledger = Ledger()
        self._weak = WeakWrites()
        self._over = False
        self._phones = (f"144{number:08d}" for number in itertools.count())

    async def run(self) -> TortureReport:
        server = self._nodes[0].server
        assert server is not None  # all nodes were started
        self._session = server.live_session
        async with HttpClient(server.url) as http:
            token, squatters_token = await http.enter(), await http.enter()
            found = await http(POSTINGS_QUERY, {"session": self._session}, token=token)
        edges = found["liveSession"]["postings"]["edges"]
        self._postings = [edge["node"]["id"] for edge in edges]
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(self._size.senders):
                group.create_task(self._send(token, squatters_token))
            group.create_task(self._write_weakly())
            kills = [
                group.create_task(self._faults.kill_members(self._size.mongod_kills)),
                group.create_task(self._faults.kill_nodes(self._size.node_kills)),
            ]
            await asyncio.gather(*kills)
            self._over = True
        seconds = time.monotonic() - began
        comparison = Comparison(
            self._set, self._nodes, self._session, self._ledger, self._weak, self._faults.counts
        )
        return await comparison.run(seconds)

    async def _send(self, token: str, squatters_token: str) -> None:
        """Send interests of new persons until enough are acknowledged and all faults are done.

        A second device sends some of the same phones at the same moment.
        """
        http, socket = HttpTransport(self._nodes, token), WebSocketTransport(self._nodes, token)
        squatter = HttpTransport(self._nodes, squatters_token)
        async with http, socket, squatter:
            while not self._over or len(self._ledger.acknowledged) < self._size.interests:
                interest = Interest(
                    session=self._session,
                    posting=self._chance.choice(self._postings),
                    phone=next(self._phones),
                    giver=device_of(token),
                )
                transports: Iterator[VisitorTransport] = iter(
                    self._chance.sample([http, socket], 2)
                )
                began = time.monotonic()
                sent = [self._until_acknowledged(next(transports), interest)]
                if self._chance.random() < 0.1:
                    sent.append(self._until_acknowledged(next(transports), interest))
                if self._chance.random() < 0.1:
                    squatted = replace(interest, giver=device_of(squatters_token))
                    sent.append(self._until_acknowledged(squatter, squatted))
                await asyncio.gather(*sent)
                self._ledger.slowest = max(self._ledger.slowest, time.monotonic() - began)
                if self._chance.random() < 0.1:
                    await self._until_acknowledged(http, interest)
                await asyncio.sleep(self._chance.random() * self._size.pause)

    async def _until_acknowledged(self, transport: VisitorTransport, interest: Interest) -> None:
        while True:
            # Some disconnect before the answer: what they sent may be stored or not.
            timeout = 0.02 if self._chance.random() < 0.03 else 10.0
            try:
                answer = await transport.send(interest, timeout)
            except Unreachable:
                self._ledger.answers["unreachable"] += 1
            else:
                self._ledger.answers[answer.kind] += 1
                if answer.lead_id is not None:
                    self._ledger.note(interest, answer.lead_id)
                    return
                _check_retryable(answer)
            await asyncio.sleep(self._chance.random() * 0.3)

    async def _write_weakly(self) -> None:
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


def device_of(token: str) -> str:
    """Return the id of the device that a viewer's token names."""
    device_id: str = jwt.decode(token, options={"verify_signature": False})["sub"]
    return device_id


def _check_retryable(answer: InterestAnswer) -> None:
    """Raise for an answer after which sending again does not help."""
    if answer.kind != "Busy":
        raise AssertionError(f"refused with {answer}")


def main() -> None:
    """Run the long form. Exit with 1 if a promise was broken."""
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
    report = asyncio.run(run_torture(size, given.seed))
    print(format_report(report, given.seed))  # noqa: T201 - a table for a terminal
    sys.exit(1 if report.violations else 0)


if __name__ == "__main__":
    main()
