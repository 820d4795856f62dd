"""The funnel counts the leads of the caller's scope, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.leads.funnel import FunnelDimension
from domain.leads.leads import LeadStage
from storage.mongo.client import new_id
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import interest_input
from tests.support.services import RunningServices
from tests.support.world import World, gid

FUNNEL = """
query ($by: FunnelDimension!, $filter: FunnelFilter, $first: Int, $after: String) {
  funnel(by: $by, filter: $filter, first: $first, after: $after) {
    edges {
      cursor
      node {
        interests people services contacted interviewed offered hired retained30 retained90
        withdrawn refused unreachable views source segment group
        session { id } posting { id } union { id }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
NOTHING = {
    "interests": 1,
    "people": 1,
    "services": 0,
    "contacted": 0,
    "interviewed": 0,
    "offered": 0,
    "hired": 0,
    "retained30": 0,
    "retained90": 0,
    "withdrawn": 0,
    "refused": 0,
    "unreachable": 0,
    "views": None,
    "source": None,
    "segment": None,
    "group": None,
    "session": None,
    "posting": None,
    "union": None,
}


@pytest.fixture
async def world(running: RunningServices) -> World:
    """A world with one lead."""
    world = World(running)
    await world.store_records(with_offered=False)
    return world


@pytest.fixture(scope="module")
async def readonly_world(running: RunningServices) -> World:
    """A world with one lead, for tests that only read."""
    world = World(running)
    await world.store_records(with_offered=False)
    return world


async def rows(
    api: GraphQLClient, world: World, caller: str, by: str, **narrowed: Any
) -> list[dict[str, Any]]:
    asked = {"by": by, "filter": narrowed, "first": 100}
    data = await api.fetch_data(FUNNEL, asked, world.token_of(caller))
    return [edge["node"] for edge in data["funnel"]["edges"]]


@pytest.mark.parametrize("caller", ["host", "officer", "officer above", "recruiter"])
async def test_a_session_row_has_counts_and_views(
    caller: str, api: GraphQLClient, world: World, running: RunningServices
) -> None:
    await running.store.live_sessions.add_views({world.live.id: 7})
    assert await rows(api, world, caller, "SESSION") == [
        NOTHING | {"views": 7, "session": {"id": gid(world.live)}}
    ]
    (branch,) = await rows(api, world, caller, "UNION", unionId=gid(world.union))
    assert branch["views"] == (None if caller == "recruiter" else 7)
    query = "query ($id: ID!) { liveSession(id: $id) { views } }"
    data = await api.fetch_data(query, {"id": gid(world.live)})
    assert data == {"liveSession": {"views": 7}}


@pytest.mark.parametrize(
    ("caller", "by"),
    [
        (caller, by.value)
        for caller in ("other host", "officer elsewhere", "other recruiter")
        for by in FunnelDimension
        if (caller, by) != ("other recruiter", FunnelDimension.GROUP)
    ],
)
async def test_staff_of_other_unions_see_no_counts(
    caller: str, by: str, api: GraphQLClient, readonly_world: World
) -> None:
    assert await rows(api, readonly_world, caller, by) == []
    union_id = gid(readonly_world.union)
    assert await rows(api, readonly_world, caller, by, unionId=union_id) == []


async def test_each_dimension_resolves_its_own_object(
    api: GraphQLClient, readonly_world: World
) -> None:
    world = readonly_world
    assert await rows(api, world, "officer", "POSTING") == [
        NOTHING | {"posting": {"id": gid(world.open)}}
    ]
    assert await rows(api, world, "officer", "SOURCE") == [NOTHING | {"source": "LIVE_TAP"}]
    # The lead has no segment and no group.
    assert await rows(api, world, "officer", "SEGMENT") == [NOTHING]
    assert await rows(api, world, "officer", "GROUP") == [NOTHING]


async def test_a_union_row_includes_the_unions_below_and_none_above_the_caller(
    api: GraphQLClient, readonly_world: World
) -> None:
    world = readonly_world
    province, city = (
        NOTHING | {"views": 0, "union": {"id": gid(world.province)}},
        NOTHING | {"views": 0, "union": {"id": gid(world.union)}},
    )
    assert await rows(api, world, "officer above", "UNION") == [province, city]
    assert await rows(api, world, "officer", "UNION") == [city]
    wider = await rows(api, world, "officer", "UNION", unionId=gid(world.province))
    assert wider == [city]
    narrower = await rows(api, world, "officer above", "UNION", unionId=gid(world.union))
    assert narrower == [city]


async def test_the_group_is_as_given_and_visible_to_unions_and_the_giver(
    api: GraphQLClient, world: World
) -> None:
    given = interest_input(world, group="HARDSHIP_WORKER")
    tap = "... on InterestRecorded { receipt lead { id group } }"
    own = "query ($receipt: String!) { myLeads(receipt: $receipt) { edges { node { group } } } }"
    viewer = await world.proven_viewer_token(given["contact"]["phone"])
    tapped = await api.mutate("expressInterest", given, viewer, tap)
    assert tapped["lead"]["group"] is None
    mine = await api.fetch_data(own, {"receipt": tapped["receipt"]})
    assert [edge["node"]["group"] for edge in mine["myLeads"]["edges"]] == ["HARDSHIP_WORKER"]
    found_rows = await rows(api, world, "officer", "GROUP")
    assert [(row["group"], row["interests"]) for row in found_rows] == [
        (None, 1),
        ("HARDSHIP_WORKER", 1),
    ]
    for caller, group in (("officer", "HARDSHIP_WORKER"), ("recruiter", None)):
        leads = await api.fetch_data(
            "{ leads(first: 1) { edges { node { id group } } } }", {}, world.token_of(caller)
        )
        shown = {"id": tapped["lead"]["id"], "group": group}
        assert leads == {"leads": {"edges": [{"node": shown}]}}
    refused = await api.fetch_error(
        "{ funnel(by: GROUP) { edges { node { group } } } }", {}, world.token_of("recruiter")
    )
    assert refused["extensions"]["code"] == "NOT_PERMITTED"


async def test_an_erased_lead_still_counts_in_its_group(api: GraphQLClient, world: World) -> None:
    given = interest_input(world, group="GIG_WORKER")
    tap = "... on InterestRecorded { receipt }"
    receipt = (await api.mutate("expressInterest", given, world.viewer_token(), tap))["receipt"]
    erase, export = MUTATION_CASES["eraseMyData"], MUTATION_CASES["exportMyData"]
    mine = await api.mutate("exportMyData", {"receipt": receipt}, None, export.selection)
    assert [lead["group"] for lead in mine["data"]["leads"]] == ["GIG_WORKER"]
    erased = await api.mutate("eraseMyData", {"receipt": receipt}, None, erase.selection)
    assert erased["leads"] == 1
    found_rows = await rows(api, world, "officer", "GROUP")
    assert [(row["group"], row["people"]) for row in found_rows] == [(None, 1), ("GIG_WORKER", 1)]


async def test_a_hire_counts_for_every_stage_before_it(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    lead, officer = world.lead, world.principal(world.officer)
    for stage in ("CONTACTED", "INTERVIEWED", "OFFERED", "HIRED", "WITHDRAWN"):
        lead = await running.services.lead_follow_up.advance(
            lead, LeadStage[stage], None, by=officer
        )
    (row,) = await rows(api, world, "officer", "SOURCE")
    came = {"contacted": 1, "interviewed": 1, "offered": 1, "hired": 1, "withdrawn": 1}
    assert row == NOTHING | {"services": 5, "source": "LIVE_TAP"} | came


async def test_from_is_inclusive_and_to_is_exclusive(
    api: GraphQLClient, readonly_world: World
) -> None:
    world, at = readonly_world, readonly_world.lead.created_at
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    after = at + timedelta(milliseconds=1)
    from_it = await rows(api, world, "officer", "SOURCE", **{"from": at.isoformat()})
    behind = await rows(api, world, "officer", "SOURCE", **{"from": after.isoformat()})
    up_to_it = await rows(api, world, "officer", "SOURCE", to=at.isoformat())
    past_it = await rows(api, world, "officer", "SOURCE", to=after.isoformat())
    assert [len(found) for found in (from_it, behind, up_to_it, past_it)] == [1, 0, 0, 1]
    other = gid(world.scheduled)
    assert await rows(api, world, "officer", "SOURCE", sessionId=other) == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"first": 101}, "BAD_PAGE_SIZE"),
        ({"after": "nonsense"}, "BAD_CURSOR"),
        ({"filter": {"unionId": "nonsense"}}, "INVALID_ID"),
        ({"filter": {"sessionId": "nonsense"}}, "INVALID_ID"),
        ({"filter": {"from": "2026-10-01T00:00:00"}}, "INVALID_INPUT"),
        ({"filter": {"to": "0001-01-01T00:00:00+14:00"}}, "INVALID_INPUT"),
        (
            {"filter": {"from": "2026-10-01T08:00:00+08:00", "to": "2026-10-01T00:00:00Z"}},
            "INVALID_INPUT",
        ),
    ],
)
async def test_an_impossible_filter_is_refused_with_its_field(
    asked: dict[str, Any], code: str, api: GraphQLClient, readonly_world: World
) -> None:
    asked = {"by": "SESSION"} | asked
    error = await api.fetch_error(FUNNEL, asked, readonly_world.token_of("officer"))
    assert error["extensions"]["code"] == code


@pytest.mark.parametrize(
    ("caller", "code"), [("nobody", "UNAUTHENTICATED"), ("viewer", "NOT_PERMITTED")]
)
async def test_the_funnel_is_for_staff(
    caller: str, code: str, api: GraphQLClient, readonly_world: World
) -> None:
    error = await api.fetch_error(FUNNEL, {"by": "UNION"}, readonly_world.token_of(caller))
    assert error["extensions"]["code"] == code


async def test_the_rows_are_paged(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    more = world.new_lead("李雷", "+8613800138001")
    await running.store.leads.record([replace(more, id=new_id(), posting_id=world.second.id)])
    token = world.token_of("officer")
    first = (await api.fetch_data(FUNNEL, {"by": "POSTING", "first": 1}, token))["funnel"]
    after = first["pageInfo"]["endCursor"]
    second = (await api.fetch_data(FUNNEL, {"by": "POSTING", "first": 1, "after": after}, token))[
        "funnel"
    ]
    shown = [page["edges"][0]["node"]["posting"]["id"] for page in (first, second)]
    assert shown == [gid(world.second), gid(world.open)]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second)] == [True, False]
    error = await api.fetch_error(FUNNEL, {"by": "SESSION", "after": after}, token)
    assert error["extensions"]["code"] == "BAD_CURSOR"
