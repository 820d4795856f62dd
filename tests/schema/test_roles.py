"""Roles: every mutation by every kind of caller."""

from __future__ import annotations

import pytest

from tests.support.full_documents import build_full_document, find_seen_fields
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_roles import (
    ALLOWED_CALLERS,
    CALLERS,
    FIELDS_SHOWN_AFTERWARDS,
    expected_refusal,
    visibility_caller,
)
from tests.support.privacy_table import callers_by_field
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World

SHOWN_TO_STAFF = {
    ("Posting", "canBeAppealed"),
    ("Posting", "minimumWageCheck"),
    *(("MinimumWageCheck", name) for name in ("result", "basis", "detail")),
}

SUCCESSES = [
    (name, caller) for name, allowed in ALLOWED_CALLERS.items() for caller in sorted(allowed)
]
RESTRICTED_MUTATIONS = sorted(
    name for name, allowed in ALLOWED_CALLERS.items() if allowed != set(CALLERS)
)


def test_the_role_table_names_every_mutation() -> None:
    assert set(ALLOWED_CALLERS) == set(MUTATION_CASES)


@pytest.mark.parametrize(("name", "caller"), SUCCESSES)
async def test_an_allowed_caller_succeeds_and_sees_only_permitted_fields(
    name: str, caller: str, api: GraphQLClient, world: World
) -> None:
    operation = MUTATION_CASES[name]
    given = {"input": operation.build_input(world)}
    answer = await api.fetch_data(
        build_full_document("mutation", name, given), given, world.token_of(caller)
    )
    assert answer[name]["__typename"] == operation.success_type, answer
    table, whose = callers_by_field(), visibility_caller(name, caller)
    shown = {(each.type, each.field) for each in find_seen_fields(answer) if each.value is not None}
    beyond = {each for each in shown if each in table and whose not in table[each]}
    # Staff who hold a receipt see of its posting what their own role sees of it.
    beyond -= {each for each in beyond & SHOWN_TO_STAFF if caller in table[each]}
    assert not beyond - FIELDS_SHOWN_AFTERWARDS.get(name, set())


@pytest.mark.parametrize("name", RESTRICTED_MUTATIONS)
async def test_any_other_caller_is_refused_and_nothing_is_written(
    name: str, api: GraphQLClient, readonly_world: World, running: RunningServices
) -> None:
    before = await hash_collections(running)
    for caller in CALLERS:
        if caller in ALLOWED_CALLERS[name]:
            continue
        answer = await api.mutate(
            name, MUTATION_CASES[name].build_input(readonly_world), readonly_world.token_of(caller)
        )
        assert (answer["__typename"], answer["code"]) == expected_refusal(name, caller), caller
    assert await hash_collections(running) == before


@pytest.mark.parametrize("name", RESTRICTED_MUTATIONS)
async def test_an_invalid_token_is_refused(
    name: str, api: GraphQLClient, readonly_world: World
) -> None:
    answer = await api.mutate(name, MUTATION_CASES[name].build_input(readonly_world), "forged")
    assert answer["__typename"] == "Unauthenticated"
    assert answer["message"] == "Your sign-in has expired. Sign in again, or open the page again."
