"""Every refusal that a mutation names: its type, code and field. Nothing is written."""

from __future__ import annotations

import pytest

from tests.schema.refusals import (
    ids,
    leads,
    live,
    officers_work,
    organisations,
    postings,
    seekers,
    states,
    texts,
)
from tests.schema.refusals.case import IDENTITY_CARD, RefusalCase
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import RunningServices, hash_collections
from tests.support.world import World

SUBJECTS = (organisations, postings, officers_work, live, leads, seekers, texts, states, ids)
CASES = {name: case for subject in SUBJECTS for name, case in subject.CASES.items()}
assert len(CASES) == sum(len(subject.CASES) for subject in SUBJECTS), "two cases share a name"


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
async def test_a_refusal_has_its_type_code_and_field_and_writes_nothing(
    case: RefusalCase, api: GraphQLClient, readonly_world: World, running: RunningServices
) -> None:
    operation = MUTATION_CASES[case.name]
    before = await hash_collections(running)
    given = operation.build_input(readonly_world) | case.change(readonly_world)
    answer = await api.mutate(
        case.name, given, readonly_world.token_of(case.caller), operation.selection
    )
    assert answer["__typename"] == case.kind, answer
    assert answer["code"] == case.code
    assert answer["field"] == (list(case.field) if case.field else None)
    assert answer["message"].endswith(".")
    assert IDENTITY_CARD not in answer["message"]
    assert await hash_collections(running) == before
