"""Referrals through the API: opened and advanced by officers, shown to seekers without notes."""

from __future__ import annotations

from typing import Any

from domain.seekers.referrals import ReferralStatus, transition_referral
from storage.clock import utc_now
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import RunningServices
from tests.support.world import World, gid

REFERRALS = """query ($filter: ReferralFilter) { referrals(filter: $filter) {
  edges { node { id kind status steps { status note } seeker { id } } } } }"""
SERVICES = """query ($id: ID) { services(unionId: $id) {
  services people calls profiles referrals referralsDone } }"""


async def mutate_as_officer(
    api: GraphQLClient, world: World, name: str, /, **given: Any
) -> dict[str, Any]:
    token = world.token(world.officer)
    return await api.mutate(name, given, token, MUTATION_CASES[name].selection)


async def fetch_referrals(
    api: GraphQLClient, token: str | None, **narrowed: Any
) -> list[dict[str, Any]]:
    answer = await api.fetch_data(REFERRALS, {"filter": narrowed}, token)
    return [edge["node"] for edge in answer["referrals"]["edges"]]


async def test_a_referral_moves_forward_only(api: GraphQLClient, world: World) -> None:
    for status in ("ACCEPTED", "DONE"):
        moved = await mutate_as_officer(
            api, world, "advanceReferral", referralId=gid(world.referral), status=status
        )
        assert moved["referral"]["status"] == status
    refused = await mutate_as_officer(
        api, world, "advanceReferral", referralId=gid(world.referral), status="OPEN"
    )
    assert (refused["__typename"], refused["code"]) == ("StatusConflict", "STATUS_CONFLICT")
    (shown,) = await fetch_referrals(api, world.token(world.officer), status="DONE")
    assert [step["status"] for step in shown["steps"]] == ["OPEN", "ACCEPTED", "DONE"]


async def test_seekers_see_their_own_referrals_without_notes(
    api: GraphQLClient, world: World
) -> None:
    await mutate_as_officer(
        api, world, "openReferral", seekerId=gid(world.seeker), kind="POLICY", note="问社保"
    )
    own = await fetch_referrals(api, world.seeker_token())
    assert [each["kind"] for each in own] == ["POLICY", "TRAINING"]
    assert {step["note"] for each in own for step in each["steps"]} == {""}
    node = "query ($id: ID!) { node(id: $id) { id } }"
    own_node = await api.fetch_data(node, {"id": gid(world.referral)}, world.seeker_token())
    assert own_node == {"node": {"id": gid(world.referral)}}
    officers = await fetch_referrals(
        api, world.token(world.upper_officer), seekerId=gid(world.seeker)
    )
    assert [each["steps"][0]["note"] for each in officers] == ["问社保", "想学焊工"]
    assert await fetch_referrals(api, world.token(world.officer), kind="LEGAL_AID") == []
    assert await fetch_referrals(api, world.token(world.other_officer)) == []
    error = await api.fetch_error(
        REFERRALS, {"filter": {"seekerId": gid(world.seeker)[:-2] + "AA"}}, world.seeker_token()
    )
    assert error["extensions"]["code"] in {"NOT_FOUND", "INVALID_ID"}


async def test_an_erasure_removes_notes_and_refuses_new_ones(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    store = running.store
    seen = (await store.referrals.by_ids([world.referral.id]))[world.referral.id]
    gone = {"seekerId": gid(world.seeker), "reason": "本人电话要求删除"}
    assert (await mutate_as_officer(api, world, "eraseSeeker", **gone))[
        "__typename"
    ] == "SeekerErased"
    # A writer that read the referral before the erasure loses.
    late = transition_referral(
        seen, ReferralStatus.ACCEPTED, "孙丽已报名", by="officer", at=utc_now()
    )
    assert not await store.referrals.replace_if_unchanged(seen, late)
    given = {"referralId": gid(world.referral), "status": "ACCEPTED"}
    refused = await mutate_as_officer(api, world, "advanceReferral", **given, note="孙丽已报名")
    assert (refused["code"], refused["message"].count("erased")) == ("STATUS_CONFLICT", 1)
    assert (await mutate_as_officer(api, world, "advanceReferral", **given))[
        "__typename"
    ] == "ReferralAdvanced"
    kept = (await store.referrals.by_ids([world.referral.id]))[world.referral.id]
    assert [step.note for step in kept.steps] == ["", ""]


async def test_services_people_and_profiles_are_different_numbers(
    api: GraphQLClient, world: World
) -> None:
    for outcome in ("NO_ANSWER", "REACHED", "REACHED"):
        await mutate_as_officer(api, world, "recordCall", entryId=gid(world.entry), outcome=outcome)
    for status in ("ACCEPTED", "DONE"):
        await mutate_as_officer(
            api, world, "advanceReferral", referralId=gid(world.referral), status=status
        )
    counts = {
        "services": 5,
        "people": 1,
        "calls": 3,
        "profiles": 1,
        "referrals": 1,
        "referralsDone": 1,
    }
    above = world.token(world.upper_officer)
    assert await api.fetch_data(SERVICES, {"id": None}, above) == {"services": counts}
    assert await api.fetch_data(SERVICES, {"id": gid(world.union)}, above) == {"services": counts}
    nothing = dict.fromkeys(counts, 0)
    assert await api.fetch_data(SERVICES, {"id": gid(world.elsewhere)}, above) == {
        "services": nothing
    }
    error = await api.fetch_error(
        SERVICES, {"id": gid(world.union)}, world.token(world.other_officer)
    )
    assert error["extensions"]["code"] == "NOT_FOUND"
