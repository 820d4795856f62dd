"""Publishing consent texts, in a database of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.leads.consent import FIRST_TEMPLATE
from storage.clock import utc_now
from storage.mongo.client import Mongo
from tests.support import records
from tests.support.graphql_clients import GraphQLClient, mutation_document
from tests.support.mutation_inputs import CONSENT_TEMPLATE, interest_input
from tests.support.records import ManualClock
from tests.support.services import RunningServices, running_services
from tests.support.world import World, gid

TEXT = "query ($id: ID!) { consentText(postingId: $id) { version body sha256 } }"
PUBLISHED = "... on ConsentTextPublished { version validFrom }"


@pytest.fixture
def clock() -> ManualClock:
    clock = ManualClock()
    clock.at = utc_now()
    return clock


@pytest.fixture
async def own(mongo: Mongo, clock: ManualClock) -> AsyncIterator[RunningServices]:
    async with running_services(mongo, clock=clock) as running:
        yield running


@pytest.fixture
async def own_world(own: RunningServices) -> World:
    world = World(own)
    await world.store_records()
    return world


@pytest.fixture
async def own_api(own: RunningServices) -> AsyncIterator[GraphQLClient]:
    async with GraphQLClient(own.endpoint) as api:
        yield api


async def publish(api: GraphQLClient, world: World, **given: Any) -> dict[str, Any]:
    given = {"template": CONSENT_TEMPLATE, **given}
    token = world.token(world.upper_officer)
    return await api.mutate("publishConsentText", given, token, PUBLISHED)


async def text(api: GraphQLClient, world: World) -> dict[str, Any]:
    found: dict[str, Any] = (await api.fetch_data(TEXT, {"id": gid(world.open)}))["consentText"]
    return found


async def tap(api: GraphQLClient, world: World, version: str) -> dict[str, Any]:
    given = interest_input(world, consent={"textVersion": version})
    return await api.mutate(
        "expressInterest", given, world.viewer_token(), "... on InterestRecorded { lead { id } }"
    )


async def test_a_new_text_is_current_from_its_valid_from_on(
    own_api: GraphQLClient, own_world: World, own: RunningServices, clock: ManualClock
) -> None:
    first = await text(own_api, own_world)
    assert first["version"] == FIRST_TEMPLATE.version
    old = await tap(own_api, own_world, "1")

    now = await publish(own_api, own_world)
    later = clock.at.replace(year=clock.at.year + 1, day=1).isoformat()
    planned = await publish(own_api, own_world, validFrom=later)
    assert (now["version"], planned["version"]) == ("2", "3")
    second = await text(own_api, own_world)
    assert second["version"] == "2"
    assert own_world.employer.name in second["body"]
    assert own_world.open.terms.title in second["body"]
    assert second["sha256"] != first["sha256"]

    # Consent to the new text counts even while this node still caches the old one.
    new = await tap(own_api, own_world, "2")
    assert new["__typename"] == "InterestRecorded"
    assert (await tap(own_api, own_world, "3"))["code"] == "CONSENT_REQUIRED"

    leads = await own.store.mongo["leads"].find({}).to_list(10)
    kept = {lead["consent"]["text_version"]: lead["consent"]["text_sha256"] for lead in leads}
    assert kept == {"1": first["sha256"], "2": second["sha256"]} | {
        own_world.lead.consent.text_version: kept["1"]
    }
    assert old["__typename"] == "InterestRecorded"


async def test_consent_to_the_old_text_is_refused_with_the_current_version(
    own_api: GraphQLClient, own_world: World
) -> None:
    await publish(own_api, own_world)
    given = {"input": interest_input(own_world, consent={"textVersion": "1"})}
    document = mutation_document("expressInterest")
    answer = await own_api.execute(document, given, own_world.viewer_token())
    assert answer["data"]["expressInterest"]["code"] == "CONSENT_REQUIRED"
    (refusal,) = answer["extensions"]["refusals"]
    assert 'version "2"' in refusal["hint"]


async def test_concurrent_publications_get_consecutive_numbers(
    own_api: GraphQLClient, own_world: World, own: RunningServices
) -> None:
    answers = await asyncio.gather(*(publish(own_api, own_world) for _ in range(5)))
    assert sorted(answer["version"] for answer in answers) == ["2", "3", "4", "5", "6"]
    assert (await own.store.audit_log.verify())[0] == 5


async def test_a_new_database_has_the_first_text(own: RunningServices) -> None:
    await own.store.consent_texts.seed()
    assert await own.store.mongo["consent_texts"].count_documents({}) == 1
    assert await own.store.consent_texts.current(records.FIXED_NOW) == FIRST_TEMPLATE
