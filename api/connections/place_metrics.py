"""The figures of the connections of one process."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric

from api.connections.places import ConnectionPlaces
from api.http.metric_families import labelled_counter, labelled_gauge


def place_metrics(places: ConnectionPlaces) -> Iterator[Metric]:
    """Yield how many connections there are, and how many were denied a place."""
    yield labelled_gauge(
        "places",
        "TCP connections: in a room, waiting for their client, or with a request in progress.",
        ["state"],
        [
            (["room"], places.in_rooms),
            (["silent"], places.silent),
            (["request"], places.outside_rooms - places.silent),
        ],
    )
    yield labelled_counter(
        "places_denied",
        "Connections refused, silent ones closed for others, and subscriptions without room.",
        ["why"],
        [
            (["refused"], places.refused),
            (["evicted"], places.evicted),
            (["room_full"], places.crowded_out),
        ],
    )
