"""The rights of the person behind a lead, exercised with the receipt."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.leads.leads import Lead, LeadStage
from schema.relay import global_id
from services.leads import own_leads
from storage.clock import utc_now
from storage.mongo.client import Transaction
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import interest_input
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World, gid

OWN_LEADS = """
query ($receipt: String!, $first: Int, $after: String) {
  myLeads(receipt: $receipt, first: $first, after: $after) {
    edges { node {
      id stage source contact { name phone } employer { id } terms { title }
      consentVersion consentSha256 consentedAt withdrawnAt createdAt updatedAt
    } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
TAP = "... on InterestRecorded { created receipt lead { id withdrawnAt } }"
STAFF_LEADS = """
query ($session: ID!) {
  leads(filter: {sessionId: $session}) {
    edges { node { id stage nextStages withdrawnAt erasedAt contact { name } } }
  }
}
"""


async def express_interest(
    api: GraphQLClient, world: World, token: str, **changes: Any
) -> dict[str, Any]:
    given = interest_input(world, **changes)
    return await api.mutate("expressInterest", given, token, TAP)


async def own_leads_of(api: GraphQLClient, receipt: str, **page: Any) -> list[dict[str, Any]]:
    """Read the leads of a receipt. No token is needed."""
    answer = await api.fetch_data(OWN_LEADS, {"receipt": receipt, **page})
    return [edge["node"] for edge in answer["myLeads"]["edges"]]


async def mutate(api: GraphQLClient, name: str, /, **given: Any) -> dict[str, Any]:
    return await api.mutate(name, given, None, MUTATION_CASES[name].selection)


async def leads_seen_by(api: GraphQLClient, world: World, caller: str) -> list[dict[str, Any]]:
    answer = await api.fetch_data(STAFF_LEADS, {"session": gid(world.live)}, world.token_of(caller))
    return [edge["node"] for edge in answer["leads"]["edges"]]


async def set_stage(running: RunningServices, lead: Lead, stage: LeadStage) -> None:
    change = {"$set": {"stage": stage.value}}
    await running.store.mongo["leads"].update_one({"_id": lead.id}, change)


async def test_a_giver_reads_their_leads_unmasked_with_employer_and_consent(
    api: GraphQLClient, world: World
) -> None:
    viewer, phone = world.viewer_token(), world.next_phone()
    contact = {"name": "诸葛小明", "phone": phone}
    first = await express_interest(api, world, viewer, contact=contact)
    second = await express_interest(api, world, viewer, contact=contact, postingId=gid(world.third))
    leads = await own_leads_of(api, second["receipt"])
    assert [lead["id"] for lead in leads] == [second["lead"]["id"], first["lead"]["id"]]
    assert [lead["employer"]["id"] for lead in leads] == [gid(world.rival), gid(world.employer)]
    assert {json.dumps(lead["contact"]) for lead in leads} == {
        json.dumps({"name": "诸葛小明", "phone": f"+86{phone}"})
    }
    assert (leads[0]["stage"], leads[0]["consentVersion"]) == ("INTERESTED", "1")
    assert await own_leads_of(api, first["receipt"], first=1) == leads[:1]


async def test_sending_the_phone_of_somebody_else_reveals_nothing_of_theirs(
    api: GraphQLClient, world: World
) -> None:
    contact = {"name": "诸葛小明", "phone": world.next_phone()}
    theirs = await express_interest(api, world, world.viewer_token(), contact=contact)
    stranger = await express_interest(
        api, world, world.viewer_token(), contact={**contact, "name": "某人"}
    )
    assert (stranger["created"], stranger["lead"]["id"]) == (False, theirs["lead"]["id"])
    assert await own_leads_of(api, stranger["receipt"]) == []
    refused = await mutate(
        api, "withdrawConsent", receipt=stranger["receipt"], leadId=theirs["lead"]["id"]
    )
    assert refused["code"] == "NOT_FOUND"
    assert (await mutate(api, "eraseMyData", receipt=stranger["receipt"]))["leads"] == 0
    named = await mutate(api, "correctMyContact", receipt=stranger["receipt"], name="某人")
    assert named["leads"] == 0
    exported = await mutate(api, "exportMyData", receipt=stranger["receipt"])
    assert exported["data"] == {"leads": [], "profile": None}
    assert [lead["contact"]["name"] for lead in await own_leads_of(api, theirs["receipt"])] == [
        "诸葛小明"
    ]


@pytest.mark.parametrize("receipt", ["", "x", "a.b.c"])
async def test_anything_but_a_receipt_is_refused(receipt: str, api: GraphQLClient) -> None:
    error = await api.fetch_error(OWN_LEADS, {"receipt": receipt})
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
    said = await mutate(api, "confirmMyHire", receipt=receipt, leadId=lead, hired=True)
    assert said["lead"]["hireProof"] == {"employer": False, "seeker": True, "agreed": False}
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
    early = await mutate(api, "confirmMyHire", receipt=receipt, leadId=gid(world.lead), hired=True)
    assert (early["__typename"], early["code"]) == ("LeadStageConflict", "LEAD_STAGE_CONFLICT")
    before = await hash_collections(running)
    theirs = await mutate(
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
        said = await mutate(api, "confirmMyHire", receipt=receipt, leadId=lead, hired=hired)
        assert said["__typename"] == kind


async def test_a_receipt_is_no_token_and_a_changed_receipt_is_refused(
    api: GraphQLClient, world: World
) -> None:
    receipt = world.lead_receipt(world.lead)
    error = await api.fetch_error("{ me { id } }", None, receipt)
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    head, body, signature = receipt.split(".")
    other = world.lead_receipt(replace(world.lead, giver="another")).split(".")[1]
    for forged in (f"{head}.{other}.{signature}", f"{head}.{body}.", f"{head}.{body}"):
        error = await api.fetch_error(OWN_LEADS, {"receipt": forged})
        assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_withdrawn_consent_closes_the_lead_to_the_employer(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    receipt, lead = world.lead_receipt(world.lead), gid(world.lead)
    before = await running.store.event_log.read(f"leads/{world.live.id}", after=0, limit=100)
    taken = (await mutate(api, "withdrawConsent", receipt=receipt, leadId=lead))["lead"]
    assert (taken["id"], taken["stage"]) == (lead, "WITHDRAWN")
    assert taken["withdrawnAt"] is not None
    assert await leads_seen_by(api, world, "recruiter") == []
    (seen,) = await leads_seen_by(api, world, "host")
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
    again = await mutate(api, "withdrawConsent", receipt=receipt, leadId=lead)
    assert again["lead"] == taken
    assert await hash_collections(running) == nothing_more


@pytest.mark.parametrize("name", ["withdrawConsent", "advanceLead"])
async def test_a_new_interest_after_withdrawal_is_one_new_lead(
    name: str, api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = interest_input(world)
    first = await api.mutate("expressInterest", given, world.viewer_token(), TAP)
    taken_back = {
        "withdrawConsent": {"receipt": first["receipt"], "leadId": first["lead"]["id"]},
        "advanceLead": {"leadId": first["lead"]["id"], "stage": "WITHDRAWN"},
    }
    answer = await api.mutate(name, taken_back[name], world.token(world.host))
    assert "code" not in answer
    taps = await asyncio.gather(
        *(api.mutate("expressInterest", given, world.viewer_token(), TAP) for _ in range(10))
    )
    assert sorted(tap["created"] for tap in taps) == [False] * 9 + [True]
    (anew,) = {tap["lead"]["id"] for tap in taps}
    assert anew != first["lead"]["id"]
    shown = {lead["id"]: lead["stage"] for lead in await leads_seen_by(api, world, "host")}
    assert (shown[first["lead"]["id"]], shown[anew]) == ("WITHDRAWN", "INTERESTED")
    assert anew in {lead["id"] for lead in await leads_seen_by(api, world, "recruiter")}
    # The first giver keeps the first lead; the receipt of the new lead's giver shows the new one.
    assert [lead["id"] for lead in await own_leads_of(api, first["receipt"])] == [
        first["lead"]["id"]
    ]
    (holding,) = [tap["receipt"] for tap in taps if tap["created"]]
    assert [lead["id"] for lead in await own_leads_of(api, holding)] == [anew]


@pytest.mark.parametrize("stage", ["HIRED", "RETAINED_90", "REFUSED"])
async def test_withdrawal_keeps_the_stages_hired_and_refused(
    stage: str, api: GraphQLClient, world: World, running: RunningServices
) -> None:
    await set_stage(running, world.lead, LeadStage[stage])
    given = {"receipt": world.lead_receipt(world.lead), "leadId": gid(world.lead)}
    assert (await mutate(api, "withdrawConsent", **given))["lead"]["stage"] == stage
    assert await leads_seen_by(api, world, "recruiter") == []


async def test_a_name_is_corrected_in_every_lead_of_the_receipt(
    api: GraphQLClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_leads, "LEADS_PER_TRANSACTION", 1)
    viewer, contact = world.viewer_token(), {"name": "错名", "phone": world.next_phone()}
    receipt = (await express_interest(api, world, viewer, contact=contact))["receipt"]
    await express_interest(api, world, viewer, contact=contact, postingId=gid(world.third))
    given = {"receipt": receipt, "name": " 正名 "}
    assert (await mutate(api, "correctMyContact", **given))["leads"] == 2
    assert (await mutate(api, "correctMyContact", **given))["leads"] == 0
    leads = await own_leads_of(api, receipt)
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
    assert (await mutate(api, "eraseMyData", receipt=receipt))["leads"] == 2
    assert await own_leads_of(api, receipt) == []
    assert (await mutate(api, "eraseMyData", receipt=receipt))["leads"] == 0
    seen = {lead["id"]: lead for lead in await leads_seen_by(api, world, "officer")}
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
    assert [lead["id"] for lead in await own_leads_of(api, again["receipt"])] == [
        again["lead"]["id"]
    ]


async def test_an_export_holds_everything_stored_and_all_accesses(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    reveal = MUTATION_CASES["revealContact"].build_input(world)
    await api.mutate("revealContact", reveal, world.token(world.recruiter))
    note = {"leadId": gid(world.lead), "body": "周三下午面试"}
    await api.mutate("noteLead", note, world.token(world.recruiter))
    answer = await mutate(api, "exportMyData", receipt=world.lead_receipt(world.lead))
    assert answer["next"] is None
    (lead,) = answer["data"]["leads"]
    (access,) = lead.pop("accesses")
    assert (access["action"], access["by"]) == ("REVEAL", "RECRUITER")
    (noted,) = lead.pop("notes")
    assert noted["body"] == "周三下午面试"
    assert lead.pop("updatedAt") == noted["at"]
    at = world.lead.created_at.isoformat()
    assert lead == {
        "id": gid(world.lead),
        "name": "王小明",
        "phone": "+8613800138000",
        "session": gid(world.live),
        "posting": gid(world.open),
        "title": world.lead.terms.title,
        "recipient": world.employer.name,
        "consent": {
            "textVersion": "1",
            "sha256": "0" * 64,
            "at": world.lead.consent.at.isoformat(),
            "withdrawnAt": None,
        },
        "source": "LIVE_TAP",
        "group": None,
        "stage": "INTERESTED",
        "reason": None,
        "createdAt": at,
        "hiredAt": None,
    }


async def test_an_export_continues_after_the_last_page(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    now = utc_now()
    template = world.new_lead("王小明", "+8613800138001")
    many = [
        replace(
            template,
            id=f"{number:024x}",
            session_id=f"{world.live.id}{number}",
            contact=running.store.keyring.seal_contact(
                f"{number:024x}", await _contact(running, template)
            ),
            created_at=now,
        )
        for number in range(101)
    ]
    await running.store.leads.record(many)
    # Marked as logged, since these sessions do not exist.
    ids = [lead.id for lead in many]
    logged = {"$set": {"logged": True}}
    await running.store.mongo["leads"].update_many({"_id": {"$in": ids}}, logged)
    receipt = world.lead_receipt(template)
    first = await mutate(api, "exportMyData", receipt=receipt)
    rest = await mutate(api, "exportMyData", receipt=receipt, after=first["next"])
    ids = [lead["id"] for lead in first["data"]["leads"] + rest["data"]["leads"]]
    assert (len(first["data"]["leads"]), rest["next"]) == (100, None)
    assert ids == [global_id("Lead", lead.id) for lead in reversed(many)]
    erased = await mutate(api, "eraseMyData", receipt=receipt)
    assert erased["leads"] == 101


async def _contact(running: RunningServices, lead: Lead) -> Any:
    return await running.store.open_contact(lead)


async def test_exports_and_corrections_are_limited_per_hour(
    api: GraphQLClient, world: World, running: RunningServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_leads, "MAX_OWN_ACCESSES_PER_HOUR", 2)
    receipt = world.lead_receipt(world.lead)
    for expected in ("MyDataExported", "MyDataExported", "TooManyAttempts"):
        assert (await mutate(api, "exportMyData", receipt=receipt))["__typename"] == expected
    for name, kind in (("甲", "MyContactCorrected"), ("乙", "MyContactCorrected")):
        answer = await mutate(api, "correctMyContact", receipt=receipt, name=name)
        assert answer["__typename"] == kind
    late = await mutate(api, "correctMyContact", receipt=receipt, name="丙")
    assert late["__typename"] == "TooManyAttempts"


async def test_a_withdrawal_is_not_revealed_to_who_sends_the_phone_again(
    api: GraphQLClient, world: World
) -> None:
    contact = {"name": "诸葛小明", "phone": world.next_phone()}
    first = await express_interest(api, world, world.viewer_token(), contact=contact)
    given = {"receipt": first["receipt"], "leadId": first["lead"]["id"]}
    await mutate(api, "withdrawConsent", **given)
    again = await express_interest(api, world, world.viewer_token(), contact=contact)
    # The answer is the same as for a phone that was never sent.
    assert again["created"]
    assert again["lead"] == {"id": again["lead"]["id"], "withdrawnAt": None}
    assert again["lead"]["id"] != first["lead"]["id"]


async def test_concurrent_withdrawals_leave_one_audit_row(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = {"receipt": world.lead_receipt(world.lead), "leadId": gid(world.lead)}
    answers = await asyncio.gather(*(mutate(api, "withdrawConsent", **given) for _ in range(10)))
    assert len({answer["lead"]["withdrawnAt"] for answer in answers}) == 1

    async def count(transaction: Transaction) -> int:
        where = {"subject_id": world.lead.id, "action": "WITHDRAW_CONSENT"}
        return await running.store.mongo["audit"].count_documents(where, session=transaction)

    assert await running.store.mongo.run_transaction(count) == 1
