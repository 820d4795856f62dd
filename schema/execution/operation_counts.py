"""What became of the operations of one process: counts and times, never what was in them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from graphql import GraphQLError

from domain.errors import Refusal
from realtime.histogram import SECONDS, Histogram
from storage.mongo.errors import StorageUnavailable


class Kind(StrEnum):
    """What was executed."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"
    """The admission of a subscriber."""
    EVENT = "event"
    """One event for one group of subscribers."""
    UNKNOWN = "unknown"
    """A document from which no operation could be taken."""


class Outcome(StrEnum):
    """How it ended."""

    OK = "ok"
    REFUSED = "refused"
    """With an error that tells the caller what to do."""
    INVALID = "invalid"
    """Nothing could be executed."""
    FAULT = "fault"
    """With an error of ours."""


class Outcomes:
    """The count of each kind and outcome, and how long each kind took."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[Kind, Outcome]] = Counter()
        self.seconds = {kind: Histogram(*SECONDS) for kind in Kind}

    def count(self, kind: Kind, outcome: Outcome, began: float) -> None:
        """Count one that began at that moment of ``time.perf_counter``."""
        self.counts[kind, outcome] += 1
        self.seconds[kind].observe(time.perf_counter() - began)


def outcome_of(errors: Sequence[GraphQLError] | None) -> Outcome:
    """How an execution with these errors ended."""
    if not errors:
        return Outcome.OK
    return Outcome.FAULT if any(map(is_fault, errors)) else Outcome.REFUSED


def is_fault(error: GraphQLError) -> bool:
    """Whether it is an error of ours, not one that the caller can do something about."""
    cause = error.original_error
    return not (cause is None or isinstance(cause, (GraphQLError, StorageUnavailable, Refusal)))
