"""Match search: its limit on examined profiles, and the seekers that it finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from domain.matching.jobs import build_job
from domain.reference.occupations import Occupation
from domain.refusals import StatusConflict
from domain.seekers.profile import Wants
from domain.seekers.seekers import Seeker
from services.matching.match_search import MatchSearch, MatchSearchLimits
from storage.store import Store
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.records import ManualClock

LIMITS = MatchSearchLimits(max_seekers_examined=4, seekers_per_read=2)
JOB = build_job(
    records.posting(terms=posting_terms(occupation=Occupation.CLERK, starts_at=time(8)))
)


async def store_seeker(store: Store, **wants: Any) -> Seeker:
    made = records.seeker(searches=())
    wanted = replace(Wants(occupations=(Occupation.CLERK,)), **wants)
    seeker = replace(made, profile=replace(made.profile, wants=wanted))
    await store.seekers.add([seeker])
    return seeker


async def test_a_search_stops_at_its_bound_and_continues_from_there(store: Store) -> None:
    search = MatchSearch(store, ManualClock(), LIMITS)
    suited = await store_seeker(store)
    # Newer seekers, for whom the job starts too early.
    for _ in range(5):
        await store_seeker(store, starts_from=time(9))
    first = await search.find_seekers(JOB, union_id="root", before=None, most=3)
    assert first.found == []
    assert first.stopped_at is not None
    rest = await search.find_seekers(JOB, union_id="root", before=first.stopped_at.id, most=3)
    assert [seeker for seeker, _ in rest.found] == [suited]
    assert rest.stopped_at is None


async def test_seekers_of_another_union_are_not_found(store: Store) -> None:
    search = MatchSearch(store, ManualClock())
    await store_seeker(store)
    result = await search.find_seekers(JOB, union_id="elsewhere", before=None, most=3)
    assert (result.found, result.stopped_at) == ([], None)


async def test_nothing_is_searched_for_a_seeker_who_refused_matching(store: Store) -> None:
    search = MatchSearch(store, ManualClock())
    with pytest.raises(StatusConflict):
        await search.find_postings(records.seeker(matching=False), 5)
