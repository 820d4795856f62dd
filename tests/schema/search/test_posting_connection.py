"""The employers of a connection of postings: one query for a page, none if not selected."""

from __future__ import annotations

from typing import Any

import pytest

from storage.employers.employers import Employers
from tests.support.graphql_clients import GraphQLClient
from tests.support.world import World, gid

EMPLOYERS = """
query ($filter: PostingFilter, $asked: Boolean = true) {
  postings(filter: $filter) { edges { ...Edge } }
}
fragment Edge on PostingEdge { node { ... on Posting { id ...Who } also: employer { id } } }
fragment Who on Posting { ...Name employer @include(if: $asked) { id } }
fragment Name on Posting { employer { name } }
"""


async def test_the_employers_of_a_page_are_read_once_if_they_are_asked_for(
    api: GraphQLClient, readonly_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading: list[set[str]] = []
    by_ids = Employers.by_ids

    async def seen(self: Employers, wanted: Any, **options: Any) -> Any:
        reading.append(set(wanted))
        return await by_ids(self, wanted, **options)

    monkeypatch.setattr(Employers, "by_ids", seen)
    given = {"filter": {"employerId": gid(readonly_world.employer)}}
    answer = await api.fetch_data(EMPLOYERS, given)
    edges = answer["postings"]["edges"]
    assert len(edges) > 1
    for edge in edges:
        assert edge["node"]["employer"] == {
            "name": readonly_world.employer.name,
            "id": gid(readonly_world.employer),
        }
    assert reading == [{readonly_world.employer.id}]
    await api.fetch_data(
        "query ($filter: PostingFilter) { postings(filter: $filter) { edges { cursor } } }", given
    )
    assert len(reading) == 1
