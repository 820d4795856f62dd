"""The metrics after known operations, and who may read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import SimpleNamespace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Route

from api.connections.places import ConnectionPlaces
from api.http.metrics import Metrics, serve_metrics
from domain.refusals import ErrorCode
from domain.webhooks.deliveries import DeliveryState
from domain.webhooks.webhooks import DeliveryResult
from realtime.close_codes import CloseCode
from realtime.feed import EventFeed
from realtime.feed_watch import FeedWatch
from realtime.histogram import Histogram
from schema.execution.operation_counts import OperationKind, OperationOutcome
from storage.clock import utc_now
from tests.support.graphql_clients import WebSocketClient, open_websocket
from tests.support.readme_tour import read_tour
from tests.support.services import RunningServices
from tests.support.songgang_process import ServerProcess
from tests.support.third_party_clients import SIGN_IN, HttpClient
from tests.support.waiting import wait_until
from workers.deliveries import WebhookDispatcher

STEPS = read_tour()
TOKEN = "a token for those who watch"
PHONE = "14498765432"
TAP = """
mutation ($session: ID!, $posting: ID!, $version: String!) {
  expressInterest(input: {
    sessionId: $session, postingId: $posting,
    contact: {name: "王小明", phone: "%s"}, consent: {textVersion: $version}
  }) { __typename }
}
"""


def values(text: str) -> Counter[tuple[str, ...]]:
    """Return each value by its name without the prefix and its sorted labels."""
    found: Counter[tuple[str, ...]] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            name = sample.name.removeprefix("songgang_")
            found[name, *(label for _, label in sorted(sample.labels.items()))] = sample.value  # type: ignore[assignment] # floats count as well
    return found


async def scrape(server: ServerProcess) -> Counter[tuple[str, ...]]:
    async with httpx.AsyncClient(base_url=server.url) as client:
        response = await client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert PHONE not in response.text
    return values(response.text)


async def watch_session(server: ServerProcess, client: WebSocketClient, token: str) -> None:
    await client.initialise(token)
    follow = STEPS["Follow"].query
    await client.subscribe_live("1", follow, session=server.live_session, after=None)


async def test_every_action_is_counted_once_in_its_metric(demo: ServerProcess) -> None:
    async with HttpClient(demo.url) as http:
        viewer = await http.enter()
        host = (await http.sign_in("host", demo.demo_password))["accessToken"]
        session = {"session": demo.live_session}
        shown = await http(
            "query ($session: ID!) { liveSession(id: $session) "
            "{ postings(first: 1) { edges { node { id } } } } }",
            session,
        )
        (edge,) = shown["liveSession"]["postings"]["edges"]
        before = await scrape(demo)

        given = {**session, "posting": edge["node"]["id"], "version": "1"}
        for version in ("1", "1", "0"):
            await http(TAP % PHONE, {**given, "version": version}, token=viewer)
        await http(SIGN_IN, {"username": "host", "password": "a wrong one"})
        await http.post("{ nothing }")
        async with open_websocket(demo.websocket_url) as client:
            await watch_session(demo, client, viewer)
            say = STEPS["Say"].query
            await http(say, session, token=host)
            while (await client.receive_event("1"))["__typename"] != "Announcement":
                pass
            during = await scrape(demo)
            await client.send_frame("no JSON")
            await client.connection.wait_closed()

        async def is_settled() -> bool:
            more = await scrape(demo) - before
            # The announcement, the lead in the staff's log, and the postings that the seekers
            # of the demo are notified of meanwhile.
            heard = more["feed_lag_seconds_count",] >= 2
            return heard and more["connections_closed_total", "bad_request"] == 1

        await wait_until(is_settled)
        after = await scrape(demo)

    assert [during[name,] for name in ("connections", "subscribers", "viewers")] == [1, 1, 1]
    assert [after[name,] for name in ("connections", "subscribers", "viewers")] == [0, 0, 0]
    assert during["groups",] == 1
    assert during["feed_open",] == 1
    more = after - before
    assert more["interests_total", "recorded"] == 1
    assert more["interests_total", "duplicate"] == 1
    assert more["capture_batch_size_count",] == 2
    assert more["capture_batch_size_bucket", "1.0"] == 2
    assert more["mutations_refused_total", "CONSENT_REQUIRED", "expressInterest"] == 1
    assert more["mutations_refused_total", "SIGN_IN_FAILED", "signIn"] == 1
    assert more["events_logged_total",] == 2
    assert more["operations_total", "mutation", "ok"] == 5
    assert more["operations_total", "unknown", "invalid"] == 1
    assert more["operations_total", "subscription", "ok"] == 1
    assert more["operation_seconds_count", "subscription"] == 1
    assert more["operations_total", "event", "ok"] == more["deliveries_total",] >= 1
    assert more["documents_total", "hit"] >= 2
    assert more["documents_total", "miss"] >= 3


def test_a_value_counts_in_the_lowest_bucket_that_it_fits() -> None:
    measured = Histogram(1, 2, 5)
    for value in (0, 1, 1.5, 2, 5, 6):
        measured.observe(value)
    assert measured.counts == [2, 2, 1, 1]
    assert measured.sum == 15.5


@pytest.fixture
def app() -> Starlette:
    """An application that serves only the metrics."""
    return Starlette(routes=[Route("/metrics", serve_metrics)])


async def refuse_to_send(url: str, headers: Mapping[str, str], body: bytes) -> DeliveryResult:
    raise AssertionError(f"nothing is sent to {url}: {headers} {body!r}")


def attach_metrics(
    app: Starlette, running: RunningServices, token: str | None, *, is_public: bool = False
) -> WebhookDispatcher:
    """Attach metrics to the application, and return their dispatcher, which has sent nothing."""
    feed = EventFeed(running.store.mongo, on_event=lambda _: None, on_gap=lambda: None)
    watch = FeedWatch(running.store.heartbeats, feed, node="node")
    kept = SecretStr(token) if token else None
    sends = WebhookDispatcher(running.store, refuse_to_send, utc_now)
    known = Metrics(
        running.services,
        running.engine,
        running.endpoint,
        watch,
        sends,
        places=ConnectionPlaces(),
        token=kept,
        is_public=is_public,
        garbage=running.node.garbage,
    )
    app.state.node = SimpleNamespace(metrics=known)
    return sends


async def fetch_status(app: Starlette, host: str, **headers: str) -> int:
    transport = httpx.ASGITransport(app, client=(host, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return (await client.get("/metrics", headers=sent)).status_code


async def test_webhook_messages_are_counted_by_outcome_and_name_nobody(
    app: Starlette, running: RunningServices
) -> None:
    sends = attach_metrics(app, running, None)
    sends.outcomes.update({DeliveryState.DELIVERED: 3, DeliveryState.PENDING: 2})
    sends.backlog = 5
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        metrics = values((await client.get("/metrics")).text)
    assert {name: value for name, value in metrics.items() if name[0].startswith("webhook")} == {
        ("webhook_messages_total", "delivered"): 3,
        ("webhook_messages_total", "failed"): 2,
        ("webhook_messages_total", "dead"): 0,
        ("webhook_messages_waiting",): 5,
    }


@pytest.mark.parametrize(
    ("host", "headers", "expected"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.7", {}, 403),
        ("203.0.113.5", {}, 403),
        ("a.socket", {}, 403),
        ("127.0.0.1", {"x_forwarded_for": "127.0.0.1"}, 403),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, 403),
        ("127.0.0.1", {"via": "1.1 Caddy"}, 403),
        ("127.0.0.1", {"x_real_ip": "127.0.0.1"}, 403),
        ("127.0.0.1", {"x_forwarded_proto": "https"}, 403),
        ("127.0.0.1", {"Host": "jobs.example.org"}, 403),
        ("127.0.0.1", {"Host": "127.0.0.1.example.org"}, 403),
        ("127.0.0.1", {"Host": "localhost"}, 200),
        ("::1", {"Host": "[::1]:8000"}, 200),
    ],
)
async def test_without_a_token_only_this_machine_may_read(
    app: Starlette, running: RunningServices, host: str, headers: dict[str, str], expected: int
) -> None:
    attach_metrics(app, running, None)
    assert await fetch_status(app, host, **headers) == expected


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [(f"Bearer {TOKEN}", 200), ("Bearer another", 403), (TOKEN, 403), ("", 403)],
)
async def test_with_a_token_any_caller_who_sends_it_may_read(
    app: Starlette, running: RunningServices, authorization: str, expected: int
) -> None:
    attach_metrics(app, running, TOKEN)
    assert await fetch_status(app, "203.0.113.5", authorization=authorization) == expected
    assert await fetch_status(app, "127.0.0.1") == 403


async def test_labels_come_from_fixed_lists_only(app: Starlette, running: RunningServices) -> None:
    attach_metrics(app, running, None)
    families = list(app.state.node.metrics.collect())
    labels = {
        family.name: {tuple(sample.labels.values()) for sample in family.samples}
        for family in families
    }
    schema = running.engine._schema.mutation_type
    assert schema is not None  # this schema has one
    assert {reason for (reason,) in labels["songgang_connections_closed"]} == {
        *(code.name.lower() for code in CloseCode),
        "peer",
    }
    for mutation, code in labels["songgang_mutations_refused"]:
        assert mutation in schema.fields
        assert code in set(ErrorCode)
    for kind, outcome in labels["songgang_operations"]:
        assert kind in set(OperationKind)
        assert outcome in set(OperationOutcome)
