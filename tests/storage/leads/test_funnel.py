"""The funnel counts exactly what a recount of the same leads in Python gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.leads.follow_up import advance_lead as moved_on
from domain.leads.funnel import FunnelDimension, FunnelRow
from domain.leads.leads import (
    PIPELINE_STAGES,
    HireSide,
    Lead,
    LeadSource,
    LeadStage,
    RefusalReason,
    find_furthest_stage,
    list_next_stages,
)
from domain.leads.timeline import LeadChange
from domain.live.sessions import LiveSession, Segment
from domain.seekers.groups import SeekerGroup
from storage.leads.funnel import FunnelQuery
from storage.leads.leads import LeadQuery
from storage.mongo.client import Transaction, new_id
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.stores import empty_store

PATHS = (("root",), ("root", "a"), ("root", "a", "b"), ("root", "c"))
UNION_IDS = ("root", "a", "b", "c")
COUNTED_FROM = {
    "contacted": LeadStage.CONTACTED,
    "interviewed": LeadStage.INTERVIEWED,
    "offered": LeadStage.OFFERED,
    "hired": LeadStage.HIRED,
    "retained_30": LeadStage.RETAINED_30,
    "retained_90": LeadStage.RETAINED_90,
}


@st.composite
def leads(draw: st.DrawFn) -> Lead:
    """A lead after any number of steps that follow one another."""
    stage, reached, steps = LeadStage.INTERESTED, LeadStage.INTERESTED, 0
    for wanted in draw(st.lists(st.sampled_from(LeadStage), max_size=12)):
        if wanted in list_next_stages(stage):
            stage, reached, steps = wanted, find_furthest_stage(reached, wanted), steps + 1
    return records.lead(
        id=new_id(),
        session_id=draw(st.none() | st.sampled_from("xyz")),
        posting_id=draw(st.sampled_from("pqr")),
        person=draw(st.sampled_from("1234")),
        source=draw(st.sampled_from(LeadSource)),
        segment=draw(st.none() | st.sampled_from(Segment)),
        group=draw(st.none() | st.sampled_from(SeekerGroup)),
        union_path=draw(st.sampled_from(PATHS)),
        employer_id=draw(st.sampled_from("ef")),
        owner_id=draw(st.sampled_from("mn")),
        stage=stage,
        reached=reached,
        steps=steps,
        created_at=records.FIXED_NOW + timedelta(hours=draw(st.integers(0, 3))),
    )


@st.composite
def sessions(draw: st.DrawFn) -> list[LiveSession]:
    """Some of those that leads name, and one that brought none."""
    return [
        records.live_session(
            id=session_id,
            union_path=draw(st.sampled_from(PATHS)),
            owner_id=draw(st.sampled_from("mn")),
            views=draw(st.integers(0, 9)),
        )
        for session_id in draw(st.lists(st.sampled_from("wxyz"), unique=True))
    ]


def once_a_person(given_leads: Iterable[Lead]) -> list[Lead]:
    firsts: dict[Any, Lead] = {}
    for lead in given_leads:
        firsts.setdefault((lead.session_id, lead.posting_id, lead.person), lead)
    return list(firsts.values())


def keys_of(lead: Lead, by: FunnelDimension, below: tuple[str, ...]) -> tuple[str, ...]:
    if by is FunnelDimension.UNION:
        deepest = max((lead.union_path.index(union) for union in below), default=0)
        return lead.union_path[deepest:]
    if by is FunnelDimension.SESSION:
        return (lead.session_id,) if lead.session_id else ()
    if by is FunnelDimension.SEGMENT:
        return (lead.segment.value if lead.segment else "",)
    if by is FunnelDimension.GROUP:
        return (lead.group.value if lead.group else "",)
    return (lead.posting_id if by is FunnelDimension.POSTING else lead.source.value,)


def is_counted(lead: Lead, query: FunnelQuery) -> bool:
    return (
        set(query.within_unions) <= set(lead.union_path)
        and query.leads.session_id in {None, lead.session_id}
        and query.leads.employer_id in {None, lead.employer_id}
        and query.leads.owner_id in {None, lead.owner_id}
        and (query.since is None or query.since <= lead.created_at)
        and (query.until is None or lead.created_at < query.until)
    )


def views_of(
    key: str, all_sessions: list[LiveSession], by: FunnelDimension, query: FunnelQuery
) -> int | None:
    if by is FunnelDimension.SESSION:
        seen = [session.views for session in all_sessions if session.id == key]
        return sum(seen) if seen else None
    if by is not FunnelDimension.UNION or query.since or query.until or query.leads.employer_id:
        return None
    seen = [
        session.views
        for session in all_sessions
        if {key, *query.within_unions} <= set(session.union_path)
        and query.leads.session_id in {None, session.id}
        and query.leads.owner_id in {None, session.owner_id}
    ]
    return sum(seen) if seen else None


def row(key: str, those: list[Lead], views: int | None) -> FunnelRow:
    def standing(stage: LeadStage) -> int:
        return sum(lead.stage is stage for lead in those)

    came_to = {
        name: sum(
            PIPELINE_STAGES.index(lead.reached) >= PIPELINE_STAGES.index(stage) for lead in those
        )
        for name, stage in COUNTED_FROM.items()
    }
    return FunnelRow(
        key=key,
        interests=len(those),
        people=len({lead.person for lead in those}),
        services=sum(lead.steps for lead in those),
        withdrawn=standing(LeadStage.WITHDRAWN),
        refused=standing(LeadStage.REFUSED),
        unreachable=standing(LeadStage.UNREACHABLE),
        views=views,
        **came_to,
    )


def recounted(
    all_leads: list[Lead],
    all_sessions: list[LiveSession],
    by: FunnelDimension,
    query: FunnelQuery,
) -> list[FunnelRow]:
    found: dict[str, list[Lead]] = {}
    for lead in all_leads:
        if is_counted(lead, query):
            for key in keys_of(lead, by, query.within_unions):
                found.setdefault(key, []).append(lead)
    newest_first = by in {FunnelDimension.SESSION, FunnelDimension.POSTING}
    return [
        row(key, found[key], views_of(key, all_sessions, by, query))
        for key in sorted(found, reverse=newest_first)
    ]


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
async def test_counts_are_those_of_a_recount_by_every_dimension_page_by_page(
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
async def test_a_union_has_the_views_of_the_sessions_that_the_caller_may_count(
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


async def advanced(store: Store, lead: Lead, *stages: LeadStage) -> Lead:
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


async def test_a_lead_remembers_how_far_it_came_and_how_often_it_moved(store: Store) -> None:
    lead = records.lead()
    await store.leads.record([lead])
    there = await advanced(
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
async def test_a_lead_of_before_counts_for_the_stage_that_it_stands_at(
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
    withdrawn = await advanced(store, lead, LeadStage.WITHDRAWN)
    assert withdrawn.reached is stage
