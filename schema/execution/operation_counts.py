"""Metrics of the operations of one process: counts and durations, never their content."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from graphql import GraphQLError

from domain.refusals import Refusal
from realtime.histogram import DURATION_BUCKETS_SECONDS, Histogram
from storage.mongo.errors import StorageUnavailable


class OperationKind(StrEnum):
    """The kind of an execution."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"
    """Admission of a subscriber."""
    EVENT = "event"
    """One event for one group of subscribers."""
    UNKNOWN = "unknown"
    """A request without an operation that can be executed."""


class OperationOutcome(StrEnum):
    """The outcome of an execution."""

    OK = "ok"
    REFUSED = "refused"
    """With an error that the caller can act on."""
    INVALID = "invalid"
    """The request could not be executed."""
    FAULT = "fault"
    """With a fault of the service."""


class OperationMetrics:
    """Counts by kind and outcome, and durations by kind."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[OperationKind, OperationOutcome]] = Counter()
        self.durations = {kind: Histogram(*DURATION_BUCKETS_SECONDS) for kind in OperationKind}

    def record(self, kind: OperationKind, outcome: OperationOutcome, began: float) -> None:
        """Count an execution that began at ``began``, a value of ``time.perf_counter``."""
        self.counts[kind, outcome] += 1
        self.durations[kind].observe(time.perf_counter() - began)


def classify_errors(errors: Sequence[GraphQLError] | None) -> OperationOutcome:
    """The outcome of an execution with these errors."""
    if not errors:
        return OperationOutcome.OK
    return OperationOutcome.FAULT if any(map(is_fault, errors)) else OperationOutcome.REFUSED


def is_fault(error: GraphQLError) -> bool:
    """Whether the error is a fault of the service and not one that the caller can act on."""
    cause = error.original_error
    return not (cause is None or isinstance(cause, (GraphQLError, StorageUnavailable, Refusal)))
