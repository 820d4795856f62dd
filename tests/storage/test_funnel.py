"""The funnel counts exactly what a recount of the same leads in Python gives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.funnel import FunnelDimension, FunnelRow
from domain.leads import (
    PIPELINE,
    HireSide,
    Lead,
    LeadSource,
    LeadStage,
    RefusalReason,
    furthest,
    next_stages,
)
from domain.pipeline import Change
from domain.pipeline import advanced as moved_on
from storage.client import Session, new_id
from storage.funnel import FunnelQuery
from storage.leads import LeadQuery
from storage.pages import Slice
from storage.store import Store
from tests.support import records
from tests.support.stores import emptied

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
        if wanted in next_stages(stage):
            stage, reached, steps = wanted, furthest(reached, wanted), steps + 1
    return records.lead(
        id=new_id(),
        session_id=draw(st.none() | st.sampled_from("xyz")),
        posting_id=draw(st.sampled_from("pqr")),
        person=draw(st.sampled_from("1234")),
        source=draw(st.sampled_from(LeadSource)),
        union_path=draw(st.sampled_from(PATHS)),
        employer_id=draw(st.sampled_from("ef")),
        stage=stage,
        reached=reached,
        steps=steps,
        created_at=records.AT + timedelta(hours=draw(st.integers(0, 3))),
    )


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
    return (lead.posting_id if by is FunnelDimension.POSTING else lead.source.value,)


def is_counted(lead: Lead, query: FunnelQuery) -> bool:
    return (
        set(query.below) <= set(lead.union_path)
        and query.leads.session_id in {None, lead.session_id}
        and query.leads.employer_id in {None, lead.employer_id}
        and (query.since is None or query.since <= lead.created_at)
        and (query.until is None or lead.created_at < query.until)
    )


def row(key: str, those: list[Lead]) -> FunnelRow:
    def standing(stage: LeadStage) -> int:
        return sum(lead.stage is stage for lead in those)

    came_to = {
        name: sum(PIPELINE.index(lead.reached) >= PIPELINE.index(stage) for lead in those)
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
        **came_to,
    )


def recounted(all_leads: list[Lead], by: FunnelDimension, query: FunnelQuery) -> list[FunnelRow]:
    found: dict[str, list[Lead]] = {}
    for lead in all_leads:
        if is_counted(lead, query):
            for key in keys_of(lead, by, query.below):
                found.setdefault(key, []).append(lead)
    newest_first = by in {FunnelDimension.SESSION, FunnelDimension.POSTING}
    return [row(key, found[key]) for key in sorted(found, reverse=newest_first)]


async def all_pages(
    store: Store, by: FunnelDimension, query: FunnelQuery, size: int
) -> list[FunnelRow]:
    rows: list[FunnelRow] = []
    after: tuple[str, ...] | None = None
    while True:
        page = await store.funnel.page(by, query, Slice(limit=size, after=after))
        assert len(page.items) <= size
        assert page.has_previous == (after is not None)
        rows += page.items
        if not page.has_next:
            return rows
        after = (page.items[-1].key,)


moments = st.none() | st.integers(0, 3).map(lambda hours: records.AT + timedelta(hours=hours))


@settings(max_examples=60)
@given(
    given_leads=st.lists(leads(), max_size=25),
    query=st.builds(
        FunnelQuery,
        leads=st.builds(
            LeadQuery,
            session_id=st.none() | st.sampled_from("xyz"),
            employer_id=st.none() | st.sampled_from("ef"),
        ),
        below=st.lists(st.sampled_from(UNION_IDS), max_size=2, unique=True).map(tuple),
        since=moments,
        until=moments,
    ),
    size=st.integers(1, 4),
)
async def test_counts_are_those_of_a_recount_by_every_dimension_page_by_page(
    pymongo_store: Store, given_leads: list[Lead], query: FunnelQuery, size: int
) -> None:
    store = await emptied(pymongo_store)
    stored = once_a_person(given_leads)
    if stored:
        await store.leads.record(stored)
    for by in FunnelDimension:
        assert await all_pages(store, by, query, size) == recounted(stored, by, query)


async def advanced(store: Store, lead: Lead, *stages: LeadStage) -> Lead:
    for stage in stages:
        reason = RefusalReason.OTHER if stage is LeadStage.REFUSED else None

        side = HireSide.EMPLOYER
        change = moved_on(lead, stage, reason, side=side, by="staff", at=records.AT)

        async def body(session: Session, before: Lead = lead, change: Change = change) -> bool:
            return await store.pipeline.write([(before, change)], session=session)

        assert await store.mongo.transaction(body)
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
    await store.mongo["leads"].update_one({}, {"$unset": {"reached": "", "steps": ""}})
    query = FunnelQuery(leads=LeadQuery())
    (found,) = await all_pages(store, FunnelDimension.SESSION, query, 10)
    assert (found.contacted, found.hired, found.services) == (1, hired, 0)
    withdrawn = await advanced(store, lead, LeadStage.WITHDRAWN)
    assert withdrawn.reached is stage
