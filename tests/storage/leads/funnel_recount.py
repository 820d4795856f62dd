"""Recounts the funnel in plain Python, and generates random leads to count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from domain.leads.funnel import FunnelDimension, FunnelRow
from domain.leads.leads import (
    PIPELINE_STAGES,
    Lead,
    LeadSource,
    LeadStage,
    find_furthest_stage,
    list_next_stages,
)
from domain.live.sessions import LiveSession, Segment
from domain.seekers.seeker_groups import PERSON_GROUPS
from storage.leads.funnel import FunnelQuery
from storage.mongo.client import new_id
from tests.support import records

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
        group=draw(st.none() | st.sampled_from(PERSON_GROUPS)),
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
    """QR codes that some leads name, and one without leads."""
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
