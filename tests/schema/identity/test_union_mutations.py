"""A union decides whether its branches see postings of their places before they are open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.postings.postings import PostingStatus
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.world import World, gid

HELD = "query ($id: ID!) { node(id: $id) { ... on Posting { status findings { code } } } postings(filter: { status: IN_REVIEW }, first: 50) { edges { node { id } } } }"  # noqa: E501 - one document


async def share(api: GraphQLClient, world: World, *, allowed: bool) -> dict[str, Any]:
    answer: dict[str, Any] = await api.mutate(
        "changeUnion",
        {"unionId": gid(world.union), "branchesSeePostings": allowed},
        world.token(world.officer),
        "... on UnionChanged { union { branchesSeePostings } }",
    )
    return answer


async def test_a_branch_sees_postings_of_its_place_as_its_union_decides(
    api: GraphQLClient, world: World
) -> None:
    store = world.running.store
    await store.mongo["unions"].update_one(
        {"_id": world.branch.id}, {"$set": {"place_code": "310115"}}
    )
    held, elsewhere = (
        replace(
            records.posting(
                employer_id=world.employer.id,
                union_id=world.union.id,
                union_path=world.union.path,
                status=PostingStatus.IN_REVIEW,
            ),
            terms=posting_terms(place_code=code),
        )
        for code in ("310115", "310104")
    )
    await store.postings.add([held, elsewhere])
    token = world.token(world.lower_officer)

    async def seen(posting: Any) -> tuple[Any, list[str]]:
        found = await api.fetch_data(HELD, {"id": gid(posting)}, token)
        edges = found["postings"]["edges"]
        return found["node"], [edge["node"]["id"] for edge in edges]

    node, _ = await seen(held)
    assert node is None
    assert (await share(api, world, allowed=True))["union"] == {"branchesSeePostings": True}
    node, listed = await seen(held)
    # It sees the posting, but not what screening found.
    assert node == {"status": "IN_REVIEW", "findings": []}
    assert gid(held) in listed
    node, listed = await seen(elsewhere)
    assert node is None
    assert gid(elsewhere) not in listed
    closed = await api.mutate(
        "closePosting", {"postingId": gid(held)}, token, "... on UserError { code }"
    )
    assert closed["code"] == "NOT_FOUND"
    await share(api, world, allowed=False)
    assert (await seen(held))[0] is None
