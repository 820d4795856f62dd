"""Creates matchers, and the records that they match."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.live.events import PostingMatched
from domain.live.log_topics import seeker_topic
from domain.postings.postings import Posting
from domain.seekers.seekers import Seeker
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


async def notified_posting_ids(store: Store, seeker: Seeker) -> list[str]:
    """The postings that the seeker was notified of, in the order of its log."""
    events = await store.event_log.read(seeker_topic(seeker.id), after=0, limit=100)
    assert [placed.seq for placed in events] == list(range(1, len(events) + 1))
    found = []
    for placed in events:
        assert isinstance(placed.event, PostingMatched)
        assert placed.event.seeker_id == seeker.id
        found.append(placed.event.posting_id)
    return found
