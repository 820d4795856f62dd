"""Whose phone it is: what squatters and owners, staff and employers get before and after proof."""

from __future__ import annotations

from typing import Any

import pytest

from schema.relay import parse_global_id
from services.leads import lead_claims
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import interest_input
from tests.support.own_leads import mutate_with_receipt, read_leads_as, read_own_leads
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World, gid, gid_as

TAP = "... on InterestRecorded { created receipt lead { id confirmation stage nextStages } }"
LEAD = """
query ($id: ID!) {
  node(id: $id) {
    ... on Lead {
      stage confirmation nextStages contact { name }
      timeline { edges { node { __typename by { id } ... on PhoneConfirmedEntry { method } } } }
    }
  }
}
"""
CONFIRM = "... on LeadConfirmedByStaff { lead { id confirmation version } } ... on UserError { code field }"  # noqa: E501 - one document


async def tap(api: GraphQLClient, token: str, given: dict[str, Any]) -> dict[str, Any]:
    return await api.mutate("expressInterest", given, token, TAP)


async def confirm(
    api: GraphQLClient, world: World, caller: str, lead_id: str, method: str = "CALL"
) -> dict[str, Any]:
    given = {"leadId": lead_id, "method": method}
    return await api.mutate("confirmLead", given, world.token_of(caller), CONFIRM)


async def show(api: GraphQLClient, world: World, caller: str, lead_id: str) -> Any:
    return (await api.fetch_data(LEAD, {"id": lead_id}, world.token_of(caller)))["node"]


async def test_an_unconfirmed_lead_is_for_the_unions_staff_alone(
    api: GraphQLClient, world: World
) -> None:
    made = await tap(api, world.viewer_token(), interest_input(world))
    lead = made["lead"]["id"]
    assert made["lead"]["confirmation"] == "UNCONFIRMED"
    for caller in ("host", "officer", "officer above"):
        shown = await show(api, world, caller, lead)
        assert (shown["confirmation"], shown["contact"]["name"][0]) == ("UNCONFIRMED", "王")
        assert shown["nextStages"] == ["WITHDRAWN", "UNREACHABLE"]
    assert await show(api, world, "recruiter", lead) is None
    assert lead not in [each["id"] for each in await read_leads_as(api, world, "recruiter")]
    reveal = {"leadId": lead, "reason": "电话通知面试时间"}
    refused = await api.mutate("revealContact", reveal, world.token(world.recruiter))
    assert refused["code"] == "NOT_FOUND"
    step = {"leadId": lead, "stage": "CONTACTED"}
    early = await api.mutate("advanceLead", step, world.token(world.host))
    assert early["code"] == "LEAD_STAGE_CONFLICT"
    assert "confirm the lead first" in early["message"]
    gone = await api.mutate("advanceLead", step | {"stage": "UNREACHABLE"}, world.token(world.host))
    assert gone["__typename"] == "LeadStageAdvanced"


@pytest.mark.parametrize("method", ["CALL", "IN_PERSON"])
async def test_an_officer_who_spoke_with_the_person_confirms_the_lead(
    method: str, api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = interest_input(world)
    squatter = await tap(api, world.viewer_token(), given)
    owner = await tap(api, world.viewer_token(), given)
    await hash_collections(running)
    answer = await confirm(api, world, "officer", owner["lead"]["id"], method)
    assert answer["lead"] == {
        "id": owner["lead"]["id"],
        "confirmation": "CONFIRMED",
        "version": 2,
    }
    shown = await show(api, world, "recruiter", owner["lead"]["id"])
    assert (shown["stage"], shown["confirmation"]) == ("INTERESTED", "CONFIRMED")
    entry = shown["timeline"]["edges"][0]["node"]
    assert entry == {
        "__typename": "PhoneConfirmedEntry",
        "by": {"id": gid_as("Colleague", world.officer)},
        "method": method,
    }
    ended = await show(api, world, "officer", squatter["lead"]["id"])
    assert (ended["stage"], ended["confirmation"]) == ("WITHDRAWN", "SUPERSEDED")
    assert (ended["contact"], ended["nextStages"]) == (None, [])
    # Once more changes nothing, and the audit log says who confirmed.
    again = await confirm(api, world, "officer", owner["lead"]["id"], method)
    assert again["lead"]["version"] == 2
    lead_id = parse_global_id(owner["lead"]["id"], "Lead", "id")
    rows = await running.store.audit_log.latest_by_subjects("Lead", [lead_id], limit=5)
    assert [(row.action.value, row.detail) for row in rows] == [("CONFIRM_PHONE", method)]


async def test_the_receipt_of_a_squatter_ends_when_the_owner_confirms(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = interest_input(world)
    squatter = await tap(api, world.viewer_token(), given)
    assert len(await read_own_leads(api, squatter["receipt"])) == 1
    owner_token = await world.proven_viewer_token(given["contact"]["phone"])
    owner = await tap(api, owner_token, given)
    assert (owner["created"], owner["lead"]["confirmation"]) == (True, "CONFIRMED")
    await hash_collections(running)
    assert await read_own_leads(api, squatter["receipt"]) == []
    lead = {"leadId": squatter["lead"]["id"]}
    refused = await mutate_with_receipt(api, "withdrawConsent", receipt=squatter["receipt"], **lead)
    assert refused["code"] == "NOT_FOUND"
    assert (await show(api, world, "recruiter", owner["lead"]["id"]))["confirmation"] == (
        "CONFIRMED"
    )
    assert (await show(api, world, "recruiter", squatter["lead"]["id"])) is None
    # The person counts once.
    tallies = await running.store.interest_counts.by_sessions([world.live.id])
    assert tallies[world.live.id][world.open.id] == 2  # with the lead of the world itself


async def test_a_retry_is_the_same_lead_even_after_a_withdrawal(
    api: GraphQLClient, world: World
) -> None:
    viewer = world.viewer_token()
    given = interest_input(world, requestId="a-request-of-mine")
    first = await tap(api, viewer, given)
    taken = {"receipt": first["receipt"], "leadId": first["lead"]["id"]}
    await mutate_with_receipt(api, "withdrawConsent", **taken)
    again = await tap(api, viewer, given)
    assert (again["created"], again["lead"]["id"]) == (False, first["lead"]["id"])
    anew = await tap(api, viewer, given | {"requestId": "another-request"})
    assert anew["created"] is True
    other = await api.mutate("expressInterest", given | {"postingId": gid(world.second)}, viewer)
    assert (other["code"], other["field"]) == ("INVALID_INPUT", ["input", "requestId"])
    # The id belongs to the device: others may use the same.
    stranger = await tap(api, world.viewer_token(), given)
    assert stranger["created"] is True


@pytest.mark.parametrize("request_id", ["", "short", "x" * 65, "with space", "请求编号请求编号"])
async def test_a_request_id_is_plain(request_id: str, api: GraphQLClient, world: World) -> None:
    given = interest_input(world, requestId=request_id)
    refused = await api.mutate("expressInterest", given, world.viewer_token())
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", ["input", "requestId"])


async def test_a_lead_that_ended_and_a_code_are_not_confirmed_by_staff(
    api: GraphQLClient, world: World
) -> None:
    made = await tap(api, world.viewer_token(), interest_input(world))
    refused = await confirm(api, world, "officer", made["lead"]["id"], "CODE")
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", ["input", "method"])
    taken = {"receipt": made["receipt"], "leadId": made["lead"]["id"]}
    await mutate_with_receipt(api, "withdrawConsent", **taken)
    ended = await confirm(api, world, "officer", made["lead"]["id"])
    assert ended["code"] == "LEAD_STAGE_CONFLICT"


async def test_a_claim_of_a_person_with_a_confirmed_lead_ends(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = interest_input(world)
    owner = await tap(api, await world.proven_viewer_token(given["contact"]["phone"]), given)
    # A claim that is logged together with the confirmed lead ends at once.
    await hash_collections(running)
    later = await tap(api, world.viewer_token(), given)
    assert later["lead"]["confirmation"] == "UNCONFIRMED"
    await hash_collections(running)
    answer = await confirm(api, world, "officer", later["lead"]["id"])
    assert answer["lead"]["confirmation"] == "SUPERSEDED"
    kept = await show(api, world, "recruiter", owner["lead"]["id"])
    assert kept["confirmation"] == "CONFIRMED"


async def test_thousands_of_claims_for_one_phone_end_in_batches(
    api: GraphQLClient, world: World, running: RunningServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_claims, "LEADS_SUPERSEDED_PER_TRANSACTION", 2)
    given = interest_input(world)
    claims = [await tap(api, world.viewer_token(), given) for _ in range(8)]
    await hash_collections(running)
    await confirm(api, world, "officer", claims[4]["lead"]["id"])
    await hash_collections(running)
    states = [
        (await show(api, world, "officer", each["lead"]["id"]))["confirmation"] for each in claims
    ]
    assert states == ["SUPERSEDED"] * 4 + ["CONFIRMED"] + ["SUPERSEDED"] * 3


async def test_leads_are_listed_in_the_order_to_call_in(api: GraphQLClient, world: World) -> None:
    query = """
    query ($session: ID!, $states: [LeadConfirmation!], $after: String) {
      leads(
        filter: { sessionId: $session, confirmations: $states }
        orderBy: CALLING
        first: 1
        after: $after
      ) { edges { cursor node { id } } pageInfo { hasNextPage } }
    }
    """
    made = await tap(api, world.viewer_token(), interest_input(world))
    officer = world.token(world.officer)
    given: dict[str, Any] = {"session": gid(world.live), "states": None, "after": None}
    seen = []
    for more in (True, False):
        page = (await api.fetch_data(query, given, officer))["leads"]
        assert page["pageInfo"]["hasNextPage"] is more
        given["after"] = page["edges"][0]["cursor"]
        seen.append(page["edges"][0]["node"]["id"])
    assert seen == [gid(world.lead), made["lead"]["id"]]
    waiting = given | {"states": ["UNCONFIRMED"], "after": None}
    page = (await api.fetch_data(query, waiting, officer))["leads"]
    assert [edge["node"]["id"] for edge in page["edges"]] == [made["lead"]["id"]]
    for states in ([], ["CONFIRMED", "CONFIRMED"]):
        error = await api.fetch_error(query, given | {"states": states, "after": None}, officer)
        assert error["extensions"]["code"] == "INVALID_INPUT"
        assert error["extensions"]["field"] == ["filter", "confirmations"]


async def test_a_code_confirms_what_the_device_gave_and_its_next_taps(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = interest_input(world)
    squatter = await tap(api, world.viewer_token(), given)
    owner_token = world.viewer_token()
    owner = await tap(api, owner_token, given)
    phone = {"phone": given["contact"]["phone"]}
    asked = await api.mutate("requestCode", phone, owner_token, "... on CodeRequested { demoCode }")
    proven = await api.mutate("confirmPhone", phone | {"code": asked["demoCode"]}, owner_token)
    assert proven["__typename"] == "PhoneConfirmed"
    await hash_collections(running)
    shown = await show(api, world, "recruiter", owner["lead"]["id"])
    assert shown["confirmation"] == "CONFIRMED"
    entry = shown["timeline"]["edges"][0]["node"]
    assert (entry["method"], entry["by"]) == ("CODE", None)
    assert await show(api, world, "recruiter", squatter["lead"]["id"]) is None
    following = await tap(api, owner_token, given | {"postingId": gid(world.second)})
    assert following["lead"]["confirmation"] == "CONFIRMED"
