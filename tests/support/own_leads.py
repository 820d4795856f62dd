"""Calls of the person behind a lead, and the same leads as staff see them."""

from __future__ import annotations

from typing import Any

from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import interest_input
from tests.support.world import World, gid

OWN_LEADS_QUERY = """
query ($receipt: String!, $first: Int, $after: String) {
  myLeads(receipt: $receipt, first: $first, after: $after) {
    edges { node {
      id stage source contact { name phone } employer { id } terms { title }
      consentVersion consentSha256 consentedAt withdrawnAt createdAt updatedAt
    } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

INTEREST_SELECTION = (
    "... on InterestRecorded { created receipt lead { id withdrawnAt } ownLead { id } }"
)

STAFF_LEADS_QUERY = """
query ($session: ID!) {
  leads(filter: {sessionId: $session}) {
    edges { node { id stage nextStages withdrawnAt erasedAt contact { name } } }
  }
}
"""


async def express_interest(
    api: GraphQLClient, world: World, token: str, **changes: Any
) -> dict[str, Any]:
    given = interest_input(world, **changes)
    return await api.mutate("expressInterest", given, token, INTEREST_SELECTION)


async def read_own_leads(api: GraphQLClient, receipt: str, **page: Any) -> list[dict[str, Any]]:
    """Read the leads of a receipt. No token is needed."""
    answer = await api.fetch_data(OWN_LEADS_QUERY, {"receipt": receipt, **page})
    return [edge["node"] for edge in answer["myLeads"]["edges"]]


async def mutate_with_receipt(api: GraphQLClient, name: str, /, **given: Any) -> dict[str, Any]:
    return await api.mutate(name, given, None, MUTATION_CASES[name].selection)


async def read_leads_as(api: GraphQLClient, world: World, caller: str) -> list[dict[str, Any]]:
    answer = await api.fetch_data(
        STAFF_LEADS_QUERY, {"session": gid(world.live)}, world.token_of(caller)
    )
    return [edge["node"] for edge in answer["leads"]["edges"]]
