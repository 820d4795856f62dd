"""What became of the operations of one process: counts and times, never what was in them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from graphql import GraphQLError

from domain.errors import Refusal
from realtime.histogram import DURATION_BUCKETS_SECONDS, Histogram
from storage.mongo.errors import StorageUnavailable


class OperationKind(StrEnum):
    """What was executed."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"
    """The admission of a subscriber."""
    EVENT = "event"
    """One event for one group of subscribers."""
    UNKNOWN = "unknown"
    """A document from which no operation could be taken."""


class OperationOutcome(StrEnum):
    """How it ended."""

    OK = "ok"
    REFUSED = "refused"
    """With an error that tells the caller what to do."""
    INVALID = "invalid"
    """Nothing could be executed."""
    FAULT = "fault"
    """With an error of ours."""


class OperationMetrics:
    """The count of each kind and outcome, and how long each kind took."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[OperationKind, OperationOutcome]] = Counter()
        self.durations = {kind: Histogram(*DURATION_BUCKETS_SECONDS) for kind in OperationKind}

    def record(self, kind: OperationKind, outcome: OperationOutcome, began: float) -> None:
        """Count one that began at that moment of ``time.perf_counter``."""
        self.counts[kind, outcome] += 1
        self.durations[kind].observe(time.perf_counter() - began)


def classify_errors(errors: Sequence[GraphQLError] | None) -> OperationOutcome:
    """How an execution with these errors ended."""
    if not errors:
        return OperationOutcome.OK
    return OperationOutcome.FAULT if any(map(is_fault, errors)) else OperationOutcome.REFUSED


def is_fault(error: GraphQLError) -> bool:
    """Whether it is an error of ours, not one that the caller can do something about."""
    cause = error.original_error
    return not (cause is None or isinstance(cause, (GraphQLError, StorageUnavailable, Refusal)))
