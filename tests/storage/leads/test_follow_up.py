"""A change of a lead and the entry of its timeline are stored together, once a version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.leads.follow_up import (
    Change,
    EntryKind,
    advanced,
    assigned,
    begun,
    escalated,
    noted,
    recorded,
)
from domain.leads.leads import HireSide, Lead, LeadStage
from storage.mongo.client import Session
from storage.mongo.paging import Slice
from storage.store import Store
from tests.support import records

LATER = records.AT + timedelta(days=4)


async def write(store: Store, before: Lead, change: Change | None) -> bool:
    assert change is not None
    written = change

    async def body(session: Session) -> bool:
        return await store.pipeline.write([(before, written)], session=session)

    return await store.mongo.transaction(body)


async def followed(store: Store) -> tuple[Lead, list[Change]]:
    """A lead to which everything has been done that storage keeps."""
    first = begun(records.lead(union_path=("national", "root", records.UNION_ID)))
    await store.leads.record([first])
    lead = first
    changes: list[Change] = []
    on = date(2026, 10, 8)
    steps: list[Callable[[Lead], Change | None]] = [
        lambda lead: assigned(lead, "somebody", by="me", at=LATER),
        lambda lead: noted(lead, "已电话联系", on, by="me", at=LATER),
        lambda lead: escalated(lead, at=LATER),
        lambda lead: advanced(
            replace(lead, stage=LeadStage.OFFERED),
            LeadStage.HIRED,
            None,
            side=HireSide.SEEKER,
            by="me",
            at=LATER,
        ),
    ]
    for step in steps:
        made = step(lead)
        assert made is not None
        assert await write(store, lead, made)
        lead = made.lead
        changes.append(made)
    return lead, changes


async def test_a_lead_comes_back_as_each_change_left_it(either_store: Store) -> None:
    lead, changes = await followed(either_store)
    assert await either_store.leads.by_id(lead.id) == lead
    page = await either_store.pipeline.timeline(lead, Slice(limit=10))
    entries = [change.entry for change in reversed(changes)]
    assert page.items == [*entries, recorded(lead)]
    assert (page.has_next, page.has_previous) == (False, False)


async def test_a_change_of_a_version_that_was_overtaken_writes_nothing(store: Store) -> None:
    first = records.lead()
    await store.leads.record([first])
    winner = noted(first, "先", None, by="a", at=LATER)
    assert await write(store, first, winner)
    assert not await write(store, first, noted(first, "后", None, by="b", at=LATER))
    assert await store.leads.by_id(first.id) == winner.lead
    page = await store.pipeline.timeline(winner.lead, Slice(limit=10))
    assert page.items == [winner.entry, recorded(first)]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
async def test_a_timeline_is_paged_without_gap_or_repeat(store: Store, limit: int) -> None:
    lead, _ = await followed(store)
    await store.leads.record([other := records.lead()])
    await write(store, other, noted(other, "别人的", None, by="a", at=LATER))
    seen, after, more = [], None, True
    while more:
        page = await store.pipeline.timeline(lead, Slice(limit=limit, after=after))
        assert len(page.items) <= limit
        seen += [entry.version for entry in page.items]
        after, more = (page.items[-1].version,), page.has_next
    assert seen == [5, 4, 3, 2, 1]
    behind = await store.pipeline.timeline(lead, Slice(limit=limit, after=(1,)))
    assert (behind.items, behind.has_next) == ([], False)


async def test_a_lead_that_nothing_happened_to_has_its_beginning(store: Store) -> None:
    lead = records.lead()
    page = await store.pipeline.timeline(lead, Slice(limit=1))
    assert [entry.kind for entry in page.items] == [EntryKind.RECORDED]
    assert (page.items[0].at, page.has_next) == (lead.created_at, False)
    nothing = await store.pipeline.timeline(lead, Slice(limit=0))
    assert (nothing.items, nothing.has_next) == ([], True)


async def test_those_that_wait_longest_are_escalated_first(store: Store) -> None:
    hours = {"a": 3, "b": 1, "c": 2, "d": 5}
    await store.leads.record(
        [
            records.lead(id=name, escalate_at=records.AT + timedelta(hours=hour))
            for name, hour in hours.items()
        ]
        + [records.lead(id="e")]
    )
    at = records.AT + timedelta(hours=3)
    due = await store.pipeline.to_escalate(at=at, limit=10)
    assert [lead.id for lead in due] == ["b", "c", "a"]
    assert [lead.id for lead in await store.pipeline.to_escalate(at=at, limit=2)] == ["b", "c"]
