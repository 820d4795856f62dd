"""Creating an employer."""

from __future__ import annotations

from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.world import World


async def test_a_created_employer_has_trimmed_values(api: GraphQLClient, world: World) -> None:
    operation = MUTATION_CASES["createEmployer"]
    given = operation.build_input(world) | {
        "name": "  合成电机有限公司 ",
        "creditCode": f" {operation.build_input(world)['creditCode'].lower()} ",
        "description": " 做电机 ",
    }
    made = (
        await api.mutate("createEmployer", given, world.token(world.officer), operation.selection)
    )["employer"]
    assert made == {
        "id": made["id"],
        "name": "合成电机有限公司",
        "creditCode": given["creditCode"].strip().upper(),
        "placeCode": "330402",
        "description": "做电机",
    }
    query = "query ($id: ID!) { node(id: $id) { ... on Employer { id name creditCode placeCode description synthetic } } }"  # noqa: E501 - one document
    assert await api.fetch_data(query, {"id": made["id"]}) == {"node": made | {"synthetic": False}}
