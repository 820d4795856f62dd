"""Metrics in the formats of Prometheus: figures of this process, collected when they are asked for.

Nothing personal is in them, and no label holds what a client has sent. Still they are nobody's
business: whoever shows the token may read them and, when there is none, this machine.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from itertools import accumulate

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.http.graphql import GraphQLEndpoint
from domain.webhooks.deliveries import DeliveryState
from realtime.feed import Feed
from realtime.histogram import Histogram
from realtime.outbox import Close
from schema.context import Services
from schema.execution.engine import Engine
from schema.execution.operation_counts import Kind
from workers.deliveries import MOST_COUNTED, Dispatcher

_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-real-ip")
"""Headers by which a proxy says that it asks for somebody else."""


class Metrics(Collector):
    """The metrics of one process, and who may read them."""

    def __init__(
        self,
        services: Services,
        engine: Engine,
        endpoint: GraphQLEndpoint,
        feed: Feed,
        dispatcher: Dispatcher,
        *,
        token: SecretStr | None,
    ) -> None:
        self._services = services
        self._engine = engine
        self._endpoint = endpoint
        self._feed = feed
        self._dispatcher = dispatcher
        self._token = token
        self._registry = CollectorRegistry(auto_describe=False)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._registry.register(self)

    def answer(self, request: Request) -> Response:
        """All metrics, or 403."""
        if not self._may_read(request):
            why = (
                "Send the token of SONGGANG_METRICS_TOKEN as a bearer token."
                if self._token
                else "Ask from this machine, or set SONGGANG_METRICS_TOKEN."
            )
            return JSONResponse({"error": why}, 403)
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(self._registry), headers={"content-type": media_type})

    def _may_read(self, request: Request) -> bool:
        if self._token is not None:
            expected = f"Bearer {self._token.get_secret_value()}"
            shown = request.headers.get("authorization", "")
            return hmac.compare_digest(shown.encode(), expected.encode())
        is_forwarded = any(header in request.headers for header in _FORWARDED)
        return not is_forwarded and _is_this_machine(request.client.host if request.client else "")

    def collect(self) -> Iterator[Metric]:
        """Each figure as it is now."""
        yield from self._of_connections()
        yield from self._of_rooms()
        yield from self._of_log()
        yield from self._of_leads()
        yield from self._of_webhooks()
        yield from self._of_operations()

    def _of_connections(self) -> Iterator[Metric]:
        queued = self._endpoint.sockets.queued()
        yield _gauge("connections", "Open WebSocket connections.", len(queued))
        yield _gauge("outbox_bytes", "Bytes that wait for slow connections.", sum(queued))
        yield _gauge(
            "outbox_largest_bytes",
            "Bytes that wait for the slowest connection.",
            max(queued, default=0),
        )
        closed = self._endpoint.sockets.closed
        names = {code: code.name.lower() for code in Close}
        yield _counter(
            "connections_closed",
            "Connections that ended, by our close code; peer: by the other side, or lost.",
            ["reason"],
            [([names.get(code, "peer")], closed[code]) for code in (*Close, None)],
        )

    def _of_rooms(self) -> Iterator[Metric]:
        hub, presence = self._services.hub, self._services.presence
        yield _gauge("viewers", "Viewers of this process, once a session each.", presence.watching)
        yield _gauge("subscribers", "Subscriptions that are told of events.", hub.members)
        yield _gauge("groups", "Different subscriptions: executions an event costs.", hub.groups)
        yield _gauge("topics", "Logs that are followed.", hub.topics)
        yield _total("deliveries", "Events handed to connections.", hub.counts.deliveries)
        yield _total("resets", "Subscribers sent back to a snapshot.", hub.counts.resets)

    def _of_log(self) -> Iterator[Metric]:
        commit, feed = self._services.commit, self._feed
        yield _total("events_logged", "Events logged by this process.", commit.events)
        yield _total("commit_failures", "Transactions without a known end.", commit.failures)
        yield _histogram("commit_batch_size", "Changes in one transaction.", commit.batches)
        yield _histogram("commit_seconds", "Time of one transaction.", commit.seconds)
        yield _gauge("feed_open", "Whether events reach this process.", int(feed.is_open))
        yield _total("feed_restarts", "Change streams opened anew.", feed.restarts)
        yield _histogram(
            "feed_lag_seconds", "From an event's moment to its arrival in this process.", feed.lag
        )

    def _of_leads(self) -> Iterator[Metric]:
        capture = self._services.capture
        yield _counter(
            "interests",
            "Interests that were answered with a lead: a new one, or the one given before.",
            ["result"],
            [(["recorded"], capture.created), (["duplicate"], capture.known)],
        )
        yield _total("capture_failures", "Batches of leads not confirmed.", capture.failures)
        yield _gauge("capture_waiting", "Leads that wait for the next insert.", capture.waiting)
        yield _histogram("capture_batch_size", "Leads in one insert.", capture.batches)
        yield _histogram("capture_seconds", "Time of one insert.", capture.seconds)

    def _of_webhooks(self) -> Iterator[Metric]:
        outcomes = self._dispatcher.outcomes
        yield _counter(
            "webhook_messages",
            "Messages that got through, tries that will be made again, messages given up.",
            ["outcome"],
            [
                (["delivered"], outcomes[DeliveryState.DELIVERED]),
                (["failed"], outcomes[DeliveryState.PENDING]),
                (["dead"], outcomes[DeliveryState.DEAD]),
            ],
        )
        yield _gauge(
            "webhook_messages_waiting",
            f"Messages that are still to be sent, by whichever process; at most {MOST_COUNTED}.",
            self._dispatcher.waiting,
        )

    def _of_operations(self) -> Iterator[Metric]:
        outcomes, documents = self._engine.outcomes, self._engine.documents
        yield _counter(
            "operations",
            "GraphQL operations, and events executed for a group.",
            ["kind", "outcome"],
            [([kind, outcome], count) for (kind, outcome), count in outcomes.counts.items()],
        )
        seconds = HistogramMetricFamily(
            "songgang_operation_seconds", "Time of one operation.", labels=["kind"]
        )
        for kind in Kind:
            taken = outcomes.seconds[kind]
            seconds.add_metric([kind], _buckets(taken), taken.sum)
        yield seconds
        yield _counter(
            "mutations_refused",
            "Mutations that were refused, with what.",
            ["mutation", "code"],
            [(list(each), count) for each, count in self._services.refusals.items()],
        )
        yield _counter(
            "documents",
            "Documents, known before or prepared anew.",
            ["result"],
            [(["hit"], documents.hits), (["miss"], documents.misses)],
        )
        yield _gauge("documents_kept", "Documents in memory.", len(documents))


async def metrics(request: Request) -> Response:
    """The metrics of this process, for those who may read them."""
    known: Metrics = request.app.state.node.metrics
    return known.answer(request)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"songgang_{name}", what, value)


def _total(name: str, what: str, value: float) -> Metric:
    return CounterMetricFamily(f"songgang_{name}", what, value)


def _counter(
    name: str, what: str, labels: list[str], values: Iterable[tuple[list[str], float]]
) -> Metric:
    family = CounterMetricFamily(f"songgang_{name}", what, labels=labels)
    for labelled, value in values:
        family.add_metric(labelled, value)
    return family


def _histogram(name: str, what: str, measured: Histogram) -> Metric:
    return HistogramMetricFamily(
        f"songgang_{name}", what, buckets=_buckets(measured), sum_value=measured.sum
    )


def _buckets(measured: Histogram) -> list[tuple[str, float]]:
    bounds = [*map(floatToGoString, measured.bounds), "+Inf"]
    return list(zip(bounds, accumulate(measured.counts), strict=True))
