"""The funnel counts exactly what a recount of the same leads in Python gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.leads.follow_up import advance_lead as moved_on
from domain.leads.funnel import FunnelDimension, FunnelRow
from domain.leads.leads import HireSide, Lead, LeadStage, RefusalReason
from domain.leads.timeline import LeadChange
from domain.live.sessions import LiveSession
from storage.leads.funnel import FunnelQuery
from storage.leads.lead_query import LeadQuery
from storage.mongo.client import Transaction
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.storage.leads.funnel_recount import UNION_IDS, leads, once_a_person, recounted, sessions
from tests.support import records
from tests.support.stores import empty_store


async def all_pages(
    store: Store, by: FunnelDimension, query: FunnelQuery, size: int
) -> list[FunnelRow]:
    rows: list[FunnelRow] = []
    after: tuple[str, ...] | None = None
    while True:
        page = await store.funnel.page(by, query, PageRequest(limit=size, after=after))
        assert len(page.items) <= size
        assert page.has_previous == (after is not None)
        rows += page.items
        if not page.has_next:
            return rows
        after = (page.items[-1].key,)


moments = st.none() | st.integers(0, 3).map(
    lambda hours: records.FIXED_NOW + timedelta(hours=hours)
)


@settings(max_examples=60)
@given(
    given_leads=st.lists(leads(), max_size=25),
    given_sessions=sessions(),
    query=st.builds(
        FunnelQuery,
        leads=st.builds(
            LeadQuery,
            session_id=st.none() | st.sampled_from("xyz"),
            employer_id=st.none() | st.sampled_from("ef"),
            owner_id=st.none() | st.sampled_from("mn"),
        ),
        within_unions=st.lists(st.sampled_from(UNION_IDS), max_size=2, unique=True).map(tuple),
        since=moments,
        until=moments,
    ),
    size=st.integers(1, 4),
)
async def test_counts_equal_a_recount_in_every_dimension_and_page(
    pymongo_store: Store,
    given_leads: list[Lead],
    given_sessions: list[LiveSession],
    query: FunnelQuery,
    size: int,
) -> None:
    store = await empty_store(pymongo_store)
    stored = once_a_person(given_leads)
    if stored:
        await store.leads.record(stored)
    if given_sessions:
        await store.live_sessions.add(given_sessions)
    for by in FunnelDimension:
        expected = recounted(stored, given_sessions, by, query)
        assert await all_pages(store, by, query, size) == expected


@pytest.mark.parametrize(
    ("leads_of", "below", "views"),
    [
        (LeadQuery(), (), {"root": 111, "a": 11}),
        (LeadQuery(), ("a",), {"a": 11}),
        (LeadQuery(owner_id="m"), (), {"root": 101, "a": 1}),
        (LeadQuery(session_id="x"), (), {"root": 1, "a": 1}),
        (LeadQuery(employer_id="e"), (), {"root": None, "a": None}),
    ],
)
async def test_a_union_counts_the_views_of_the_sessions_in_scope(
    either_store: Store,
    leads_of: LeadQuery,
    below: tuple[str, ...],
    views: dict[str, int | None],
) -> None:
    store = either_store
    held = (("x", ("root", "a"), "m", 1), ("y", ("root", "a"), "n", 10), ("z", ("root",), "m", 100))
    await store.live_sessions.add(
        [
            records.live_session(id=name, union_path=path, owner_id=owner, views=count)
            for name, path, owner, count in held
        ]
    )
    lead = records.lead(session_id="x", union_path=("root", "a"), owner_id="m", employer_id="e")
    await store.leads.record([lead])
    query = FunnelQuery(leads=leads_of, within_unions=below)
    found = await all_pages(store, FunnelDimension.UNION, query, 10)
    assert {row.key: row.views for row in found} == views
    (timed, *_) = await all_pages(
        store, FunnelDimension.UNION, replace(query, since=records.FIXED_NOW), 10
    )
    assert timed.views is None


async def advance(store: Store, lead: Lead, *stages: LeadStage) -> Lead:
    for stage in stages:
        reason = RefusalReason.OTHER if stage is LeadStage.REFUSED else None

        side = HireSide.EMPLOYER
        change = moved_on(lead, stage, reason, side=side, by="staff", at=records.FIXED_NOW)

        async def body(
            transaction: Transaction, before: Lead = lead, change: LeadChange = change
        ) -> bool:
            return await store.lead_timelines.save_changes(
                [(before, change)], transaction=transaction
            )

        assert await store.mongo.run_transaction(body)
        lead = change.lead
    return lead


async def test_a_lead_stores_its_furthest_stage_and_its_number_of_changes(store: Store) -> None:
    lead = records.lead()
    await store.leads.record([lead])
    there = await advance(
        store,
        lead,
        LeadStage.CONTACTED,
        LeadStage.UNREACHABLE,
        LeadStage.CONTACTED,
        LeadStage.INTERVIEWED,
        LeadStage.REFUSED,
    )
    assert (there.stage, there.reached, there.steps, there.version) == (
        LeadStage.REFUSED,
        LeadStage.INTERVIEWED,
        5,
        6,
    )


@pytest.mark.parametrize(("stage", "hired"), [(LeadStage.RETAINED_30, 1), (LeadStage.CONTACTED, 0)])
async def test_a_lead_without_funnel_fields_counts_for_its_present_stage(
    either_store: Store, stage: LeadStage, hired: int
) -> None:
    store = either_store
    lead = records.lead(stage=stage)
    await store.leads.record([lead])
    since_then = {"reached": "", "steps": "", "group": ""}
    await store.mongo["leads"].update_one({}, {"$unset": since_then})
    query = FunnelQuery(leads=LeadQuery())
    (found,) = await all_pages(store, FunnelDimension.SESSION, query, 10)
    assert (found.contacted, found.hired, found.services) == (1, hired, 0)
    (found,) = await all_pages(store, FunnelDimension.GROUP, query, 10)
    assert (found.key, found.interests) == ("", 1)
    withdrawn = await advance(store, lead, LeadStage.WITHDRAWN)
    assert withdrawn.reached is stage
