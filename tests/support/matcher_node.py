"""Creates matchers, and the records that they match."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.postings.postings import Posting
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.records import ManualClock
from workers.matcher import Matcher, MatcherLimits

OPEN_UNTIL = (records.FIXED_NOW + timedelta(days=30)).date()


def create_matcher(
    store: Store,
    node: str = "node",
    clock: Any = None,
    limits: MatcherLimits | None = None,
) -> Matcher:
    return Matcher(store, clock or ManualClock(), node=node, limits=limits)


def open_posting(**changes: Any) -> Posting:
    return records.posting(terms=posting_terms(valid_until=OPEN_UNTIL), **changes)
