"""The consent text."""

from __future__ import annotations

from tests.support.graphql_clients import GraphQLClient
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
