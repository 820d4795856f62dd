"""The event log stays gap-free while two processes write and one is killed."""

import asyncio
import signal
from itertools import count

import httpx

from tests.e2e.conftest import PASSWORD
from tests.e2e.test_job import FOLLOW, is_ephemeral_or_reset
from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import HttpClient, Subscriber, subscribe

EVENTS = 200
SAY = """
mutation ($session: ID!, $body: String!) {
  announce(input: {sessionId: $session, body: $body}) { __typename }
}
"""
SESSION = "query ($id: ID!) { liveSession(id: $id) { cursor } }"


class Writers:
    """Four writers that continue on the remaining node until ``EVENTS`` events are acknowledged."""

    def __init__(self, nodes: list[ServerProcess], session: str, host: str) -> None:
        self._nodes = nodes
        self._session = session
        self._host = host
        self._numbers = count()
        self.sent = 0
        self.acknowledged: list[str] = []
        self.half = asyncio.Event()

    async def write(self, place: int) -> None:
        while len(self.acknowledged) < EVENTS:
            async with HttpClient(self._nodes[place].url) as http:
                try:
                    await self._write_through(http)
                except httpx.TransportError:
                    # An unacknowledged body may be stored, so it is never sent again.
                    place = 1 - place

    async def _write_through(self, http: HttpClient) -> None:
        while len(self.acknowledged) < EVENTS:
            body = f"event {next(self._numbers)}"
            self.sent += 1
            answer = await http(SAY, {"session": self._session, "body": body}, token=self._host)
            assert answer["announce"]["__typename"] in {"Announced", "Busy"}
            if answer["announce"]["__typename"] == "Busy":
                continue
            self.acknowledged.append(body)
            if len(self.acknowledged) == EVENTS // 2:
                self.half.set()


async def test_a_killed_process_leaves_no_gap_and_no_duplicate(
    two_nodes: list[ServerProcess],
) -> None:
    survivor, victim = two_nodes
    async with HttpClient(survivor.url) as http:
        host = (await http.sign_in("host", PASSWORD))["accessToken"]
        viewer = await http.enter()
        session = survivor.live_session
        start = (await http(SESSION, {"id": session}))["liveSession"]["cursor"]

        writers = Writers(two_nodes, session, host)
        writing = [asyncio.create_task(writers.write(place % 2)) for place in range(4)]
        first = await watch_until_killed(victim, writers, viewer, session, start)
        await asyncio.gather(*writing)

        seen = [event for event in first.events if not is_ephemeral_or_reset(event)]
        after = seen[-1]["cursor"] if seen else start
        rest = {"session": session, "after": after}
        async with subscribe(survivor.url, viewer, FOLLOW, rest) as second:
            await second.wait_for_count(EVENTS - len(seen))
            # Events arrive in the order of the log: after the last one none is missing.
            await http(SAY, {"session": session, "body": "the last"}, token=host)
            while (await second.wait_for("Announcement"))["body"] != "the last":
                pass
            seen += [event for event in second.events if not is_ephemeral_or_reset(event)]

    seqs = [event["seq"] for event in seen]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    bodies = [event["body"] for event in seen if event["__typename"] == "Announcement"]
    assert len(set(bodies)) == len(bodies)
    assert set(writers.acknowledged) <= set(bodies)
    # Unacknowledged events may be stored or not; nothing else is stored.
    assert len(writers.acknowledged) <= len(bodies) - 1 <= writers.sent


async def watch_until_killed(
    victim: ServerProcess, writers: Writers, viewer: str, session: str, start: str
) -> Subscriber:
    """Follow the session on the node that is killed when half of the events are written."""
    variables = {"session": session, "after": start}
    try:
        async with subscribe(victim.url, viewer, FOLLOW, variables) as first:
            await writers.half.wait()
            await victim.stop(signal.SIGKILL)
    except Exception:  # noqa: BLE001 - any error of the client means that it lost the node
        return first
    return first
