"""Withdrawal of a consent closes the lead to the employer; a later interest is a new lead."""

from __future__ import annotations

import asyncio

import pytest

from domain.leads.leads import Lead, LeadStage
from storage.mongo.client import Transaction
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import interest_input
from tests.support.own_leads import (
    INTEREST_SELECTION,
    express_interest,
    mutate_with_receipt,
    read_leads_as,
    read_own_leads,
)
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World, gid, gid_as


async def set_stage(running: RunningServices, lead: Lead, stage: LeadStage) -> None:
    change = {"$set": {"stage": stage.value}}
    await running.store.mongo["leads"].update_one({"_id": lead.id}, change)


async def test_a_withdrawn_consent_closes_the_lead_to_the_employer(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    receipt, lead = world.lead_receipt(world.lead), gid(world.lead)
    before = await running.store.event_log.read(f"leads/{world.live.id}", after=0, limit=100)
    taken = (await mutate_with_receipt(api, "withdrawConsent", receipt=receipt, leadId=lead))[
        "lead"
    ]
    assert (taken["id"], taken["stage"]) == (gid_as("OwnLead", world.lead), "WITHDRAWN")
    assert taken["withdrawnAt"] is not None
    assert await read_leads_as(api, world, "recruiter") == []
    (seen,) = await read_leads_as(api, world, "host")
    assert seen == {
        "id": lead,
        "stage": "WITHDRAWN",
        "nextStages": [],
        "withdrawnAt": taken["withdrawnAt"],
        "erasedAt": None,
        "contact": None,
    }
    query = "query ($id: ID!) { node(id: $id) { id } }"
    assert await api.fetch_data(query, {"id": lead}, world.token(world.recruiter)) == {"node": None}
    logged = await running.store.event_log.read(f"leads/{world.live.id}", after=0, limit=100)
    names = [type(placed.event).__name__ for placed in logged]
    assert names.count("LeadAdvanced") == 1
    assert len(before) <= len(logged)
    nothing_more = await hash_collections(running)
    again = await mutate_with_receipt(api, "withdrawConsent", receipt=receipt, leadId=lead)
    assert again["lead"] == taken
    assert await hash_collections(running) == nothing_more


@pytest.mark.parametrize("name", ["withdrawConsent", "advanceLead"])
async def test_a_new_interest_after_withdrawal_is_one_new_lead(
    name: str, api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = interest_input(world)
    viewer = await world.proven_viewer_token(given["contact"]["phone"])
    first = await api.mutate("expressInterest", given, viewer, INTEREST_SELECTION)
    taken_back = {
        "withdrawConsent": {"receipt": first["receipt"], "leadId": first["lead"]["id"]},
        "advanceLead": {"leadId": first["lead"]["id"], "stage": "WITHDRAWN"},
    }
    answer = await api.mutate(name, taken_back[name], world.token(world.host))
    assert "code" not in answer
    taps = await asyncio.gather(
        *(api.mutate("expressInterest", given, viewer, INTEREST_SELECTION) for _ in range(10))
    )
    assert sorted(tap["created"] for tap in taps) == [False] * 9 + [True]
    (new_lead_id,) = {tap["lead"]["id"] for tap in taps}
    assert new_lead_id != first["lead"]["id"]
    shown = {lead["id"]: lead["stage"] for lead in await read_leads_as(api, world, "host")}
    assert (shown[first["lead"]["id"]], shown[new_lead_id]) == ("WITHDRAWN", "INTERESTED")
    assert new_lead_id in {lead["id"] for lead in await read_leads_as(api, world, "recruiter")}
    (new_own_id,) = {tap["ownLead"]["id"] for tap in taps}
    own = [new_own_id, first["ownLead"]["id"]]
    assert [lead["id"] for lead in await read_own_leads(api, first["receipt"])] == own


@pytest.mark.parametrize("stage", ["HIRED", "RETAINED_90", "REFUSED"])
async def test_withdrawal_keeps_the_stages_hired_and_refused(
    stage: str, api: GraphQLClient, world: World, running: RunningServices
) -> None:
    await set_stage(running, world.lead, LeadStage[stage])
    given = {"receipt": world.lead_receipt(world.lead), "leadId": gid(world.lead)}
    assert (await mutate_with_receipt(api, "withdrawConsent", **given))["lead"]["stage"] == stage
    assert await read_leads_as(api, world, "recruiter") == []


async def test_a_repeated_interest_does_not_reveal_a_withdrawal(
    api: GraphQLClient, world: World
) -> None:
    contact = {"name": "诸葛小明", "phone": world.next_phone()}
    first = await express_interest(api, world, world.viewer_token(), contact=contact)
    given = {"receipt": first["receipt"], "leadId": first["lead"]["id"]}
    await mutate_with_receipt(api, "withdrawConsent", **given)
    again = await express_interest(api, world, world.viewer_token(), contact=contact)
    # The answer is the same as for a phone that was never sent.
    assert again["created"]
    assert again["lead"] == {"id": again["lead"]["id"], "withdrawnAt": None}
    assert again["lead"]["id"] != first["lead"]["id"]


async def test_concurrent_withdrawals_leave_one_audit_row(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = {"receipt": world.lead_receipt(world.lead), "leadId": gid(world.lead)}
    answers = await asyncio.gather(
        *(mutate_with_receipt(api, "withdrawConsent", **given) for _ in range(10))
    )
    assert len({answer["lead"]["withdrawnAt"] for answer in answers}) == 1

    async def count(transaction: Transaction) -> int:
        where = {"subject_id": world.lead.id, "action": "WITHDRAW_CONSENT"}
        return await running.store.mongo["audit"].count_documents(where, session=transaction)

    assert await running.store.mongo.run_transaction(count) == 1
