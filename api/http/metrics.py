"""``/metrics``: the figures of this process in the formats of Prometheus.

They are collected at each request. They hold nothing personal, and no label holds a value that a
client sent. Only holders of SONGGANG_METRICS_TOKEN may read them. Without one, only this machine
may, and nobody once the service has a public address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.bearer_keys import shows_bearer
from api.connections.place_metrics import place_metrics
from api.connections.places import ConnectionPlaces
from api.garbage import GarbageCollector, Reason
from api.http.graphql import GraphQLEndpoint
from api.http.metric_families import (
    buckets,
    gauge,
    histogram,
    labelled_counter,
    labelled_gauge,
    plain_counter,
)
from domain.webhooks.deliveries import DeliveryState
from realtime.background import Monitored
from realtime.close_codes import CloseCode
from realtime.feed_watch import FeedWatch
from schema.context import Services
from schema.execution.engine import Engine
from schema.execution.operation_counts import OperationKind
from workers.deliveries import MAX_COUNTED_BACKLOG, WebhookDispatcher

_PROXY_HEADERS = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "cf-connecting-ip"})
"""Headers that a proxy adds to a request it forwards, besides those that begin x-forwarded-."""
_LOCAL_HOST = re.compile(r"(localhost|127(?:\.\d+){3}|\[::1\])(:\d+)?", re.ASCII | re.IGNORECASE)


class Metrics(Collector):
    """Collects the metrics of one process and checks who may read them."""

    def __init__(
        self,
        services: Services,
        engine: Engine,
        endpoint: GraphQLEndpoint,
        feed_watch: FeedWatch,
        dispatcher: WebhookDispatcher,
        *,
        places: ConnectionPlaces,
        token: SecretStr | None,
        garbage: GarbageCollector,
        is_public: bool,
        background: Sequence[Monitored] = (),
        collectors: Sequence[Collector] = (),
    ) -> None:
        """``is_public``: the service has a public address, so a proxy may pass on requests.
        ``collectors`` collect the metrics of other parts of the process.
        """
        self._background = background
        self._places = places
        self._is_public = is_public
        self._services = services
        self._engine = engine
        self._endpoint = endpoint
        self._feed_watch = feed_watch
        self._dispatcher = dispatcher
        self._token = token
        self._garbage = garbage
        self._registry = CollectorRegistry(auto_describe=False)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        for part in (self, *collectors):
            self._registry.register(part)

    def respond(self, request: Request) -> Response:
        """Return all metrics, or 403."""
        if not self._may_read(request):
            message = (
                "Send the token of SONGGANG_METRICS_TOKEN as a bearer token."
                if self._token
                else "Set SONGGANG_METRICS_TOKEN: without it only this machine is answered, and "
                "nobody behind a proxy or under a public address."
            )
            return JSONResponse({"error": message}, 403)
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(self._registry), headers={"content-type": media_type})

    def _may_read(self, request: Request) -> bool:
        if self._token is not None:
            return shows_bearer(request, self._token.get_secret_value())
        if self._is_public:
            # A proxy on this machine need not say that it is one.
            return False
        is_forwarded = any(
            name in _PROXY_HEADERS or name.startswith("x-forwarded-") for name in request.headers
        )
        is_named_so = _LOCAL_HOST.fullmatch(request.headers.get("host", "")) is not None
        here = request.client.host if request.client else ""
        return not is_forwarded and is_named_so and _is_loopback(here)

    def collect(self) -> Iterator[Metric]:
        """Yield each metric with its current value."""
        yield from self._connection_metrics()
        yield from self._hub_metrics()
        yield from self._log_metrics()
        yield from self._lead_metrics()
        yield from self._webhook_metrics()
        yield from self._operation_metrics()
        yield from self._background_metrics()
        yield from self._garbage_metrics()

    def _connection_metrics(self) -> Iterator[Metric]:
        queued = self._endpoint.sockets.queued_bytes()
        yield gauge("connections", "Open WebSocket connections.", len(queued))
        yield gauge("outbox_bytes", "Bytes waiting to be sent on all connections.", sum(queued))
        yield gauge(
            "outbox_largest_bytes",
            "Bytes waiting to be sent on the slowest connection.",
            max(queued, default=0),
        )
        closed = self._endpoint.sockets.closed_counts
        names = {code: code.name.lower() for code in CloseCode}
        yield labelled_counter(
            "connections_closed",
            "Closed connections by close code; peer: closed by the client, or lost.",
            ["reason"],
            [([names.get(code, "peer")], closed[code]) for code in (*CloseCode, None)],
        )

        yield from place_metrics(self._places)

    def _hub_metrics(self) -> Iterator[Metric]:
        hub, presence = self._services.hub, self._services.presence
        yield gauge(
            "viewers",
            "Viewers connected to this process, counted once per session.",
            presence.viewer_count,
        )
        yield gauge("subscribers", "Active subscriptions.", hub.member_count)
        yield gauge(
            "groups",
            "Groups of identical subscriptions; each event is executed once per group.",
            hub.group_count,
        )
        yield gauge("topics", "Event logs that are followed.", hub.topic_count)
        yield plain_counter("deliveries", "Events handed to connections.", hub.counts.deliveries)
        yield plain_counter(
            "resets", "Subscribers that were sent a Reset with a snapshot.", hub.counts.resets
        )

    def _log_metrics(self) -> Iterator[Metric]:
        commit, watch = self._services.group_commit, self._feed_watch
        feed = watch.feed
        yield plain_counter("events_logged", "Events logged by this process.", commit.events_logged)
        yield plain_counter(
            "commit_failures", "Transactions whose outcome is unknown.", commit.unknown_outcomes
        )
        yield histogram("commit_batch_size", "Changes in one transaction.", commit.batch_sizes)
        yield histogram("commit_seconds", "Time of one transaction.", commit.transaction_seconds)
        yield gauge("feed_open", "Whether events reach this process.", int(feed.is_open))
        yield plain_counter("feed_restarts", "Change streams opened again.", feed.restarts)
        yield plain_counter(
            "feed_reopenings", "Silent change streams opened again.", watch.reopenings
        )
        yield gauge(
            "feed_heartbeat_age_seconds",
            "Time since the newest heartbeat was sent that came back through the change stream.",
            watch.age_seconds,
        )
        yield histogram(
            "feed_lag_seconds",
            "Time from an event to its arrival in this process.",
            feed.lag_seconds,
        )

    def _lead_metrics(self) -> Iterator[Metric]:
        capture = self._services.lead_capture
        yield labelled_counter(
            "interests",
            "Interests answered with a lead: a new one, or the earlier one.",
            ["result"],
            [(["recorded"], capture.created), (["duplicate"], capture.repeated)],
        )
        yield plain_counter(
            "capture_failures", "Batches of leads that could not be confirmed.", capture.failures
        )
        yield gauge("capture_waiting", "Leads waiting for the next insert.", capture.waiting)
        yield histogram("capture_batch_size", "Leads in one insert.", capture.batch_sizes)
        yield histogram("capture_seconds", "Time of one insert.", capture.insert_seconds)

    def _webhook_metrics(self) -> Iterator[Metric]:
        outcomes = self._dispatcher.outcomes
        yield labelled_counter(
            "webhook_messages",
            "Webhook messages delivered, attempts that will be repeated, and messages given up.",
            ["outcome"],
            [
                (["delivered"], outcomes[DeliveryState.DELIVERED]),
                (["failed"], outcomes[DeliveryState.PENDING]),
                (["dead"], outcomes[DeliveryState.DEAD]),
            ],
        )
        yield gauge(
            "webhook_messages_waiting",
            "Webhook messages still to be sent by any process; counted up to "
            f"{MAX_COUNTED_BACKLOG}.",
            self._dispatcher.backlog,
        )

    def _background_metrics(self) -> Iterator[Metric]:
        yield gauge(
            "clock_offset_seconds",
            "Seconds by which the clock of this node is ahead of the clock of the database.",
            self._services.store.clock.offset_seconds,
        )
        yield labelled_counter(
            "background_failures",
            "Failed runs of a background task.",
            ["task"],
            [([task.name], task.failures) for task in self._background],
        )
        yield labelled_gauge(
            "background_running",
            "1 while a background task runs, 0 when it has ended.",
            ["task"],
            [([task.name], int(not task.has_ended)) for task in self._background],
        )

    def _garbage_metrics(self) -> Iterator[Metric]:
        yield labelled_counter(
            "full_collections",
            "Full garbage collections: memory had grown, or it was quiet.",
            ["reason"],
            [([reason], self._garbage.collections[reason]) for reason in Reason],
        )
        yield gauge(
            "full_collection_seconds",
            "How long the last full garbage collection stopped the process.",
            self._garbage.last_seconds,
        )

    def _operation_metrics(self) -> Iterator[Metric]:
        outcomes, documents = self._engine.operation_metrics, self._engine.documents
        yield labelled_counter(
            "operations",
            "GraphQL operations, and events executed for a group.",
            ["kind", "outcome"],
            [([kind, outcome], count) for (kind, outcome), count in outcomes.counts.items()],
        )
        seconds = HistogramMetricFamily(
            "songgang_operation_seconds", "Time of one operation.", labels=["kind"]
        )
        for kind in OperationKind:
            taken = outcomes.durations[kind]
            seconds.add_metric([kind], buckets(taken), taken.sum)
        yield seconds
        yield labelled_counter(
            "mutations_refused",
            "Refused mutations, by error code.",
            ["mutation", "code"],
            [(list(each), count) for each, count in self._services.refusal_counts.items()],
        )
        yield labelled_counter(
            "documents",
            "Documents found in the cache, or prepared.",
            ["result"],
            [(["hit"], documents.hits), (["miss"], documents.misses)],
        )
        yield gauge("documents_kept", "Documents in the cache.", len(documents))


async def serve_metrics(request: Request) -> Response:
    """Answer ``/metrics``."""
    metrics: Metrics = request.app.state.node.metrics
    return metrics.respond(request)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
