"""Leads are recorded once for each session, posting and person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.leads.lead_identity import key_of
from domain.leads.leads import NO_HIRE_PROOF, HireSide, LeadStage
from storage.leads.lead_query import LeadQuery
from storage.leads.leads import QrCodeResults
from storage.mongo.client import StorageError
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records

DISPUTED = NO_HIRE_PROOF.with_statement(HireSide.EMPLOYER, hired=True).with_statement(
    HireSide.SEEKER, hired=False
)


async def test_a_person_has_one_lead_per_session_and_posting(either_store: Store) -> None:
    leads = either_store.leads
    first = records.lead(person="w")
    assert await leads.record([first]) == [(first, True)]
    again = records.lead(person="w")
    fresh = records.lead(person="x")
    twice = records.lead(person="x")
    elsewhere = records.lead(person="w", posting_id="other")
    later = records.lead(person="w", session_id="other")
    assert await leads.record([again, fresh, twice, elsewhere, later]) == [
        (first, False),
        (fresh, True),
        (fresh, False),
        (elsewhere, True),
        (later, True),
    ]
    claims = either_store.lead_claims
    assert await claims.find_given(key_of(first)) == first
    assert await claims.find_given(key_of(records.lead(person="y"))) is None
    assert await leads.by_ids([first.id, again.id]) == {first.id: first}
    assert await leads.by_id(first.id) == first
    assert await leads.by_id(again.id) is None


async def test_a_retried_lead_is_still_reported_as_created(store: Store) -> None:
    lead = records.lead()
    await store.leads.record([lead])
    assert await store.leads.record([lead, records.lead(person=lead.person)]) == [
        (lead, True),
        (lead, False),
    ]


async def test_an_invalid_lead_is_refused_and_not_reported_as_a_duplicate(store: Store) -> None:
    broken = replace(records.lead(), person=7)  # type: ignore[arg-type] # this is what is broken
    with pytest.raises(StorageError, match=r"\(121\)$"):
        await store.leads.record([broken])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (LeadQuery(union_id="root"), "fdcba"),
        (LeadQuery(union_id="elsewhere"), "e"),
        (LeadQuery(owner_id="other"), "d"),
        (LeadQuery(employer_id="other"), "c"),
        (LeadQuery(union_id="root", session_id="other"), "b"),
        (LeadQuery(union_id="root", posting_id="other"), "a"),
        (LeadQuery(union_id="root", stage=LeadStage.HIRED), "f"),
    ],
)
async def test_leads_are_listed_newest_first_within_a_scope(
    store: Store, query: LeadQuery, found: str
) -> None:
    await store.leads.record(
        [
            records.lead(id="a", posting_id="other"),
            records.lead(id="b", session_id="other"),
            records.lead(id="c", employer_id="other"),
            records.lead(id="d", owner_id="other"),
            records.lead(id="e", union_path=("elsewhere",)),
            records.lead(id="f", stage=LeadStage.HIRED),
        ]
    )
    page = await store.leads.page(query, PageRequest(limit=10))
    assert "".join(lead.id for lead in page.items) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (LeadQuery(assignee_id="me"), "ca"),
        (LeadQuery(union_id="root", assignee_id="me"), "a"),
        (LeadQuery(union_id="root", not_assignee_id="me"), "fedb"),
        (LeadQuery(union_id="root", overdue=True, now=records.FIXED_NOW), "b"),
        (LeadQuery(union_id="root", overdue=False, now=records.FIXED_NOW), "feda"),
        (LeadQuery(union_id="root", escalated_to="root"), "d"),
        (LeadQuery(union_id="root", escalated=True), "ed"),
        (LeadQuery(union_id="root", escalated=False), "fba"),
        (LeadQuery(union_id="root", disagreement=True), "f"),
        (LeadQuery(union_id="root", disagreement=False), "edba"),
        (LeadQuery(union_id="root", escalated=True, overdue=True, now=records.FIXED_NOW), ""),
    ],
)
async def test_leads_are_filtered_by_what_their_follow_up_needs(
    store: Store, query: LeadQuery, found: str
) -> None:
    later = records.FIXED_NOW + timedelta(hours=1)
    await store.leads.record(
        [
            records.lead(id="a", assignee_id="me", due_at=later),
            records.lead(id="b", assignee_id="other", due_at=records.FIXED_NOW),
            records.lead(id="c", assignee_id="me", union_path=("elsewhere",)),
            records.lead(id="d", escalated_to="root"),
            records.lead(id="e", escalated_to="union"),
            records.lead(id="f", hire=DISPUTED),
        ]
    )
    page = await store.leads.page(query, PageRequest(limit=10))
    assert "".join(lead.id for lead in page.items) == found


async def test_a_person_has_one_lead_per_posting_without_a_session(either_store: Store) -> None:
    leads = either_store.leads
    board = {"session_id": None, "owner_id": None, "person": "w"}
    first = records.lead(**board)
    in_session = records.lead(person="w")
    elsewhere = records.lead(**board, posting_id="other")
    assert await leads.record([first, in_session]) == [(first, True), (in_session, True)]
    again = records.lead(**board)
    assert await leads.record([again, elsewhere]) == [(first, False), (elsewhere, True)]
    assert await either_store.lead_claims.find_given(key_of(first)) == first
    # Leads without a session wait for no event log, but webhooks may have to be notified.
    assert await either_store.unlogged_leads.sessions() == [None, "session"]


async def test_a_withdrawn_lead_leaves_room_for_another(either_store: Store) -> None:
    leads = either_store.leads
    gone = [records.lead(person="w") for _ in range(2)]
    gone = [replace(lead, stage=LeadStage.WITHDRAWN, made_way=lead.id) for lead in gone]
    assert await leads.record(gone) == [(lead, True) for lead in gone]
    assert await either_store.lead_claims.find_given(key_of(gone[0])) is None
    first, again = records.lead(person="w"), records.lead(person="w")
    assert await leads.record([first, again]) == [(first, True), (first, False)]
    assert await either_store.lead_claims.find_given(key_of(again)) == first


async def test_the_leads_of_a_code_are_counted(either_store: Store) -> None:
    stages = [LeadStage.INTERESTED, LeadStage.HIRED, LeadStage.RETAINED_90, LeadStage.WITHDRAWN]
    await either_store.leads.record(
        [
            *(records.lead(code_id="a", stage=stage) for stage in stages),
            records.lead(code_id="b"),
            records.lead(),
        ]
    )
    assert await either_store.leads.results_by_code(["a", "b", "none"]) == {
        "a": QrCodeResults(interests=4, hires=2),
        "b": QrCodeResults(interests=1, hires=0),
    }
