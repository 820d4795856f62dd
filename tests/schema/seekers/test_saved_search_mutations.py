"""Saved searches of a profile: a bounded number."""

from __future__ import annotations

from typing import Any

from domain.seekers.seekers import MAX_SAVED_SEARCHES
from schema.relay import global_id
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.world import World


async def mutate(
    api: GraphQLClient, name: str, token: str | None, /, **given: Any
) -> dict[str, Any]:
    return await api.mutate(name, given, token, MUTATION_CASES[name].selection)


async def test_a_profile_holds_at_most_twenty_saved_searches(
    api: GraphQLClient, world: World
) -> None:
    token = world.seeker_token()
    for number in range(MAX_SAVED_SEARCHES - 1):
        answer = await mutate(
            api, "saveSearch", token, name=f"搜索{number}", wants={"places": ["310000"]}
        )
    assert len(answer["searches"]) == MAX_SAVED_SEARCHES
    refused = await mutate(api, "saveSearch", token, name="又一个", wants={})
    assert (refused["__typename"], refused["code"]) == ("StatusConflict", "STATUS_CONFLICT")
    removed = await mutate(api, "removeSearch", token, searchId=answer["searches"][3]["id"])
    assert len(removed["searches"]) == MAX_SAVED_SEARCHES - 1
    unknown = global_id("SavedSearch", "0" * 24)
    assert len((await mutate(api, "removeSearch", token, searchId=unknown))["searches"]) == 19
