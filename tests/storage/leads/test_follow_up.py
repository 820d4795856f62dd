"""A change of a lead and its timeline entry are stored together, once for each version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.leads.follow_up import (
    add_note,
    advance_lead,
    assign_lead,
    escalate_lead,
    start_follow_up,
)
from domain.leads.leads import HireSide, Lead, LeadStage
from domain.leads.timeline import LeadChange, TimelineEntryKind, make_first_entry
from storage.mongo.client import Transaction
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records

LATER = records.FIXED_NOW + timedelta(days=4)


async def write(store: Store, before: Lead, change: LeadChange | None) -> bool:
    assert change is not None
    written = change

    async def body(transaction: Transaction) -> bool:
        return await store.lead_timelines.save_changes([(before, written)], transaction=transaction)

    return await store.mongo.run_transaction(body)


async def followed_up_lead(store: Store) -> tuple[Lead, list[LeadChange]]:
    """A lead with every change that storage records."""
    first = start_follow_up(records.lead(union_path=("national", "root", records.UNION_ID)))
    await store.leads.record([first])
    lead = first
    changes: list[LeadChange] = []
    on = date(2026, 10, 8)
    steps: list[Callable[[Lead], LeadChange | None]] = [
        lambda lead: assign_lead(lead, "somebody", by="me", at=LATER),
        lambda lead: add_note(lead, "已电话联系", on, by="me", at=LATER),
        lambda lead: escalate_lead(lead, at=LATER),
        lambda lead: advance_lead(
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


async def test_a_lead_is_read_as_each_change_left_it(either_store: Store) -> None:
    lead, changes = await followed_up_lead(either_store)
    assert await either_store.leads.by_id(lead.id) == lead
    page = await either_store.lead_timelines.page(lead, PageRequest(limit=10))
    entries = [change.entry for change in reversed(changes)]
    assert page.items == [*entries, make_first_entry(lead)]
    assert (page.has_next, page.has_previous) == (False, False)


async def test_a_change_of_an_outdated_version_writes_nothing(store: Store) -> None:
    first = records.lead()
    await store.leads.record([first])
    winner = add_note(first, "先", None, by="a", at=LATER)
    assert await write(store, first, winner)
    assert not await write(store, first, add_note(first, "后", None, by="b", at=LATER))
    assert await store.leads.by_id(first.id) == winner.lead
    page = await store.lead_timelines.page(winner.lead, PageRequest(limit=10))
    assert page.items == [winner.entry, make_first_entry(first)]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
async def test_a_timeline_is_paged_without_gap_or_repeat(store: Store, limit: int) -> None:
    lead, _ = await followed_up_lead(store)
    await store.leads.record([other := records.lead()])
    await write(store, other, add_note(other, "别人的", None, by="a", at=LATER))
    seen, after, more = [], None, True
    while more:
        page = await store.lead_timelines.page(lead, PageRequest(limit=limit, after=after))
        assert len(page.items) <= limit
        seen += [entry.version for entry in page.items]
        after, more = (page.items[-1].version,), page.has_next
    assert seen == [5, 4, 3, 2, 1]
    behind = await store.lead_timelines.page(lead, PageRequest(limit=limit, after=(1,)))
    assert (behind.items, behind.has_next) == ([], False)


async def test_a_new_lead_has_its_first_entry(store: Store) -> None:
    lead = records.lead()
    page = await store.lead_timelines.page(lead, PageRequest(limit=1))
    assert [entry.kind for entry in page.items] == [TimelineEntryKind.RECORDED]
    assert (page.items[0].at, page.has_next) == (lead.created_at, False)
    nothing = await store.lead_timelines.page(lead, PageRequest(limit=0))
    assert (nothing.items, nothing.has_next) == ([], True)


async def test_the_longest_waiting_leads_are_escalated_first(store: Store) -> None:
    hours = {"a": 3, "b": 1, "c": 2, "d": 5}
    await store.leads.record(
        [
            records.lead(id=name, escalate_at=records.FIXED_NOW + timedelta(hours=hour))
            for name, hour in hours.items()
        ]
        + [records.lead(id="e")]
    )
    at = records.FIXED_NOW + timedelta(hours=3)
    due = await store.lead_timelines.find_due_for_escalation(at=at, limit=10)
    assert [lead.id for lead in due] == ["b", "c", "a"]
    assert [
        lead.id for lead in await store.lead_timelines.find_due_for_escalation(at=at, limit=2)
    ] == ["b", "c"]
