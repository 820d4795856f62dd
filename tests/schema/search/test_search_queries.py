"""Searching postings: filters, orders, facets, highlights and who sees what.

The database is shared with other tests, so each search is kept to the employers of one world.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.cursors import encode
from domain.reference.occupations import Occupation
from tests.domain.posting_terms_samples import hourly_pay, posting_terms
from tests.support import records
from tests.support.graphql_clients import GraphQLClient
from tests.support.world import World, gid, today

SEARCH = """
query ($filter: PostingFilter, $orderBy: PostingOrder, $first: Int, $after: String) {
  postings(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    edges { cursor kilometres node { id title } highlights { field start end } }
    pageInfo { hasNextPage endCursor }
    facets {
      total complete
      codes { name counts { code zh en count } }
      places { region { code name } count }
      pay { payFrom payTo count }
    }
  }
}
"""


async def search(
    api: GraphQLClient,
    world: World,
    order: str | None = None,
    caller: str = "nobody",
    **filters: Any,
) -> dict[str, Any]:
    """Search among the postings of the world's employer, as ``caller``."""
    given = {"employerId": gid(world.employer)} | filters
    answer = await api.fetch_data(
        SEARCH, {"filter": given, "orderBy": order}, world.token_of(caller)
    )
    found: dict[str, Any] = answer["postings"]
    return found


def ids(found: dict[str, Any]) -> list[str]:
    return [edge["node"]["id"] for edge in found["edges"]]


async def test_words_pinyin_and_initials_find_postings_and_are_highlighted(
    api: GraphQLClient, readonly_world: World
) -> None:
    for text in ("焊工", "hangong", "hg"):
        found = await search(api, readonly_world, "RELEVANCE", search=text)
        assert ids(found) == [gid(readonly_world.second)]
        assert found["edges"][0]["highlights"] == [{"field": "TITLE", "start": 0, "end": 2}]
    found = await search(api, readonly_world, search="电机 维修电工")
    assert ids(found) == [
        gid(each) for each in (readonly_world.absent, readonly_world.second, readonly_world.open)
    ]
    assert {"field": "EMPLOYER", "start": 2, "end": 4} in found["edges"][0]["highlights"]
    assert {"field": "TITLE", "start": 0, "end": 2} in found["edges"][0]["highlights"]


async def test_without_words_nothing_is_highlighted(
    api: GraphQLClient, readonly_world: World
) -> None:
    found = await search(api, readonly_world)
    assert [edge["highlights"] for edge in found["edges"]] == [[], [], []]


async def test_facets_count_by_code_place_and_pay(
    api: GraphQLClient, readonly_world: World
) -> None:
    facets = (await search(api, readonly_world, placeCode="310000"))["facets"]
    assert (facets["total"], facets["complete"]) == (3, True)
    codes = {facet["name"]: facet["counts"] for facet in facets["codes"]}
    assert codes["Occupation"] == [
        {"code": "ELECTRICIAN", "zh": "电工", "en": "Electrician", "count": 3}
    ]
    assert codes["Benefit"] == []
    assert facets["places"] == [{"region": {"code": "310115", "name": "浦东新区"}, "count": 3}]
    assert {"payFrom": 5000, "payTo": 7999, "count": 3} in facets["pay"]
    assert sum(step["count"] for step in facets["pay"]) == 3
    country = (await search(api, readonly_world))["facets"]["places"]
    assert country == [{"region": {"code": "310000", "name": "上海市"}, "count": 3}]
    county = (await search(api, readonly_world, placeCode="310115"))["facets"]["places"]
    assert county == [{"region": {"code": "310115", "name": "浦东新区"}, "count": 3}]


async def test_the_postings_of_a_session_are_counted_too(
    api: GraphQLClient, readonly_world: World
) -> None:
    answer = await api.fetch_data(
        "query ($id: ID!) { liveSession(id: $id) { postings { "
        "edges { kilometres } facets { total } } } }",
        {"id": gid(readonly_world.live)},
    )
    assert answer["liveSession"]["postings"] == {
        "edges": [{"kilometres": None}] * 3,
        "facets": {"total": 3},
    }


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({"occupation": "ELECTRICIAN"}, 3),
        ({"occupations": ["WELDER", "SALES"]}, 0),
        ({"occupation": "WELDER", "occupations": ["ELECTRICIAN"]}, 3),
        ({"payFrom": 6000, "payTo": 6000}, 3),
        ({"payFrom": 6001}, 0),
        ({"employmentTypes": ["FULL_TIME", "GIG"]}, 3),
        ({"shifts": ["FLEXIBLE"]}, 0),
        ({"intensities": ["MEDIUM"]}, 3),
        ({"benefits": ["MEALS"]}, 0),
        ({"insurance": ["PENSION", "PENSION", "MEDICAL"]}, 3),
        ({"insurance": ["MATERNITY"]}, 0),
        ({"friendlyTo": ["LAID_OFF"]}, 0),
        ({"openOn": (today() + timedelta(days=30)).isoformat()}, 3),
        ({"openOn": (today() + timedelta(days=31)).isoformat()}, 0),
        ({"openOn": "2020-01-01"}, 3),
        ({"placeCode": "310225"}, 3),
        ({"placeCode": "330000"}, 0),
        ({"near": {"placeCode": "310115", "withinKm": 5}}, 3),
        ({"near": {"point": {"latitude": 30.75, "longitude": 120.78}, "withinKm": 5}}, 0),
        ({"status": "OPEN"}, 3),
    ],
)
async def test_every_filter_narrows(
    api: GraphQLClient, readonly_world: World, filters: dict[str, Any], number: int
) -> None:
    assert len(ids(await search(api, readonly_world, **filters))) == number


async def test_the_session_filter_gives_its_postings_to_those_who_see_the_session(
    api: GraphQLClient, readonly_world: World
) -> None:
    shown = await search(api, readonly_world, sessionId=gid(readonly_world.live))
    assert ids(shown) == [gid(readonly_world.second), gid(readonly_world.open)]
    draft = gid(readonly_world.draft)
    assert ids(await search(api, readonly_world, sessionId=draft)) == []
    assert len(ids(await search(api, readonly_world, caller="host", sessionId=draft))) == 2


@pytest.mark.parametrize(
    ("caller", "in_scope"),
    [("officer", True), ("officer above", True), ("officer elsewhere", False), ("recruiter", True)],
)
async def test_staff_list_postings_that_are_not_open_in_their_scope(
    api: GraphQLClient, readonly_world: World, caller: str, in_scope: bool
) -> None:
    for status, postings in (
        ("IN_REVIEW", {gid(readonly_world.held)}),
        ("REFUSED", {gid(readonly_world.refused), gid(readonly_world.worded)}),
        ("CLOSED", {gid(readonly_world.closed)}),
    ):
        found = await search(api, readonly_world, caller=caller, status=status)
        listed = ids(found)
        assert set(listed) == (postings if in_scope else set())
        assert found["facets"]["total"] == len(listed) == len(set(listed))


async def test_pages_continue_in_every_order(api: GraphQLClient, world: World) -> None:
    made = [
        records.posting(
            employer_id=world.employer.id,
            union_id=world.union.id,
            terms=posting_terms(
                title="叉车焊工" if place % 2 else "仓管",
                occupation=Occupation.WELDER,
                duties="会开叉车",
                place_code=("310115", "330402")[place % 2],
                pay=hourly_pay(30 + place % 3),
                valid_until=today() + timedelta(days=9),
            ),
            verified_until=today() + timedelta(days=9),
        )
        for place in range(7)
    ]
    await world.running.store.postings.add(made)
    for order in ("NEWEST", "PAY", "RELEVANCE", "DISTANCE"):
        given = {
            "employerId": gid(world.employer),
            "search": "叉车",
            "near": {"placeCode": "310115"},
        }
        seen: list[str] = []
        after = None
        while True:
            asked = {"filter": given, "orderBy": order, "first": 3, "after": after}
            page = (await api.fetch_data(SEARCH, asked))["postings"]
            seen += ids(page)
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert sorted(seen) == sorted(gid(posting) for posting in made)
        far = [edge["kilometres"] for edge in page["edges"]]
        assert all(isinstance(each, float) for each in far) is (order == "DISTANCE")


@pytest.mark.parametrize(
    ("filters", "order", "code", "field"),
    [
        ({"search": "长" * 61}, None, "INVALID_INPUT", ["filter", "search"]),
        ({"placeCode": "999999"}, None, "INVALID_INPUT", ["filter", "placeCode"]),
        ({"employerId": "x"}, None, "INVALID_ID", ["filter", "employerId"]),
        ({"sessionId": "x"}, None, "INVALID_ID", ["filter", "sessionId"]),
        ({"payFrom": -1}, None, "INVALID_INPUT", ["filter", "payFrom"]),
        ({"payTo": 1_000_001}, None, "INVALID_INPUT", ["filter", "payTo"]),
        ({"payFrom": 2, "payTo": 1}, None, "INVALID_INPUT", ["filter", "payTo"]),
        ({"near": {}}, None, "INVALID_INPUT", ["filter", "near"]),
        (
            {"near": {"placeCode": "310115", "point": {"latitude": 30, "longitude": 120}}},
            None,
            "INVALID_INPUT",
            ["filter", "near"],
        ),
        (
            {"near": {"placeCode": "1"}},
            None,
            "INVALID_INPUT",
            ["filter", "near", "placeCode"],
        ),
        (
            {"near": {"point": {"latitude": 0, "longitude": 0}}},
            None,
            "INVALID_INPUT",
            ["filter", "near", "point"],
        ),
        (
            {"near": {"placeCode": "310115", "withinKm": 0}},
            None,
            "INVALID_INPUT",
            ["filter", "near", "withinKm"],
        ),
        ({}, "DISTANCE", "INVALID_INPUT", ["orderBy"]),
        ({"status": "IN_REVIEW"}, None, "UNAUTHENTICATED", None),
    ],
)
async def test_an_invalid_filter_is_refused_with_its_field(
    api: GraphQLClient,
    filters: dict[str, Any],
    order: str | None,
    code: str,
    field: list[str] | None,
) -> None:
    error = await api.fetch_error(SEARCH, {"filter": filters, "orderBy": order})
    assert error["extensions"]["code"] == code
    assert error["extensions"]["field"] == field


async def test_a_cursor_of_another_order_is_refused(
    api: GraphQLClient, readonly_world: World
) -> None:
    found = await search(api, readonly_world)
    for order in ("PAY", "RELEVANCE", "DISTANCE"):
        asked = {
            "orderBy": order,
            "filter": {"near": {"placeCode": "310115"}},
            "after": found["edges"][0]["cursor"],
        }
        error = await api.fetch_error(SEARCH, asked)
        assert error["extensions"]["code"] == "BAD_CURSOR"


@pytest.mark.parametrize("metres", ["-1", "nan", "inf", "1e9", "x"])
async def test_a_damaged_distance_in_a_cursor_is_refused(api: GraphQLClient, metres: str) -> None:
    cursor = encode("postings-by-distance", metres, "a")
    asked = {
        "orderBy": "DISTANCE",
        "filter": {"near": {"placeCode": "310115"}},
        "after": cursor,
    }
    assert (await api.fetch_error(SEARCH, asked))["extensions"]["code"] == "BAD_CURSOR"
