"""The consent text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import interest_input
from tests.support.services import RunningServices
from tests.support.world import World, gid


async def test_the_consent_text_names_employer_and_posting(
    api: GraphQLClient, world: World
) -> None:
    query = "query ($id: ID!) { consentText(postingId: $id) { version body sha256 } }"
    text = (await api.fetch_data(query, {"id": gid(world.open)}))["consentText"]
    assert text["version"] == "1"
    assert world.employer.name in text["body"]
    assert world.open.terms.title in text["body"]
    assert len(text["sha256"]) == 64


TEXT = """query ($posting: ID!, $session: ID) {
  consentText(postingId: $posting, sessionId: $session) { version body sha256 }
}"""
TEXTS = """query ($session: ID!, $first: Int, $after: String) {
  consentTexts(sessionId: $session, first: $first, after: $after) {
    edges { cursor node { postingId text { version body sha256 } } }
    pageInfo { hasNextPage endCursor }
  }
}"""


async def give_phone(api: GraphQLClient, world: World, phone: str) -> dict[str, Any]:
    return await api.mutate(
        "changeUnion",
        {"unionId": gid(world.union), "servicePhone": phone},
        world.token(world.officer),
        "... on UnionChanged { union { servicePhone branchesSeePostings } }",
    )


async def read_text(api: GraphQLClient, posting: str, session: str | None = None) -> Any:
    given = {"posting": posting, "session": session}
    return (await api.fetch_data(TEXT, given))["consentText"]


async def test_the_text_names_the_union_and_its_phone_in_a_session_and_on_the_board(
    api: GraphQLClient, world: World
) -> None:
    posting = gid(world.open)
    assert "12351" in (await read_text(api, posting))["body"]
    changed = await give_phone(api, world, "0573-8234 5678")
    assert changed["union"] == {"servicePhone": "0573-8234 5678", "branchesSeePostings": False}
    for session in (None, gid(world.live)):
        body = (await read_text(api, posting, session))["body"]
        assert f"{world.union.name}；电话：0573-8234 5678" in body


async def test_in_a_session_the_union_that_holds_it_is_the_handler(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    await running.store.mongo["sessions"].update_one(
        {"_id": world.live.id},
        {"$set": {"union_id": world.branch.id, "union_path": list(world.branch.path)}},
    )
    await running.store.mongo["unions"].update_one(
        {"_id": world.branch.id}, {"$set": {"name": "嘉善县总工会"}}
    )
    await give_phone(api, world, "0573-82345678")
    on_board = await read_text(api, gid(world.open))
    in_room = await read_text(api, gid(world.open), gid(world.live))
    # A branch without a phone of its own has that of the union above.
    assert "嘉善县总工会；电话：0573-82345678" in in_room["body"]
    assert f"{world.union.name}；电话：0573-82345678" in on_board["body"]
    assert in_room["sha256"] != on_board["sha256"]


async def test_the_texts_of_a_session_are_those_of_its_open_postings_in_order(
    api: GraphQLClient, world: World
) -> None:
    session = gid(world.live)
    given: dict[str, Any] = {"session": session, "first": 2}
    first = (await api.fetch_data(TEXTS, given))["consentTexts"]
    given["after"] = first["pageInfo"]["endCursor"]
    second = (await api.fetch_data(TEXTS, given))["consentTexts"]
    nodes = [edge["node"] for page in (first, second) for edge in page["edges"]]
    postings = [gid(each) for each in (world.open, world.second, world.third)]
    assert [node["postingId"] for node in nodes] == postings
    assert [node["text"] for node in nodes] == [
        await read_text(api, posting, session) for posting in postings
    ]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


@pytest.mark.parametrize("query", [TEXT, TEXTS])
async def test_a_draft_has_no_texts_for_others(
    query: str, api: GraphQLClient, world: World
) -> None:
    given = {"posting": gid(world.open), "session": gid(world.draft)}
    error = await api.fetch_error(query, given)
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["extensions"]["field"] == ["sessionId"]


async def test_an_interest_names_the_digest_of_the_text_that_was_shown(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    shown = await read_text(api, gid(world.open), gid(world.live))
    consent = {"textVersion": shown["version"], "sha256": shown["sha256"]}
    given = interest_input(world) | {"consent": consent}
    await give_phone(api, world, "0573-82345678")
    selection = "... on InterestRecorded { ownLead { consentSha256 } }"
    refused = await api.mutate("expressInterest", given, world.viewer_token(), selection)
    assert refused["__typename"] == "ConsentRequired"
    now = await read_text(api, gid(world.open), gid(world.live))
    given["consent"]["sha256"] = now["sha256"]
    recorded = await api.mutate("expressInterest", given, world.viewer_token(), selection)
    assert recorded["ownLead"] == {"consentSha256": now["sha256"]}


@pytest.mark.parametrize("phone", ["x", "1234", "1" * 17])
async def test_a_service_phone_is_a_number_to_call(
    phone: str, api: GraphQLClient, world: World
) -> None:
    refused = await give_phone(api, world, phone)
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", ["input", "servicePhone"])
