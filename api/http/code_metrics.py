"""The metrics of one-time codes: messages, delivery reports, and the used part of the budget."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.http.metric_families import gauge, labelled_counter
from services.identity.code_gateway import CodeGateway
from services.identity.phone_replies import PhoneReplies
from workers.phone_messages import MAX_COUNTED_WAITING, CodeDispatcher


class CodeMetrics(Collector):
    """Collects the metrics of one-time codes of one process."""

    def __init__(
        self, dispatcher: CodeDispatcher, gateway: CodeGateway, replies: PhoneReplies
    ) -> None:
        self._dispatcher = dispatcher
        self._gateway = gateway
        self._replies = replies

    def collect(self) -> Iterator[Metric]:
        """Yield each metric with its current value."""
        yield labelled_counter(
            "code_messages",
            "Attempts of this process to send a one-time code.",
            ["outcome"],
            [([outcome.lower()], count) for outcome, count in self._gateway.outcomes.items()],
        )
        yield labelled_counter(
            "code_reports",
            "Messages with a one-time code that the gateway reported on.",
            ["outcome"],
            [
                (["delivered"], self._replies.delivered[True]),
                (["failed"], self._replies.delivered[False]),
            ],
        )
        yield gauge(
            "code_messages_waiting",
            "Messages with a one-time code still to be sent by any process; counted up to "
            f"{MAX_COUNTED_WAITING}.",
            self._dispatcher.waiting,
        )
        used = GaugeMetricFamily(
            "songgang_code_budget_used",
            "The used share of the budget for one-time codes, 0 to 1.",
            labels=["window"],
        )
        for window, share in self._dispatcher.budget_used().items():
            used.add_metric([window], share)
        yield used
