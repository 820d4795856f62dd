"""Rights of the person behind a lead, exercised with the receipt: reading, correcting, erasing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from schema.relay import global_id
from services.leads import own_leads
from storage.clock import utc_now
from tests.support.graphql_clients import GraphQLClient
from tests.support.own_leads import (
    OWN_LEADS_QUERY,
    express_interest,
    mutate_with_receipt,
    read_leads_as,
    read_own_leads,
)
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World, gid


async def test_a_giver_reads_their_leads_unmasked_with_employer_and_consent(
    api: GraphQLClient, world: World
) -> None:
    viewer, phone = world.viewer_token(), world.next_phone()
    contact = {"name": "诸葛小明", "phone": phone}
    first = await express_interest(api, world, viewer, contact=contact)
    second = await express_interest(api, world, viewer, contact=contact, postingId=gid(world.third))
    leads = await read_own_leads(api, second["receipt"])
    assert [lead["id"] for lead in leads] == [
        second["ownLead"]["id"],
        first["ownLead"]["id"],
    ]
    assert [lead["employer"]["id"] for lead in leads] == [gid(world.rival), gid(world.employer)]
    assert {json.dumps(lead["contact"]) for lead in leads} == {
        json.dumps({"name": "诸葛小明", "phone": f"+86{phone}"})
    }
    assert (leads[0]["stage"], leads[0]["consentVersion"]) == ("INTERESTED", "1")
    assert await read_own_leads(api, first["receipt"], first=1) == leads[:1]


async def test_sending_the_phone_of_somebody_else_reveals_nothing_of_theirs(
    api: GraphQLClient, world: World
) -> None:
    contact = {"name": "诸葛小明", "phone": world.next_phone()}
    theirs = await express_interest(api, world, world.viewer_token(), contact=contact)
    stranger = await express_interest(
        api, world, world.viewer_token(), contact={**contact, "name": "某人"}
    )
    assert stranger["created"] is True
    assert stranger["lead"]["id"] != theirs["lead"]["id"]
    seen = await read_own_leads(api, stranger["receipt"])
    assert [(lead["id"], lead["contact"]["name"]) for lead in seen] == [
        (stranger["ownLead"]["id"], "某人")
    ]
    refused = await mutate_with_receipt(
        api, "withdrawConsent", receipt=stranger["receipt"], leadId=theirs["lead"]["id"]
    )
    assert refused["code"] == "NOT_FOUND"
    named = await mutate_with_receipt(
        api, "correctMyContact", receipt=stranger["receipt"], name="别人"
    )
    assert named["leads"] == 1
    erased = await mutate_with_receipt(api, "eraseMyData", receipt=stranger["receipt"])
    assert erased["leads"] == 1
    exported = await mutate_with_receipt(api, "exportMyData", receipt=stranger["receipt"])
    assert exported["data"] == {"leads": [], "profile": None}
    assert [lead["contact"]["name"] for lead in await read_own_leads(api, theirs["receipt"])] == [
        "诸葛小明"
    ]


@pytest.mark.parametrize("receipt", ["", "x", "a.b.c"])
async def test_anything_but_a_receipt_is_refused(receipt: str, api: GraphQLClient) -> None:
    error = await api.fetch_error(OWN_LEADS_QUERY, {"receipt": receipt})
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_giver_and_staff_see_both_sides_of_a_hire(api: GraphQLClient, world: World) -> None:
    receipt, lead = world.lead_receipt(world.offered), gid(world.offered)
    query = (
        "query ($receipt: String!) { myLeads(receipt: $receipt) { edges { node {"
        " hireProof { employer seeker agreed disagreement } } } } }"
    )

    async def seen() -> dict[str, Any]:
        (edge,) = (await api.fetch_data(query, {"receipt": receipt}))["myLeads"]["edges"]
        proof: dict[str, Any] = edge["node"]["hireProof"]
        return proof

    nothing = {"employer": None, "seeker": None, "agreed": False, "disagreement": False}
    assert await seen() == nothing
    denied = {"leadId": lead, "hired": False}
    await api.mutate("confirmHire", denied, world.token_of("recruiter"))
    assert await seen() == nothing | {"employer": False}
    answer = await mutate_with_receipt(
        api, "confirmMyHire", receipt=receipt, leadId=lead, hired=True
    )
    assert answer["lead"]["hireProof"] == {"employer": False, "seeker": True, "agreed": False}
    assert await seen() == {
        "employer": False,
        "seeker": True,
        "agreed": False,
        "disagreement": True,
    }
    staff = (
        "query ($id: ID!) { node(id: $id) { ... on Lead { hireProof { disagreement }"
        " timeline(first: 1) { edges { node { by { id } ... on ConfirmedEntry { side hired } } } }"
        " } } }"
    )
    node = (await api.fetch_data(staff, {"id": lead}, world.token_of("officer")))["node"]
    assert node == {
        "hireProof": {"disagreement": True},
        "timeline": {"edges": [{"node": {"by": None, "side": "SEEKER", "hired": True}}]},
    }


async def test_only_the_giver_confirms_a_hire_and_only_after_an_offer(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    receipt = world.lead_receipt(world.lead)
    early = await mutate_with_receipt(
        api, "confirmMyHire", receipt=receipt, leadId=gid(world.lead), hired=True
    )
    assert (early["__typename"], early["code"]) == ("LeadStageConflict", "LEAD_STAGE_CONFLICT")
    before = await hash_collections(running)
    theirs = await mutate_with_receipt(
        api, "confirmMyHire", receipt=receipt, leadId=gid(world.offered), hired=True
    )
    assert (theirs["__typename"], theirs["code"]) == ("NotFound", "NOT_FOUND")
    assert await hash_collections(running) == before


async def test_confirmations_by_the_giver_are_limited_per_hour(
    api: GraphQLClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_leads, "MAX_OWN_ACCESSES_PER_HOUR", 2)
    receipt, lead = world.lead_receipt(world.offered), gid(world.offered)
    for hired, kind in (
        (True, "MyHireConfirmed"),
        (False, "MyHireConfirmed"),
        (True, "TooManyAttempts"),
    ):
        answer = await mutate_with_receipt(
            api, "confirmMyHire", receipt=receipt, leadId=lead, hired=hired
        )
        assert answer["__typename"] == kind


async def test_a_receipt_is_no_token_and_a_changed_receipt_is_refused(
    api: GraphQLClient, world: World
) -> None:
    receipt = world.lead_receipt(world.lead)
    error = await api.fetch_error("{ me { id } }", None, receipt)
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    head, body, signature = receipt.split(".")
    other = world.lead_receipt(replace(world.lead, giver="another")).split(".")[1]
    for forged in (f"{head}.{other}.{signature}", f"{head}.{body}.", f"{head}.{body}"):
        error = await api.fetch_error(OWN_LEADS_QUERY, {"receipt": forged})
        assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_name_is_corrected_in_every_lead_of_the_receipt(
    api: GraphQLClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_leads, "LEADS_PER_TRANSACTION", 1)
    viewer, contact = world.viewer_token(), {"name": "错名", "phone": world.next_phone()}
    receipt = (await express_interest(api, world, viewer, contact=contact))["receipt"]
    await express_interest(api, world, viewer, contact=contact, postingId=gid(world.third))
    given = {"receipt": receipt, "name": " 正名 "}
    assert (await mutate_with_receipt(api, "correctMyContact", **given))["leads"] == 2
    assert (await mutate_with_receipt(api, "correctMyContact", **given))["leads"] == 0
    leads = await read_own_leads(api, receipt)
    assert [lead["contact"] for lead in leads] == [
        {"name": "正名", "phone": f"+86{contact['phone']}"}
    ] * 2


async def test_erased_data_cannot_be_read_and_the_lead_still_counts(
    api: GraphQLClient, world: World, running: RunningServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_leads, "LEADS_PER_TRANSACTION", 1)
    viewer, contact = world.viewer_token(), {"name": "诸葛小明", "phone": world.next_phone()}
    first = await express_interest(api, world, viewer, contact=contact)
    await express_interest(api, world, viewer, contact=contact, postingId=gid(world.third))
    receipt = first["receipt"]
    await hash_collections(running)
    assert (await mutate_with_receipt(api, "eraseMyData", receipt=receipt))["leads"] == 2
    assert await read_own_leads(api, receipt) == []
    assert (await mutate_with_receipt(api, "eraseMyData", receipt=receipt))["leads"] == 0
    seen = {lead["id"]: lead for lead in await read_leads_as(api, world, "officer")}
    assert len(seen) == 3
    erased = seen[first["lead"]["id"]]
    assert (erased["stage"], erased["contact"], erased["nextStages"]) == ("INTERESTED", None, [])
    assert erased["erasedAt"] == erased["withdrawnAt"] is not None
    tallies = await running.store.interest_counts.by_sessions([world.live.id])
    assert sum(tallies[world.live.id].values()) == 3
    refused = await api.mutate(
        "advanceLead",
        {"leadId": first["lead"]["id"], "stage": "CONTACTED"},
        world.token(world.host),
    )
    assert refused["code"] == "LEAD_STAGE_CONFLICT"
    far = utc_now() + timedelta(days=60)
    late = await running.store.lead_timelines.find_due_for_escalation(at=far, limit=10_000)
    assert erased["id"] not in {global_id("Lead", lead.id) for lead in late}
    person = running.store.keyring.hash_phone(f"+86{contact['phone']}")
    assert (
        await running.store.mongo["leads"].count_documents(
            {"person": person, "session_id": world.live.id}
        )
        == 0
    )
    # The same person may express interest again: that is a new lead.
    again = await express_interest(api, world, viewer, contact=contact)
    assert again["created"] is True
    assert again["lead"]["id"] != first["lead"]["id"]
    assert [lead["id"] for lead in await read_own_leads(api, again["receipt"])] == [
        again["ownLead"]["id"]
    ]
