"""What the person behind a lead may ask for with the receipt of the tap."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.leads.leads import Lead, LeadStage
from schema.relay import global_id
from services.leads import contacts
from storage.clock import utc_now
from storage.mongo.client import Transaction
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES, interest_input
from tests.support.services import RunningServices, World, gid, hash_collections

MINE = """
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
STAFF = """
query ($session: ID!) {
  leads(filter: {sessionId: $session}) {
    edges { node { id stage nextStages withdrawnAt erasedAt contact { name } } }
  }
}
"""


async def tap(api: GraphQLClient, world: World, token: str, **changes: Any) -> dict[str, Any]:
    given = interest_input(world, **changes)
    return await api.mutate("expressInterest", given, token, TAP)


async def mine(api: GraphQLClient, receipt: str, **page: Any) -> list[dict[str, Any]]:
    """Without a token: the receipt is enough."""
    answer = await api.fetch_data(MINE, {"receipt": receipt, **page})
    return [edge["node"] for edge in answer["myLeads"]["edges"]]


async def act(api: GraphQLClient, name: str, /, **given: Any) -> dict[str, Any]:
    return await api.mutate(name, given, None, MUTATION_CASES[name].selection)


async def seen_by(api: GraphQLClient, world: World, caller: str) -> list[dict[str, Any]]:
    answer = await api.fetch_data(STAFF, {"session": gid(world.live)}, world.token_of(caller))
    return [edge["node"] for edge in answer["leads"]["edges"]]


async def at_stage(running: RunningServices, lead: Lead, stage: LeadStage) -> None:
    change = {"$set": {"stage": stage.value}}
    await running.store.mongo["leads"].update_one({"_id": lead.id}, change)


async def test_a_giver_sees_what_they_gave_unmasked_with_the_employer_and_the_consent(
    api: GraphQLClient, world: World
) -> None:
    viewer, phone = world.viewer_token(), world.next_phone()
    contact = {"name": "诸葛小明", "phone": phone}
    first = await tap(api, world, viewer, contact=contact)
    second = await tap(api, world, viewer, contact=contact, postingId=gid(world.third))
    leads = await mine(api, second["receipt"])
    assert [lead["id"] for lead in leads] == [second["lead"]["id"], first["lead"]["id"]]
    assert [lead["employer"]["id"] for lead in leads] == [gid(world.rival), gid(world.employer)]
    assert {json.dumps(lead["contact"]) for lead in leads} == {
        json.dumps({"name": "诸葛小明", "phone": f"+86{phone}"})
    }
    assert (leads[0]["stage"], leads[0]["consentVersion"]) == ("INTERESTED", "1")
    assert await mine(api, first["receipt"], first=1) == leads[:1]


async def test_who_sends_the_phone_of_somebody_else_gets_nothing_of_theirs(
    api: GraphQLClient, world: World
) -> None:
    contact = {"name": "诸葛小明", "phone": world.next_phone()}
    theirs = await tap(api, world, world.viewer_token(), contact=contact)
    stranger = await tap(api, world, world.viewer_token(), contact={**contact, "name": "某人"})
    assert (stranger["created"], stranger["lead"]["id"]) == (False, theirs["lead"]["id"])
    assert await mine(api, stranger["receipt"]) == []
    refused = await act(
        api, "withdrawConsent", receipt=stranger["receipt"], leadId=theirs["lead"]["id"]
    )
    assert refused["code"] == "NOT_FOUND"
    assert (await act(api, "eraseMyData", receipt=stranger["receipt"]))["leads"] == 0
    named = await act(api, "correctMyContact", receipt=stranger["receipt"], name="某人")
    assert named["leads"] == 0
    exported = await act(api, "exportMyData", receipt=stranger["receipt"])
    assert exported["data"] == {"leads": [], "profile": None}
    assert [lead["contact"]["name"] for lead in await mine(api, theirs["receipt"])] == ["诸葛小明"]


@pytest.mark.parametrize("receipt", ["", "x", "a.b.c"])
async def test_what_is_no_receipt_shows_nothing(receipt: str, api: GraphQLClient) -> None:
    error = await api.fetch_error(MINE, {"receipt": receipt})
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_both_sides_of_a_hire_are_seen_by_the_giver_and_by_the_staff(
    api: GraphQLClient, world: World
) -> None:
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
    said = await act(api, "confirmMyHire", receipt=receipt, leadId=lead, hired=True)
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


async def test_who_was_offered_nothing_and_who_did_not_give_the_lead_confirms_no_hire(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    receipt = world.lead_receipt(world.lead)
    early = await act(api, "confirmMyHire", receipt=receipt, leadId=gid(world.lead), hired=True)
    assert (early["__typename"], early["code"]) == ("LeadStageConflict", "LEAD_STAGE_CONFLICT")
    before = await hash_collections(running)
    theirs = await act(api, "confirmMyHire", receipt=receipt, leadId=gid(world.offered), hired=True)
    assert (theirs["__typename"], theirs["code"]) == ("NotFound", "NOT_FOUND")
    assert await hash_collections(running) == before


async def test_a_giver_says_whether_they_were_hired_at_most_sixty_times_an_hour(
    api: GraphQLClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "MAX_OWN_ACCESSES_PER_HOUR", 2)
    receipt, lead = world.lead_receipt(world.offered), gid(world.offered)
    for hired, kind in (
        (True, "MyHireConfirmed"),
        (False, "MyHireConfirmed"),
        (True, "TooManyAttempts"),
    ):
        said = await act(api, "confirmMyHire", receipt=receipt, leadId=lead, hired=hired)
        assert said["__typename"] == kind


async def test_a_receipt_is_no_token_and_a_changed_one_no_receipt(
    api: GraphQLClient, world: World
) -> None:
    receipt = world.lead_receipt(world.lead)
    error = await api.fetch_error("{ me { id } }", None, receipt)
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    head, body, signature = receipt.split(".")
    other = world.lead_receipt(replace(world.lead, giver="another")).split(".")[1]
    for forged in (f"{head}.{other}.{signature}", f"{head}.{body}.", f"{head}.{body}"):
        error = await api.fetch_error(MINE, {"receipt": forged})
        assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_consent_that_is_taken_back_closes_the_lead_to_the_employer(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    receipt, lead = world.lead_receipt(world.lead), gid(world.lead)
    before = await running.store.event_log.read(f"leads/{world.live.id}", after=0, limit=100)
    taken = (await act(api, "withdrawConsent", receipt=receipt, leadId=lead))["lead"]
    assert (taken["id"], taken["stage"]) == (lead, "WITHDRAWN")
    assert taken["withdrawnAt"] is not None
    assert await seen_by(api, world, "recruiter") == []
    (seen,) = await seen_by(api, world, "host")
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
    again = await act(api, "withdrawConsent", receipt=receipt, leadId=lead)
    assert again["lead"] == taken
    assert await hash_collections(running) == nothing_more


@pytest.mark.parametrize("name", ["withdrawConsent", "advanceLead"])
async def test_whoever_is_interested_again_after_all_gives_one_new_lead(
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
    shown = {lead["id"]: lead["stage"] for lead in await seen_by(api, world, "host")}
    assert (shown[first["lead"]["id"]], shown[anew]) == ("WITHDRAWN", "INTERESTED")
    assert anew in {lead["id"] for lead in await seen_by(api, world, "recruiter")}
    # The first one stays its giver's; who gave the new one holds the receipt for it.
    assert [lead["id"] for lead in await mine(api, first["receipt"])] == [first["lead"]["id"]]
    (holding,) = [tap["receipt"] for tap in taps if tap["created"]]
    assert [lead["id"] for lead in await mine(api, holding)] == [anew]


@pytest.mark.parametrize("stage", ["HIRED", "RETAINED_90", "REFUSED"])
async def test_who_was_hired_or_refused_stays_so_without_consent(
    stage: str, api: GraphQLClient, world: World, running: RunningServices
) -> None:
    await at_stage(running, world.lead, LeadStage[stage])
    given = {"receipt": world.lead_receipt(world.lead), "leadId": gid(world.lead)}
    assert (await act(api, "withdrawConsent", **given))["lead"]["stage"] == stage
    assert await seen_by(api, world, "recruiter") == []


async def test_a_name_is_corrected_in_every_lead_of_the_receipt(
    api: GraphQLClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "LEADS_PER_TRANSACTION", 1)
    viewer, contact = world.viewer_token(), {"name": "错名", "phone": world.next_phone()}
    receipt = (await tap(api, world, viewer, contact=contact))["receipt"]
    await tap(api, world, viewer, contact=contact, postingId=gid(world.third))
    given = {"receipt": receipt, "name": " 正名 "}
    assert (await act(api, "correctMyContact", **given))["leads"] == 2
    assert (await act(api, "correctMyContact", **given))["leads"] == 0
    leads = await mine(api, receipt)
    assert [lead["contact"] for lead in leads] == [
        {"name": "正名", "phone": f"+86{contact['phone']}"}
    ] * 2


async def test_erased_data_are_on_no_reading_path_and_the_lead_still_counts(
    api: GraphQLClient, world: World, running: RunningServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "LEADS_PER_TRANSACTION", 1)
    viewer, contact = world.viewer_token(), {"name": "诸葛小明", "phone": world.next_phone()}
    first = await tap(api, world, viewer, contact=contact)
    await tap(api, world, viewer, contact=contact, postingId=gid(world.third))
    receipt = first["receipt"]
    await hash_collections(running)
    assert (await act(api, "eraseMyData", receipt=receipt))["leads"] == 2
    assert await mine(api, receipt) == []
    assert (await act(api, "eraseMyData", receipt=receipt))["leads"] == 0
    seen = {lead["id"]: lead for lead in await seen_by(api, world, "officer")}
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
    # The same person may come again: that is a new lead.
    again = await tap(api, world, viewer, contact=contact)
    assert again["created"] is True
    assert again["lead"]["id"] != first["lead"]["id"]
    assert [lead["id"] for lead in await mine(api, again["receipt"])] == [again["lead"]["id"]]


async def test_an_export_holds_all_that_is_stored_and_who_looked(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    reveal = MUTATION_CASES["revealContact"].build_input(world)
    await api.mutate("revealContact", reveal, world.token(world.recruiter))
    note = {"leadId": gid(world.lead), "body": "周三下午面试"}
    await api.mutate("noteLead", note, world.token(world.recruiter))
    answer = await act(api, "exportMyData", receipt=world.lead_receipt(world.lead))
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


async def test_an_export_goes_on_where_the_last_answer_ended(
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
    # There are no such sessions, and so no log of theirs.
    ids = [lead.id for lead in many]
    logged = {"$set": {"logged": True}}
    await running.store.mongo["leads"].update_many({"_id": {"$in": ids}}, logged)
    receipt = world.lead_receipt(template)
    first = await act(api, "exportMyData", receipt=receipt)
    rest = await act(api, "exportMyData", receipt=receipt, after=first["next"])
    ids = [lead["id"] for lead in first["data"]["leads"] + rest["data"]["leads"]]
    assert (len(first["data"]["leads"]), rest["next"]) == (100, None)
    assert ids == [global_id("Lead", lead.id) for lead in reversed(many)]
    erased = await act(api, "eraseMyData", receipt=receipt)
    assert erased["leads"] == 101


async def _contact(running: RunningServices, lead: Lead) -> Any:
    return await running.store.open_contact(lead)


async def test_exports_and_corrections_are_bounded_an_hour(
    api: GraphQLClient, world: World, running: RunningServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "MAX_OWN_ACCESSES_PER_HOUR", 2)
    receipt = world.lead_receipt(world.lead)
    for expected in ("MyDataExported", "MyDataExported", "TooManyAttempts"):
        assert (await act(api, "exportMyData", receipt=receipt))["__typename"] == expected
    for name, kind in (("甲", "MyContactCorrected"), ("乙", "MyContactCorrected")):
        answer = await act(api, "correctMyContact", receipt=receipt, name=name)
        assert answer["__typename"] == kind
    late = await act(api, "correctMyContact", receipt=receipt, name="丙")
    assert late["__typename"] == "TooManyAttempts"


async def test_a_consent_that_was_taken_back_is_not_told_to_who_sends_the_phone(
    api: GraphQLClient, world: World
) -> None:
    contact = {"name": "诸葛小明", "phone": world.next_phone()}
    first = await tap(api, world, world.viewer_token(), contact=contact)
    given = {"receipt": first["receipt"], "leadId": first["lead"]["id"]}
    await act(api, "withdrawConsent", **given)
    again = await tap(api, world, world.viewer_token(), contact=contact)
    # As for a phone that was never sent.
    assert again["created"]
    assert again["lead"] == {"id": again["lead"]["id"], "withdrawnAt": None}
    assert again["lead"]["id"] != first["lead"]["id"]


async def test_two_ways_at_once_leave_one_row_of_each(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = {"receipt": world.lead_receipt(world.lead), "leadId": gid(world.lead)}
    answers = await asyncio.gather(*(act(api, "withdrawConsent", **given) for _ in range(10)))
    assert len({answer["lead"]["withdrawnAt"] for answer in answers}) == 1

    async def count(transaction: Transaction) -> int:
        where = {"subject_id": world.lead.id, "action": "WITHDRAW_CONSENT"}
        return await running.store.mongo["audit"].count_documents(where, session=transaction)

    assert await running.store.mongo.run_transaction(count) == 1
