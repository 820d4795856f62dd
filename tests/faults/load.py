"""The load of a fault run: taps, a host who announces, and sockets that follow the logs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from domain.live.log_topics import lead_topic, session_topic
from schema.relay import parse_global_id
from storage.mongo.client import Mongo, StorageError
from storage.store import Store
from tests.faults.comparison import compare, wait_until_logged
from tests.faults.verdict import Verdict
from tests.support.announcers import Announcer
from tests.support.faults import NodeProcess
from tests.support.log_followers import LEAD_LOG, SESSION_LOG, LogFollower
from tests.support.tap_load import TapLoad
from tests.support.third_party_clients import HttpClient
from tests.support.waiting import wait_until

WAIT_SECONDS = 240.0
"""The longest wait for something that must happen. On a busy machine it takes long."""
VIEWERS_AT_ONCE = 20
POSTINGS = """
query ($session: ID!) {
  liveSession(id: $session) { postings(first: 20) { edges { node { id } } } }
}
"""
_person_numbers = count(1, 1_000_000)


@dataclass(frozen=True, kw_only=True)
class LoadSize:
    """How many do how much."""

    taps_per_second: float
    viewers: int
    announce_every_seconds: float


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The nodes under load, and the database that they use."""

    nodes: Sequence[NodeProcess]
    uri: str
    database: str
    secret: str
    password: str
    """Of the demo's staff."""


class Load:
    """The load on a deployment, which ends with a verdict."""

    def __init__(
        self,
        deployment: Deployment,
        store: Store,
        taps: TapLoad,
        announcer: Announcer,
        followers: tuple[list[LogFollower], list[LogFollower]],
    ) -> None:
        self._deployment = deployment
        self.store = store
        self.taps = taps
        self._announcer = announcer
        self._viewers, self._staff = followers
        self._began = time.monotonic()
        self._session_topic = ""
        self._lead_topic = ""

    async def wait_for_taps(self, number: int) -> None:
        """Wait until so many more interests are acknowledged."""
        goal = self.taps.acknowledged + number
        await wait_until(lambda: self.taps.acknowledged >= goal, WAIT_SECONDS, every=0.05)

    async def wait_until_news_is_heard(self) -> None:
        """Wait until every viewer has an event that was acknowledged after this call."""
        goal = len(self._announcer.acknowledged) + 1
        await wait_until(
            lambda: len(self._announcer.acknowledged) >= goal, WAIT_SECONDS, every=0.05
        )
        await self._wait_until_followed(self._viewers, self._session_topic)

    async def hold(self, seconds: float) -> None:
        """Let the fault stand for so long, and at least until every viewer has heard news."""
        ends = time.monotonic() + seconds
        await self.wait_until_news_is_heard()
        await asyncio.sleep(max(0.0, ends - time.monotonic()))

    async def wait_until_staff_log_is_complete(self) -> float:
        """Wait until every stored lead is logged; return how many seconds that took."""
        began = time.monotonic()
        await wait_until_logged(self.store)
        return time.monotonic() - began

    async def begin(self, session: str) -> None:
        """Let everything start."""
        session_id = parse_global_id(session, "LiveSession")
        self._session_topic, self._lead_topic = session_topic(session_id), lead_topic(session_id)
        everybody = [*self._viewers, *self._staff]
        for start in range(0, len(everybody), VIEWERS_AT_ONCE):
            chosen = everybody[start : start + VIEWERS_AT_ONCE]
            await asyncio.gather(*(follower.start() for follower in chosen))
        self._first_seq = await self._last_seq(self._session_topic) + 1
        self._began = time.monotonic()
        self.taps.start()
        self._announcing = asyncio.create_task(self._announcer.run())

    async def close(self) -> None:
        """Stop the host, and disconnect everybody."""
        self._announcing.cancel()
        await asyncio.wait({self._announcing})
        await asyncio.gather(*(each.close() for each in [*self._viewers, *self._staff]))

    async def finish(self, run: str, *, silence_limit: float | None = None) -> Verdict:
        """End the load, wait until all have received everything, and compare."""
        for viewer in self._viewers:
            viewer.received.end_silence()
        seconds = time.monotonic() - self._began
        self._announcing.cancel()
        await asyncio.wait({self._announcing})
        await asyncio.wait_for(self.taps.finish(), WAIT_SECONDS)
        staff_behind = await self.wait_until_staff_log_is_complete()
        problems = []
        for name, followers, topic in (
            ("viewers", self._viewers, self._session_topic),
            ("staff", self._staff, self._lead_topic),
        ):
            try:
                await self._wait_until_followed(followers, topic)
            except TimeoutError:
                problems.append(f"{name} did not receive the end of the log")
        problems += [
            f"a viewer began with event {viewer.received.first}, not {self._first_seq}"
            for viewer in self._viewers
            if (viewer.received.first or 0) > self._first_seq
        ]
        await asyncio.gather(*(each.close() for each in [*self._viewers, *self._staff]))
        ledger = self.taps.ledger
        session = self.taps.session
        differences = await compare(self.store, session, ledger, self._announcer.acknowledged)
        received = [each.received for each in [*self._viewers, *self._staff]]
        return Verdict(
            run=run,
            seconds=seconds,
            acknowledged=len(ledger.acknowledged),
            announced=len(self._announcer.acknowledged),
            viewers=len(self._viewers),
            lost=differences.lost,
            doubled=differences.doubled,
            gaps=[gap for each in received for gap in each.gaps],
            repeats=[repeat for each in received for repeat in each.repeats],
            resets=sum(each.resets for each in received),
            longest_silence=max(viewer.received.longest_silence for viewer in self._viewers),
            longest_delay=self._longest_delay(),
            longest_answer=ledger.slowest,
            silence_limit=silence_limit,
            problems=[*problems, *differences.problems, *self._faults_in_logs()],
            figures={
                "staff log complete after s": round(staff_behind, 1),
                "connections": sum(each.connections for each in received),
            },
            answers=dict(ledger.answers),
        )

    def _longest_delay(self) -> float:
        return max(
            (
                viewer.received.heard_at[body] - acknowledged_at
                for viewer in self._viewers
                for body, acknowledged_at in self._announcer.acknowledged.items()
                if body in viewer.received.heard_at
            ),
            default=0.0,
        )

    def _faults_in_logs(self) -> list[str]:
        return [
            f"logged: {line[:300]}"
            for node in self._deployment.nodes
            for text in ('"level":"critical"', "Traceback")
            for line in node.log_lines(text)
        ]

    async def _wait_until_followed(self, followers: list[LogFollower], topic: str) -> None:
        goal = await self._last_seq(topic)
        await wait_until(
            lambda: all((each.received.last or 0) >= goal for each in followers) or not goal,
            WAIT_SECONDS,
            every=0.05,
        )

    async def _last_seq(self, topic: str) -> int:
        found: list[int] = []

        async def is_read() -> bool:
            try:
                found.append(await self.store.event_log.last_seq(topic))
            except StorageError:
                return False
            return True

        await wait_until(is_read, WAIT_SECONDS, every=0.2)
        return found[-1]


@asynccontextmanager
async def open_store(deployment: Deployment) -> AsyncIterator[Store]:
    """Open the database of a deployment that runs, beside its nodes, during the block."""
    mongo = await Mongo.connect(deployment.uri, deployment.database)
    try:
        store = Store(mongo, deployment.secret)
        await store.keys.reload()
        yield store
    finally:
        await mongo.close()


async def read_postings(http: HttpClient, session: str) -> list[str]:
    """The global ids of the postings of a session, as a viewer reads them."""
    shown = await http(POSTINGS, {"session": session}, token=await http.enter())
    return [edge["node"]["id"] for edge in shown["liveSession"]["postings"]["edges"]]


@asynccontextmanager
async def run_load(deployment: Deployment, size: LoadSize) -> AsyncIterator[Load]:
    """Put a deployment whose nodes all run under load during the block."""
    nodes = deployment.nodes
    server = nodes[0].server
    assert server is not None  # all nodes were started
    session = server.live_session
    async with HttpClient(server.url) as http:
        postings = await read_postings(http, session)
        tokens = [await http.enter() for _ in range(size.viewers)]
        host = (await http.sign_in("host", deployment.password))["accessToken"]
    viewers = [
        LogFollower(nodes, token, SESSION_LOG, session, None, start=number)
        for number, token in enumerate(tokens)
    ]
    staff = [
        LogFollower(nodes, host, LEAD_LOG, session, None, start=number)
        for number in range(len(nodes))
    ]
    announcer = Announcer(nodes, session, deployment.password, every=size.announce_every_seconds)
    async with (
        open_store(deployment) as store,
        TapLoad(
            nodes,
            session,
            postings,
            taps_per_second=size.taps_per_second,
            first_person=next(_person_numbers),
        ) as taps,
    ):
        load = Load(deployment, store, taps, announcer, (viewers, staff))
        try:
            await load.begin(session)
            yield load
        finally:
            await load.close()
