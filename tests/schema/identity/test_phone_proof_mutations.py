"""Proving a phone through the API: the demo's codes, the refusals, and what clients are told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.identity.devices import PhonePair
from domain.identity.phone_codes import CODE_LIFETIME, MAX_TRIES, RESEND_PAUSE
from storage.clock import utc_now
from storage.mongo.client import new_id
from tests.support.codes import stored_code
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import profile_input
from tests.support.phone_nodes import another
from tests.support.services import RunningServices
from tests.support.world import World

REQUESTED = (
    "... on CodeRequested { provenUntil expiresAt nextRequestAt demoCode }"
    "... on TooManyAttempts { retryAfter }"
)
CONFIRMED = "... on PhoneConfirmed { validUntil }"


def new_phone() -> str:
    """Return a phone of the demo, of a block of numbers that hardly another test uses."""
    return f"144{int(new_id()[-10:], 16) % 10**8:08d}"


async def request(api: GraphQLClient, token: str, phone: str, **more: Any) -> dict[str, Any]:
    return await api.mutate("requestCode", {"phone": phone, **more}, token, REQUESTED)


async def confirm(api: GraphQLClient, token: str, phone: str, code: str) -> dict[str, Any]:
    return await api.mutate("confirmPhone", {"phone": phone, "code": code}, token, CONFIRMED)


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_viewer_proves_a_phone_and_needs_no_code_afterwards(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    token, phone = world.token_of("viewer") or "", new_phone()
    asked = await request(api, token, phone)
    stored = await stored_code(running.store, world.visitor_id, phone)
    assert time_of(asked["expiresAt"]) == stored.issued_at + CODE_LIFETIME
    assert time_of(asked["nextRequestAt"]) == stored.issued_at + RESEND_PAUSE
    assert asked["provenUntil"] is None
    proven = await confirm(api, token, phone, f" {asked['demoCode']} ")
    assert proven["__typename"] == "PhoneConfirmed"
    person = running.store.keyring.hash_phone(f"+86{phone}")
    pair = PhonePair(device_id=world.visitor_id, person=person)
    assert await running.store.phone_proofs.is_proven(pair, at=utc_now())
    assert await request(api, token, f"+86 {phone}") == {
        "__typename": "CodeRequested",
        "provenUntil": proven["validUntil"],
        "expiresAt": None,
        "nextRequestAt": None,
        "demoCode": None,
    }


async def test_a_second_request_says_when_to_come_back(api: GraphQLClient, world: World) -> None:
    token, phone = world.token_of("viewer") or "", new_phone()
    await request(api, token, phone)
    refused = await request(api, token, phone)
    assert (refused["__typename"], refused["code"]) == ("TooManyAttempts", "TOO_MANY_ATTEMPTS")
    assert 50 <= refused["retryAfter"] <= 60


async def test_wrong_codes_are_refused_until_none_is_left(api: GraphQLClient, world: World) -> None:
    token, phone = world.token_of("viewer") or "", new_phone()
    code = (await request(api, token, phone))["demoCode"]
    answers = [await confirm(api, token, phone, another(code)) for _ in range(MAX_TRIES)]
    answers.append(await confirm(api, token, phone, code))
    assert {(answer["__typename"], answer["code"]) for answer in answers} == {
        ("PhoneCodeInvalid", "PHONE_CODE_INVALID")
    }
    assert len({answer["message"] for answer in answers}) == 1


async def test_everybody_may_ask_whether_codes_are_sent(api: GraphQLClient) -> None:
    answer = await api.fetch_data("{ phoneProof { available channels } }")
    assert answer == {"phoneProof": {"available": True, "channels": ["SMS", "VOICE"]}}


async def test_a_spoken_code_can_be_asked_for(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    phone = new_phone()
    asked = await request(api, world.token_of("viewer") or "", phone, channel="VOICE")
    assert asked["__typename"] == "CodeRequested"
    stored = await stored_code(running.store, world.visitor_id, phone)
    assert stored.message.channel == "VOICE"


async def test_confirming_a_phone_confirms_the_profile_of_the_device(
    api: GraphQLClient, world: World
) -> None:
    token, phone = world.token_of("viewer") or "", new_phone()
    given = profile_input(world) | {"contact": {"name": "孙丽", "phone": phone}}
    saved = await api.mutate(
        "saveProfile", given, token, "... on ProfileSaved { seeker { phoneProven } accessToken }"
    )
    assert saved["seeker"] == {"phoneProven": False}
    code = (await request(api, token, phone))["demoCode"]
    await confirm(api, saved["accessToken"], phone, code)
    profile = await api.fetch_data(
        "{ myProfile { seeker { phoneProven } } }", token=saved["accessToken"]
    )
    assert profile == {"myProfile": {"seeker": {"phoneProven": True}}}
