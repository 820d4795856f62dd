"""Several nodes act as one service: counts over all nodes, and a restart without loss."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from realtime.limits import DEFAULT_LIMITS
from storage.mongo.embedded import run_embedded
from tests.e2e.conftest import PASSWORD
from tests.e2e.test_job import FOLLOW, is_ephemeral_or_reset
from tests.e2e.test_log import SAY
from tests.support.songgang_process import ServerProcess, running_server
from tests.support.third_party_clients import HttpClient, Subscriber, subscribe
from tests.support.waiting import wait_until

POSTINGS = """
query ($id: ID!) { liveSession(id: $id) { postings(first: 4) { edges { node { id } } } } }
"""
INTEREST = """
mutation ($session: ID!, $posting: ID!, $phone: String!) {
  expressInterest(input: {
    sessionId: $session, postingId: $posting,
    contact: {name: "王小明", phone: $phone}, consent: {textVersion: "1"}
  }) { __typename ... on InterestRecorded { created } ... on UserError { message } }
}
"""
INTERESTS = 500
SENDERS = 20


def last_event(subscriber: Subscriber, kind: str) -> dict[str, Any]:
    """Return the last event of the type; empty if there is none."""
    return next((each for each in reversed(subscriber.events) if each["__typename"] == kind), {})


async def wait_for_value(subscriber: Subscriber, kind: str, field: str, value: object) -> None:
    """Wait until the last event of the type has this value."""
    await wait_until(lambda: last_event(subscriber, kind).get(field) == value)


def viewers_and_peak(subscriber: Subscriber) -> tuple[int, int]:
    """Return the viewers and the peak of the last presence event."""
    published = last_event(subscriber, "PresenceChanged")
    return published.get("viewers", 0), published.get("peakViewers", 0)


async def test_viewers_are_summed_over_nodes_and_each_counts_once(
    two_nodes: list[ServerProcess],
) -> None:
    one, other = two_nodes
    follow: dict[str, Any] = {"session": one.live_session, "after": None}
    async with HttpClient(one.url) as http, AsyncExitStack() as stack:

        async def watch(node: ServerProcess, token: str) -> Subscriber:
            return await stack.enter_async_context(subscribe(node.url, token, FOLLOW, follow))

        host = (await http.sign_in("host", PASSWORD))["accessToken"]
        staff = [await watch(node, host) for node in two_nodes]
        twice = await http.enter()
        for token in (twice, twice, await http.enter()):
            await watch(one, token)
        # The same viewer on the other node: counted once.
        await watch(other, twice)
        async with AsyncExitStack() as leaving:
            for _ in range(2):
                token = await http.enter()
                await leaving.enter_async_context(subscribe(other.url, token, FOLLOW, follow))
            await wait_until(lambda: [viewers_and_peak(each) for each in staff] == [(4, 4)] * 2)
        await wait_until(lambda: [viewers_and_peak(each) for each in staff] == [(2, 4)] * 2)


async def test_every_interest_is_counted_once_and_published_at_a_bounded_rate(
    two_nodes: list[ServerProcess],
) -> None:
    one, other = two_nodes
    session = one.live_session
    follow: dict[str, Any] = {"session": session, "after": None}
    numbers = iter(range(INTERESTS))
    given: Counter[str] = Counter()

    async def send(node: ServerProcess) -> None:
        async with HttpClient(node.url) as http:
            token = await http.enter()
            found = await http(POSTINGS, {"id": session}, token=token)
            edges = found["liveSession"]["postings"]["edges"]
            postings = [edge["node"]["id"] for edge in edges]
            for number in numbers:
                posting = postings[number % len(postings)]
                tap = {"session": session, "posting": posting, "phone": f"144{number:08d}"}
                answer = (await http(INTEREST, tap, token=token))["expressInterest"]
                assert answer == {"__typename": "InterestRecorded", "created": True}
                given[posting] += 1

    async with HttpClient(one.url) as http:
        token = await http.enter()
        async with (
            subscribe(one.url, token, FOLLOW, follow) as here,
            subscribe(other.url, token, FOLLOW, follow) as there,
        ):
            await asyncio.gather(*(send(two_nodes[place % 2]) for place in range(SENDERS)))
            assert given.total() == INTERESTS
            for subscriber in (here, there):
                await wait_for_value(subscriber, "TallyChanged", "total", INTERESTS)
                last = last_event(subscriber, "TallyChanged")["tallies"]
                assert {each["postingId"]: each["interests"] for each in last} == given
                check_rate(subscriber.events)


def check_rate(events: Iterable[dict[str, Any]]) -> None:
    """Check that tallies came at most once per interval, and never went down."""
    published = [event for event in events if event["__typename"] == "TallyChanged"]
    totals = [event["total"] for event in published]
    assert totals == sorted(totals)
    moments = [datetime.fromisoformat(event["at"]) for event in published]
    elapsed = (moments[-1] - moments[0]).total_seconds()
    # The time is that of publishing: one may be late, and the next on time.
    assert len(published) - 1 <= elapsed / DEFAULT_LIMITS.tally_interval_seconds + 1


async def test_a_database_restart_loses_no_socket_and_no_event(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        async with run_embedded(folder / "data") as running:
            server = await stack.enter_async_context(
                running_server(running.uri, "songgang", "--demo", SONGGANG_DEMO_PASSWORD=PASSWORD)
            )
            http = await stack.enter_async_context(HttpClient(server.url))
            host = (await http.sign_in("host", PASSWORD))["accessToken"]
            follow: dict[str, Any] = {"session": server.live_session, "after": None}
            subscribers = [
                await stack.enter_async_context(
                    subscribe(server.url, await http.enter(), FOLLOW, follow)
                )
                for _ in range(5)
            ]
            acknowledged = [
                body for body in ("one", "two") if await announce(server, http, host, body)
            ]

        async with run_embedded(folder / "data") as again:
            assert again.uri == running.uri
            tries = 0

            async def is_said() -> bool:
                nonlocal tries
                tries += 1
                body = f"after {tries}"
                if await announce(server, http, host, body):
                    acknowledged.append(body)
                return len(acknowledged) == 5

            await wait_until(is_said, within=60)
            for subscriber in subscribers:
                await wait_for_value(subscriber, "Announcement", "body", acknowledged[-1])
                logged = [event for event in subscriber.events if not is_ephemeral_or_reset(event)]
                seqs = [event["seq"] for event in logged]
                assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
                bodies = [event["body"] for event in logged]
                assert len(set(bodies)) == len(bodies)
                assert set(acknowledged) <= set(bodies)
            # While the database is up: the node unregisters itself.
            await stack.aclose()


async def announce(server: ServerProcess, http: HttpClient, host: str, body: str) -> bool:
    """Announce it; whether that was acknowledged."""
    response = await http.post(SAY, {"session": server.live_session, "body": body}, token=host)
    answer = (response.get("data") or {}).get("announce") or {}
    return answer.get("__typename") == "Announced"
