"""Builds single metrics in the types of Prometheus. Their names begin with ``songgang_``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.utils import floatToGoString

from realtime.histogram import Histogram


def gauge(name: str, what: str, value: float) -> Metric:
    """A value that goes up and down."""
    return GaugeMetricFamily(f"songgang_{name}", what, value)


def labelled_gauge(
    name: str, what: str, labels: list[str], values: Iterable[tuple[list[str], float]]
) -> Metric:
    """A value for each combination of labels."""
    family = GaugeMetricFamily(f"songgang_{name}", what, labels=labels)
    for labelled, value in values:
        family.add_metric(labelled, value)
    return family


def plain_counter(name: str, what: str, value: float) -> Metric:
    """A count that only grows."""
    return CounterMetricFamily(f"songgang_{name}", what, value)


def labelled_counter(
    name: str, what: str, labels: list[str], values: Iterable[tuple[list[str], float]]
) -> Metric:
    """A count for each combination of labels."""
    family = CounterMetricFamily(f"songgang_{name}", what, labels=labels)
    for labelled, value in values:
        family.add_metric(labelled, value)
    return family


def histogram(name: str, what: str, measured: Histogram) -> Metric:
    """A measured distribution."""
    return HistogramMetricFamily(
        f"songgang_{name}", what, buckets=buckets(measured), sum_value=measured.sum
    )


def buckets(measured: Histogram) -> list[tuple[str, float]]:
    """The upper bounds of a histogram with the counts up to each, as Prometheus wants them."""
    bounds = [*map(floatToGoString, measured.bounds), "+Inf"]
    return list(zip(bounds, accumulate(measured.counts), strict=True))
