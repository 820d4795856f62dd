"""Profiles through the API: saved without an account, and found again with a receipt."""

from __future__ import annotations

import json
from typing import Any

from domain.identity.unions import UnionLevel
from schema.relay import parse_global_id
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import interest_input, profile_input
from tests.support.services import RunningServices
from tests.support.world import World, gid

MY_PROFILE = """{ myProfile {
  consentVersion contact { name phone } searches { id name }
  seeker { id status matching version withdrawnAt contact { name phone }
    profile { group skills homePlace wants { occupations places heaviest lowestPay { amount }
      pickUp { by days } near { kilometres point { latitude } } } } }
} }"""


async def mutate(
    api: GraphQLClient, name: str, token: str | None, /, **given: Any
) -> dict[str, Any]:
    return await api.mutate(name, given, token, MUTATION_CASES[name].selection)


async def save_profile(
    api: GraphQLClient, world: World, token: str | None = None, **changes: Any
) -> dict[str, Any]:
    given = profile_input(world, **changes)
    answer = await mutate(api, "saveProfile", token or world.viewer_token(), **given)
    assert answer["__typename"] == "ProfileSaved", answer
    return answer


async def fetch_own_profile(api: GraphQLClient, token: str) -> dict[str, Any]:
    found: dict[str, Any] = (await api.fetch_data(MY_PROFILE, None, token))["myProfile"]
    return found


async def test_a_viewer_who_saves_a_profile_becomes_a_seeker(
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
    answer = await save_profile(
        api, world, profile=profile, contact={"name": "孙丽", "phone": phone}
    )
    token = answer["accessToken"]
    me = await api.fetch_data("{ me { role displayName username } }", None, token)
    assert me["me"] == {"role": "SEEKER", "displayName": "求职者", "username": None}
    own = await fetch_own_profile(api, token)
    assert own["contact"] == {"name": "孙丽", "phone": f"+86{phone}"}
    assert own["seeker"]["contact"] == {"name": "孙*", "phone": f"144****{phone[-4:]}"}
    kept = own["seeker"]["profile"]
    assert kept["wants"]["pickUp"] == profile["wants"]["pickUp"]  # type: ignore[index] # as given
    assert kept["wants"]["near"] == {"kilometres": 12, "point": {"latitude": 31.2}}
    assert (kept["homePlace"], kept["wants"]["lowestPay"]) == ("310115", {"amount": 3000})


async def test_saving_again_replaces_the_profile(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    first = await save_profile(api, world)
    token = first["accessToken"]
    changed = await mutate(
        api, "saveProfile", token, profile={"group": "GRADUATE"}, unionId=gid(world.union)
    )
    assert changed["seeker"]["id"] == first["seeker"]["id"]
    assert changed["seeker"]["version"] == 2
    verify = running.services.receipts.verify
    assert verify(changed["receipt"]) == verify(first["receipt"])
    own = await fetch_own_profile(api, token)
    assert own["contact"]["name"] == "孙丽"
    assert own["seeker"]["profile"]["group"] == "GRADUATE"
    without = await mutate(api, "saveProfile", token, profile={"group": "GRADUATE"}, contact=None)
    assert without["seeker"]["version"] == 3
    assert (await fetch_own_profile(api, token))["contact"] is None


async def test_a_receipt_is_valid_until_the_phone_changes(api: GraphQLClient, world: World) -> None:
    first = await save_profile(api, world)
    entered = await mutate(api, "enterAsSeeker", None, receipt=first["receipt"])
    assert entered["seeker"]["id"] == first["seeker"]["id"]
    assert (await fetch_own_profile(api, entered["accessToken"]))["contact"]["name"] == "孙丽"
    second = await save_profile(api, world, first["accessToken"])
    refused = await mutate(api, "enterAsSeeker", None, receipt=first["receipt"])
    assert (refused["__typename"], refused["code"]) == ("Unauthenticated", "UNAUTHENTICATED")
    entered = await mutate(api, "enterAsSeeker", None, receipt=second["receipt"])
    assert entered["__typename"] == "SeekerEntered"


async def test_another_device_with_the_same_phone_gets_another_profile(
    api: GraphQLClient, world: World
) -> None:
    contact = {"name": "孙丽", "phone": world.next_phone()}
    theirs = await save_profile(api, world, contact=contact)
    stranger = await save_profile(api, world, contact=contact)
    assert stranger["seeker"]["id"] != theirs["seeker"]["id"]
    entered = await mutate(api, "enterAsSeeker", None, receipt=stranger["receipt"])
    assert entered["seeker"]["id"] == stranger["seeker"]["id"]


async def test_a_profile_needs_no_contact(api: GraphQLClient, world: World) -> None:
    answer = await save_profile(api, world, contact=None)
    entered = await mutate(api, "enterAsSeeker", None, receipt=answer["receipt"])
    assert entered["__typename"] == "SeekerEntered"
    refused = await mutate(
        api,
        "revealPerson",
        world.token(world.officer),
        id=answer["seeker"]["id"],
        reason="电话回访求职意向",
    )
    assert refused["code"] == "CONSENT_WITHDRAWN"


async def test_consent_is_needed_the_first_time_and_after_a_withdrawal(
    api: GraphQLClient, world: World
) -> None:
    text = (await api.fetch_data("{ profileConsentText { version body sha256 } }"))[
        "profileConsentText"
    ]
    assert text["version"] == "1"
    refused = await mutate(
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
    answer = await save_profile(api, world)
    taken_back = await mutate(api, "withdrawProfileConsent", None, receipt=answer["receipt"])
    assert taken_back["seeker"]["withdrawnAt"] is not None
    assert taken_back["seeker"]["contact"] is None
    again = await mutate(api, "withdrawProfileConsent", None, receipt=answer["receipt"])
    assert again["seeker"] == taken_back["seeker"]
    token = answer["accessToken"]
    error = await api.fetch_error("{ recommendedPostings { score } }", None, token)
    assert error["extensions"]["code"] == "STATUS_CONFLICT"
    refused = await mutate(api, "saveProfile", token, profile={"group": "LAID_OFF"})
    assert refused["code"] == "CONSENT_REQUIRED"
    assert (await save_profile(api, world, token))["seeker"]["version"] == 3
    assert (await fetch_own_profile(api, token))["seeker"]["withdrawnAt"] is None


async def test_a_profile_belongs_to_the_union_of_its_place(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    # No other test stores a union in this county.
    county = records.union(
        id=world.union.id[::-1],
        level=UnionLevel.COUNTY,
        place_code="469030",
        path=(*world.province.path, world.union.id[::-1]),
    )
    await running.store.unions.add([county])
    answer = await save_profile(
        api, world, unionId=None, profile={"group": "LAID_OFF", "wants": {"places": ["469030"]}}
    )
    seeker_id = parse_global_id(answer["seeker"]["id"], "Seeker")
    seeker = await running.store.seekers.by_id(seeker_id)
    assert seeker is not None
    assert seeker.union_path == county.path
    await running.store.mongo["unions"].delete_one({"_id": county.id})
    root = await running.store.unions.root()
    await save_profile(
        api, world, answer["accessToken"], unionId=None, profile={"group": "LAID_OFF"}
    )
    seeker = await running.store.seekers.by_id(seeker_id)
    assert root is not None
    assert seeker is not None
    assert seeker.union_path == root.path


async def test_interest_and_profile_of_a_seeker_share_one_receipt(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    contact = {"name": "孙丽", "phone": world.next_phone()}
    answer = await save_profile(api, world, contact=contact)
    tapped = await api.mutate(
        "expressInterest",
        interest_input(world, contact=contact),
        answer["accessToken"],
        "... on InterestRecorded { created receipt }",
    )
    assert tapped["created"]
    verify = running.services.receipts.verify
    assert verify(tapped["receipt"]) == verify(answer["receipt"])
    exported = await mutate(api, "exportMyData", None, receipt=answer["receipt"])
    data = exported["data"]
    assert len(data["leads"]) == 1
    assert data["profile"]["name"] == "孙丽"
    assert data["profile"]["profile"]["wants"]["occupations"] == ["ELECTRICIAN"]
    assert data["profile"]["consent"]["textVersion"] == "1"
    assert [each["action"] for each in data["profile"]["accesses"]] == ["EXPORT"]
    json.dumps(data)
    erased = await mutate(api, "eraseMyData", None, receipt=answer["receipt"])
    assert (erased["leads"], erased["profile"]) == (1, True)
    error = await api.fetch_error(MY_PROFILE, None, answer["accessToken"])
    assert error["extensions"]["code"] == "NOT_FOUND"
    for name in ("enterAsSeeker", "withdrawProfileConsent"):
        refused = await mutate(api, name, None, receipt=answer["receipt"])
        assert refused["code"] == "UNAUTHENTICATED"
