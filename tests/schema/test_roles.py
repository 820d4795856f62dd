"""Who may do what: every mutation by every kind of caller."""

from __future__ import annotations

import pytest

from tests.support.crawl import document, seen
from tests.support.graphql import Api
from tests.support.operations import OPERATIONS
from tests.support.roles import ALLOWED, CALLERS, DONE_BY, refusal, seen_as
from tests.support.services import Running, World, stored
from tests.support.visibility import shown_to

SUCCESSES = [(name, caller) for name, allowed in ALLOWED.items() for caller in sorted(allowed)]
DENIED = sorted(name for name, allowed in ALLOWED.items() if allowed != set(CALLERS))


def test_the_matrix_of_roles_names_every_mutation() -> None:
    assert set(ALLOWED) == set(OPERATIONS)


@pytest.mark.parametrize(("name", "caller"), SUCCESSES)
async def test_a_caller_of_the_right_role_and_scope_may(
    name: str, caller: str, api: Api, world: World
) -> None:
    operation = OPERATIONS[name]
    given = {"input": operation.given(world)}
    answer = await api.ask(document("mutation", name, given), given, world.token_of(caller))
    assert answer[name]["__typename"] == operation.success, answer
    table, whose = shown_to(), seen_as(name, caller)
    shown = {(each.type, each.field) for each in seen(answer) if each.value is not None}
    beyond = {each for each in shown if each in table and whose not in table[each]}
    assert not beyond - DONE_BY.get(name, set())


@pytest.mark.parametrize("name", DENIED)
async def test_anybody_else_is_refused_by_name_and_nothing_is_written(
    name: str, api: Api, still_world: World, running: Running
) -> None:
    before = await stored(running)
    for caller in CALLERS:
        if caller in ALLOWED[name]:
            continue
        answer = await api.mutate(
            name, OPERATIONS[name].given(still_world), still_world.token_of(caller)
        )
        assert (answer["__typename"], answer["code"]) == refusal(name, caller), caller
    assert await stored(running) == before


@pytest.mark.parametrize("name", DENIED)
async def test_a_token_that_does_not_count_is_refused_as_such(
    name: str, api: Api, still_world: World
) -> None:
    answer = await api.mutate(name, OPERATIONS[name].given(still_world), "forged")
    assert answer["__typename"] == "Unauthenticated"
    assert answer["message"] == "The token is expired or not one of ours. Sign in again."
