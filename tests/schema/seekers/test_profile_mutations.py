"""Profiles: left without an account, come back to with a receipt, seen masked by officers alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.identity.unions import UnionLevel
from domain.seekers.call_campaigns import CallOutcome
from domain.seekers.seekers import MAX_SAVED_SEARCHES
from schema.relay import global_id, parse_global_id
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES, interest_input, profile_input
from tests.support.services import RunningServices, World, gid

MY = """{ myProfile {
  consentVersion contact { name phone } searches { id name }
  seeker { id status matching version withdrawnAt contact { name phone }
    profile { group skills homePlace wants { occupations places heaviest lowestPay { amount }
      pickUp { by days } near { kilometres point { latitude } } } } }
} }"""
SEEKERS = """query ($filter: SeekerFilter) { seekers(filter: $filter) {
  edges { node { id status contact { name phone } profile { group } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


async def act(api: GraphQLClient, name: str, token: str | None, /, **given: Any) -> dict[str, Any]:
    return await api.mutate(name, given, token, MUTATION_CASES[name].selection)


async def saved(
    api: GraphQLClient, world: World, token: str | None = None, **changes: Any
) -> dict[str, Any]:
    given = profile_input(world, **changes)
    answer = await act(api, "saveProfile", token or world.viewer_token(), **given)
    assert answer["__typename"] == "ProfileSaved", answer
    return answer


async def mine(api: GraphQLClient, token: str) -> dict[str, Any]:
    found: dict[str, Any] = (await api.fetch_data(MY, None, token))["myProfile"]
    return found


async def test_a_viewer_leaves_a_profile_and_goes_on_as_a_seeker(
    api: GraphQLClient, world: World
) -> None:
    profile = {
        "group": "LAID_OFF",
        "homePlace": "310115",
        "wants": {
            "heaviest": "LIGHT",
            "lowestPay": {"amount": 3000, "period": "MONTH"},
            "pickUp": {"by": "17:00:00", "days": ["MONDAY"]},
            "near": {"point": {"latitude": 31.2, "longitude": 121.5}, "kilometres": 12},
        },
    }
    phone = world.next_phone()
    answer = await saved(api, world, profile=profile, contact={"name": "孙丽", "phone": phone})
    token = answer["accessToken"]
    me = await api.fetch_data("{ me { role displayName username } }", None, token)
    assert me["me"] == {"role": "SEEKER", "displayName": "求职者", "username": None}
    own = await mine(api, token)
    assert own["contact"] == {"name": "孙丽", "phone": f"+86{phone}"}
    assert own["seeker"]["contact"] == {"name": "孙*", "phone": f"144****{phone[-4:]}"}
    kept = own["seeker"]["profile"]
    assert kept["wants"]["pickUp"] == profile["wants"]["pickUp"]  # type: ignore[index] # as given
    assert kept["wants"]["near"] == {"kilometres": 12, "point": {"latitude": 31.2}}
    assert (kept["homePlace"], kept["wants"]["lowestPay"]) == ("310115", {"amount": 3000})


async def test_the_same_giver_has_one_profile_and_changes_it(
    api: GraphQLClient, world: World
) -> None:
    first = await saved(api, world)
    token = first["accessToken"]
    changed = await act(
        api, "saveProfile", token, profile={"group": "GRADUATE"}, unionId=gid(world.union)
    )
    assert changed["seeker"]["id"] == first["seeker"]["id"]
    assert (changed["seeker"]["version"], changed["receipt"]) == (2, first["receipt"])
    own = await mine(api, token)
    assert own["contact"]["name"] == "孙丽"
    assert own["seeker"]["profile"]["group"] == "GRADUATE"
    without = await act(api, "saveProfile", token, profile={"group": "GRADUATE"}, contact=None)
    assert without["seeker"]["version"] == 3
    assert (await mine(api, token))["contact"] is None


async def test_a_receipt_leads_back_until_the_phone_is_another(
    api: GraphQLClient, world: World
) -> None:
    first = await saved(api, world)
    entered = await act(api, "enterAsSeeker", None, receipt=first["receipt"])
    assert entered["seeker"]["id"] == first["seeker"]["id"]
    assert (await mine(api, entered["accessToken"]))["contact"]["name"] == "孙丽"
    second = await saved(api, world, first["accessToken"])
    refused = await act(api, "enterAsSeeker", None, receipt=first["receipt"])
    assert (refused["__typename"], refused["code"]) == ("Unauthenticated", "UNAUTHENTICATED")
    entered = await act(api, "enterAsSeeker", None, receipt=second["receipt"])
    assert entered["__typename"] == "SeekerEntered"


async def test_somebody_else_with_the_same_phone_has_another_profile(
    api: GraphQLClient, world: World
) -> None:
    contact = {"name": "孙丽", "phone": world.next_phone()}
    theirs = await saved(api, world, contact=contact)
    stranger = await saved(api, world, contact=contact)
    assert stranger["seeker"]["id"] != theirs["seeker"]["id"]
    entered = await act(api, "enterAsSeeker", None, receipt=stranger["receipt"])
    assert entered["seeker"]["id"] == stranger["seeker"]["id"]


async def test_without_a_contact_a_profile_is_as_good(api: GraphQLClient, world: World) -> None:
    answer = await saved(api, world, contact=None)
    entered = await act(api, "enterAsSeeker", None, receipt=answer["receipt"])
    assert entered["__typename"] == "SeekerEntered"
    refused = await act(
        api,
        "revealPerson",
        world.token(world.officer),
        id=answer["seeker"]["id"],
        reason="电话回访求职意向",
    )
    assert refused["code"] == "CONSENT_WITHDRAWN"


async def test_consent_is_needed_at_first_and_after_it_was_taken_back(
    api: GraphQLClient, world: World
) -> None:
    text = (await api.fetch_data("{ profileConsentText { version body sha256 } }"))[
        "profileConsentText"
    ]
    assert text["version"] == "1"
    refused = await act(
        api,
        "saveProfile",
        world.viewer_token(),
        profile={"group": "LAID_OFF"},
        unionId=gid(world.union),
    )
    assert (refused["code"], refused["field"]) == (
        "CONSENT_REQUIRED",
        ["input", "consent", "textVersion"],
    )
    answer = await saved(api, world)
    taken_back = await act(api, "withdrawProfileConsent", None, receipt=answer["receipt"])
    assert taken_back["seeker"]["withdrawnAt"] is not None
    assert taken_back["seeker"]["contact"] is None
    again = await act(api, "withdrawProfileConsent", None, receipt=answer["receipt"])
    assert again["seeker"] == taken_back["seeker"]
    token = answer["accessToken"]
    error = await api.fetch_error("{ recommendedPostings { score } }", None, token)
    assert error["extensions"]["code"] == "STATUS_CONFLICT"
    refused = await act(api, "saveProfile", token, profile={"group": "LAID_OFF"})
    assert refused["code"] == "CONSENT_REQUIRED"
    assert (await saved(api, world, token))["seeker"]["version"] == 3
    assert (await mine(api, token))["seeker"]["withdrawnAt"] is None


async def test_a_profile_belongs_to_the_union_of_its_place(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    # A county that no other test has a union in.
    county = records.union(
        id=world.union.id[::-1],
        level=UnionLevel.COUNTY,
        place_code="469030",
        path=(*world.province.path, world.union.id[::-1]),
    )
    await running.store.unions.add([county])
    answer = await saved(
        api, world, unionId=None, profile={"group": "LAID_OFF", "wants": {"places": ["469030"]}}
    )
    seeker_id = parse_global_id(answer["seeker"]["id"], "Seeker")
    seeker = await running.store.seekers.by_id(seeker_id)
    assert seeker is not None
    assert seeker.union_path == county.path
    await running.store.mongo["unions"].delete_one({"_id": county.id})
    root = await running.store.unions.root()
    await saved(api, world, answer["accessToken"], unionId=None, profile={"group": "LAID_OFF"})
    seeker = await running.store.seekers.by_id(seeker_id)
    assert root is not None
    assert seeker is not None
    assert seeker.union_path == root.path


async def test_a_seeker_taps_as_a_viewer_does_and_has_one_receipt_for_both(
    api: GraphQLClient, world: World
) -> None:
    contact = {"name": "孙丽", "phone": world.next_phone()}
    answer = await saved(api, world, contact=contact)
    tapped = await api.mutate(
        "expressInterest",
        interest_input(world, contact=contact),
        answer["accessToken"],
        "... on InterestRecorded { created receipt }",
    )
    assert tapped["created"]
    assert tapped["receipt"] == answer["receipt"]
    exported = await act(api, "exportMyData", None, receipt=answer["receipt"])
    data = exported["data"]
    assert len(data["leads"]) == 1
    assert data["profile"]["name"] == "孙丽"
    assert data["profile"]["profile"]["wants"]["occupations"] == ["ELECTRICIAN"]
    assert data["profile"]["consent"]["textVersion"] == "1"
    assert [each["action"] for each in data["profile"]["accesses"]] == ["EXPORT"]
    json.dumps(data)
    erased = await act(api, "eraseMyData", None, receipt=answer["receipt"])
    assert (erased["leads"], erased["profile"]) == (1, True)
    error = await api.fetch_error(MY, None, answer["accessToken"])
    assert error["extensions"]["code"] == "NOT_FOUND"
    for name in ("enterAsSeeker", "withdrawProfileConsent"):
        refused = await act(api, name, None, receipt=answer["receipt"])
        assert refused["code"] == "UNAUTHENTICATED"


async def test_erasing_leaves_group_and_status_and_stores_the_contact_away(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    store = running.store
    linked = records.call_entry(
        campaign_id=world.campaign.id, union_path=world.union.path, seeker_id=world.seeker.id
    )
    await store.call_entries.add([linked])
    answer = await act(
        api,
        "eraseSeeker",
        world.token(world.officer),
        seekerId=gid(world.seeker),
        reason="本人电话要求删除",
    )
    assert answer["seekerId"] == gid(world.seeker)
    left = await store.seekers.by_id(world.seeker.id)
    assert left is not None
    assert (left.person, left.giver, left.contact, left.searches) == (None, None, None, ())
    assert (left.profile.group, left.status) == (world.seeker.profile.group, world.seeker.status)
    assert not left.profile.wants.occupations
    document = await store.mongo["seekers"].find_one({"_id": left.id})
    assert document is not None
    assert document["reach"] == []
    assert await store.mongo["retained"].count_documents({"_id": left.id}) == 1
    entry = await store.call_entries.by_id(linked.id)
    assert entry is not None
    assert (entry.contact, entry.remark, entry.person) == (None, "", f"erased/{linked.id}")
    referral = (await store.referrals.by_ids([world.referral.id]))[world.referral.id]
    assert [step.note for step in referral.steps] == [""]
    rows = await store.audit_log.latest_by_subjects("Seeker", [left.id], limit=10)
    assert [(row.action, row.detail) for row in rows] == [("ERASE", "本人电话要求删除")]
    refused = await act(
        api,
        "eraseSeeker",
        world.token(world.officer),
        seekerId=gid(world.seeker),
        reason="本人电话要求删除",
    )
    assert refused["code"] == "NOT_FOUND"
    assert await api.fetch_data(NODE, {"id": gid(world.seeker)}, world.token(world.officer)) == {
        "node": None
    }


async def test_officers_of_the_scope_alone_see_seekers_and_masked(
    api: GraphQLClient, world: World
) -> None:
    shown = {
        "id": gid(world.seeker),
        "status": "SEEKING",
        "contact": {"name": "孙*", "phone": "136****6000"},
        "profile": {"group": "LAID_OFF"},
    }
    for caller in ("officer", "officer above"):
        token = world.token_of(caller)
        listed = (await api.fetch_data(SEEKERS, None, token))["seekers"]["edges"]
        assert shown in [edge["node"] for edge in listed]
        assert (await api.fetch_data(NODE, {"id": gid(world.seeker)}, token))["node"] is not None
    for caller in ("viewer", "host", "recruiter", "officer elsewhere", "nobody"):
        for record in (world.seeker, world.campaign, world.entry, world.referral):
            answer = await api.fetch_data(NODE, {"id": gid(record)}, world.token_of(caller))
            assert answer == {"node": None}, caller
    elsewhere = (await api.fetch_data(SEEKERS, None, world.token_of("officer elsewhere")))[
        "seekers"
    ]
    assert elsewhere == {"edges": []}
    for caller in ("host", "recruiter", "seeker"):
        error = await api.fetch_error(SEEKERS, None, world.token_of(caller))
        assert error["extensions"]["code"] == "NOT_PERMITTED"


@pytest.mark.parametrize(
    ("narrowed", "finds"),
    [
        ({"status": "SEEKING"}, True),
        ({"status": "PAUSED"}, False),
        ({"group": "LAID_OFF"}, True),
        ({"group": "GRADUATE"}, False),
    ],
)
async def test_seekers_are_narrowed(
    api: GraphQLClient, readonly_world: World, narrowed: dict[str, str], finds: bool
) -> None:
    token = readonly_world.token(readonly_world.officer)
    found = (await api.fetch_data(SEEKERS, {"filter": narrowed}, token))["seekers"]["edges"]
    assert ([edge["node"]["id"] for edge in found] == [gid(readonly_world.seeker)]) is finds
    none = {"filter": {"campaignId": gid(readonly_world.campaign)}}
    assert (await api.fetch_data(SEEKERS, none, token))["seekers"]["edges"] == []


async def test_a_look_at_a_person_is_kept(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    token = world.token(world.officer)
    for record, contact in (
        (world.seeker, {"name": "孙丽", "phone": "+8613600136000"}),
        (world.entry, {"name": "赵大勇", "phone": "+8613700137000"}),
    ):
        answer = await act(api, "revealPerson", token, id=gid(record), reason="电话回访求职意向")
        assert answer["contact"] == contact
        rows = await running.store.audit_log.latest_by_subjects(
            type(record).__name__, [record.id], limit=10
        )
        assert [(row.action, row.actor_id, row.detail) for row in rows] == [
            ("REVEAL", world.officer.id, "电话回访求职意向")
        ]


async def test_at_most_twenty_searches_are_kept(api: GraphQLClient, world: World) -> None:
    token = world.seeker_token()
    for number in range(MAX_SAVED_SEARCHES - 1):
        answer = await act(
            api, "saveSearch", token, name=f"搜索{number}", wants={"places": ["310000"]}
        )
    assert len(answer["searches"]) == MAX_SAVED_SEARCHES
    refused = await act(api, "saveSearch", token, name="又一个", wants={})
    assert (refused["__typename"], refused["code"]) == ("StatusConflict", "STATUS_CONFLICT")
    removed = await act(api, "removeSearch", token, searchId=answer["searches"][3]["id"])
    assert len(removed["searches"]) == MAX_SAVED_SEARCHES - 1
    unknown = global_id("SavedSearch", "0" * 24)
    assert len((await act(api, "removeSearch", token, searchId=unknown))["searches"]) == 19


async def test_what_became_of_a_call_is_no_business_of_the_seeker(
    api: GraphQLClient, world: World
) -> None:
    for name in ("campaigns { edges { node { id } } }", "services { services }"):
        error = await api.fetch_error(f"{{ {name} }}", None, world.seeker_token())
        assert error["extensions"]["code"] == "NOT_PERMITTED"
    assert world.entry.outcome is CallOutcome.REACHED
