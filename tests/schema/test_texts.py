"""Every text and list of every mutation input is bounded; no text may hold an identity number.

The inputs are read from the schema, so no new input can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_nullable_type,
)

from schema import root
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_roles import ALLOWED_CALLERS
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World

SCHEMA = root.SCHEMA._schema
ITEM = "[]"
Path = tuple[str, ...]
IDENTITY_CARDS = {
    "plain": "王11010519491231002X",
    "full width": "王１１０１０５１９４９１２３１００２Ｘ",
    "unseen": "王110105\u200b19491231\u2060002X",
    "spaced": "王110105  1949 12 31  002 x",
    "dotted": "王110105.1949.1231.002X",
}
LONG = "长" * 20_000
MANY = 5_000


def scalar_and_list_paths(kind: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield the path and type of every scalar and list of an input."""
    kind = get_nullable_type(kind)
    if isinstance(kind, GraphQLList):
        yield (*path, ITEM), kind
        yield from scalar_and_list_paths(kind.of_type, (*path, ITEM))
    elif isinstance(kind, GraphQLInputObjectType):
        for name, field in kind.fields.items():
            yield from scalar_and_list_paths(field.type, (*path, name))
    else:
        yield path, kind


def mutation_input_paths() -> Iterator[tuple[Path, Any]]:
    assert SCHEMA.mutation_type is not None  # there are mutations
    for name, field in SCHEMA.mutation_type.fields.items():
        for path, kind in scalar_and_list_paths(field.args["input"].type, (name,)):
            if path[-1] != "clientMutationId":
                yield path, kind


HASHED = {("changePassword", "newPassword")}
"""Texts of which only a hash is stored: tests/domain/identity/test_passwords.py has the bounds."""
CREDENTIALS = {("enterAsViewer", "deviceCredential")}
"""Texts that are never stored: any that is not ours starts a new device, as an old client's does.
tests/services/identity/test_device_entry.py has the answers."""
TEXTS = sorted(
    path
    for path, kind in mutation_input_paths()
    if getattr(kind, "name", "") in {"String", "ID"} and path not in HASHED | CREDENTIALS
)
LISTS = sorted(path for path, kind in mutation_input_paths() if isinstance(kind, GraphQLList))


def minimal_value(kind: Any) -> Any:
    """Return a minimal value of the type: only required fields."""
    kind = get_nullable_type(kind)
    if isinstance(kind, GraphQLList):
        return [minimal_value(kind.of_type)]
    if isinstance(kind, GraphQLInputObjectType):
        asked = {name: field.type for name, field in kind.fields.items()}
        return {
            name: minimal_value(type_)
            for name, type_ in asked.items()
            if isinstance(type_, GraphQLNonNull)
        }
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    given = {"Int": 1, "Boolean": True, "Time": "08:00", "Occupation": "WELDER"}
    return given.get(kind.name, "1")


def with_value_at(kind: Any, given: Any, path: Path, value: Any) -> Any:
    """Return the input with ``value`` at the path, with minimal values around it."""
    if not path:
        return value
    kind = get_nullable_type(kind)
    if path[0] == ITEM:
        return [
            with_value_at(
                kind.of_type, (given or [minimal_value(kind.of_type)])[0], path[1:], value
            )
        ]
    held = dict(given if given is not None else minimal_value(kind))
    field = kind.fields[path[0]]
    return held | {path[0]: with_value_at(field.type, held.get(path[0]), path[1:], value)}


def changed_input(world: World, path: Path, value: Any) -> dict[str, Any]:
    assert SCHEMA.mutation_type is not None  # there are mutations
    name, *rest = path
    kind = SCHEMA.mutation_type.fields[name].args["input"].type
    changed: dict[str, Any] = with_value_at(
        kind, MUTATION_CASES[name].build_input(world), tuple(rest), value
    )
    return changed


async def _answer(api: GraphQLClient, world: World, path: Path, value: Any) -> dict[str, Any]:
    operation = MUTATION_CASES[path[0]]
    token = world.token_of(min(ALLOWED_CALLERS[path[0]]))
    given = changed_input(world, path, value)
    return await api.mutate(operation.name, given, token, operation.selection)


def _is_refused(answer: dict[str, Any]) -> bool:
    # A refusal of one of several rows or leads is in the list of results.
    each = [*answer.get("findings", []), *answer.get("outcomes", [])]
    return "code" in answer or any("code" in one for one in each)


@pytest.mark.parametrize("path", TEXTS, ids=".".join)
async def test_every_text_refuses_identity_numbers_and_excess_length(
    path: Path, api: GraphQLClient, readonly_world: World, running: RunningServices
) -> None:
    before = await hash_collections(running)
    for what, text in (IDENTITY_CARDS | {"long": LONG}).items():
        answer = await _answer(api, readonly_world, path, text)
        assert _is_refused(answer), (what, answer)
        assert text not in str(answer)
    assert await hash_collections(running) == before


@pytest.mark.parametrize("path", LISTS, ids=".".join)
async def test_every_list_refuses_excess_items(
    path: Path, api: GraphQLClient, readonly_world: World, running: RunningServices
) -> None:
    before = await hash_collections(running)
    kind = next(kind for place, kind in mutation_input_paths() if place == path)
    answer = await _answer(api, readonly_world, path[:-1], [minimal_value(kind.of_type)] * MANY)
    assert _is_refused(answer), answer
    assert await hash_collections(running) == before
