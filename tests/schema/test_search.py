"""Searching postings through the API."""

from __future__ import annotations

from tests.support.graphql import Api
from tests.support.services import World

SEARCH = """
query ($filter: PostingFilter, $orderBy: PostingOrder, $first: Int, $after: String) {
  postings(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    edges { cursor kilometres node { id title } highlights { field start end } }
    pageInfo { hasNextPage endCursor }
    facets { total complete codes { name counts { code count } } places { region { code } count } pay { payFrom count } }
  }
}
"""


async def test_smoke(api: Api, world: World) -> None:
    for f in ({}, {"search": "焊工"}, {"search": "dianhangong"}, {"placeCode": "310000", "search": "嘉兴"},
              {"near": {"placeCode": "310115"}, "search": "电工"}):
        for o in ("NEWEST", "PAY", "RELEVANCE", "DISTANCE"):
            if o == "DISTANCE" and "near" not in f:
                continue
            print(f, o, await api.ask(SEARCH, {"filter": f, "orderBy": o, "first": 2}))
    print(await api.ask('{ postingSuggestions(prefix: "han") { kind text code } }'))
    assert 0
