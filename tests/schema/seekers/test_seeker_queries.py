"""Queries for seekers: masked, and for officers of the scope only."""

from __future__ import annotations

import pytest

from domain.seekers.call_campaigns import CallOutcome
from tests.support.graphql_clients import GraphQLClient
from tests.support.world import World, gid

SEEKERS = """query ($filter: SeekerFilter) { seekers(filter: $filter) {
  edges { node { id status contact { name phone } profile { group } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


async def test_only_officers_of_the_scope_see_seekers_with_masked_contacts(
    api: GraphQLClient, world: World
) -> None:
    shown = {
        "id": gid(world.seeker),
        "status": "SEEKING",
        "contact": {"name": "孙*", "phone": "136****6000"},
        "profile": {"group": "LAID_OFF"},
    }
    for caller in ("officer", "officer above"):
        token = world.token_of(caller)
        listed = (await api.fetch_data(SEEKERS, None, token))["seekers"]["edges"]
        assert shown in [edge["node"] for edge in listed]
        assert (await api.fetch_data(NODE, {"id": gid(world.seeker)}, token))["node"] is not None
    for caller in ("viewer", "host", "recruiter", "officer elsewhere", "nobody"):
        for record in (world.seeker, world.campaign, world.entry, world.referral):
            answer = await api.fetch_data(NODE, {"id": gid(record)}, world.token_of(caller))
            assert answer == {"node": None}, caller
    elsewhere = (await api.fetch_data(SEEKERS, None, world.token_of("officer elsewhere")))[
        "seekers"
    ]
    assert elsewhere == {"edges": []}
    for caller in ("host", "recruiter", "seeker"):
        error = await api.fetch_error(SEEKERS, None, world.token_of(caller))
        assert error["extensions"]["code"] == "NOT_PERMITTED"


@pytest.mark.parametrize(
    ("narrowed", "finds"),
    [
        ({"status": "SEEKING"}, True),
        ({"status": "PAUSED"}, False),
        ({"group": "LAID_OFF"}, True),
        ({"group": "GRADUATE"}, False),
    ],
)
async def test_seekers_are_filtered(
    api: GraphQLClient, readonly_world: World, narrowed: dict[str, str], finds: bool
) -> None:
    token = readonly_world.token(readonly_world.officer)
    found = (await api.fetch_data(SEEKERS, {"filter": narrowed}, token))["seekers"]["edges"]
    assert ([edge["node"]["id"] for edge in found] == [gid(readonly_world.seeker)]) is finds
    none = {"filter": {"campaignId": gid(readonly_world.campaign)}}
    assert (await api.fetch_data(SEEKERS, none, token))["seekers"]["edges"] == []


async def test_seekers_see_neither_campaigns_nor_service_counts(
    api: GraphQLClient, world: World
) -> None:
    for name in ("campaigns { edges { node { id } } }", "services { services }"):
        error = await api.fetch_error(f"{{ {name} }}", None, world.seeker_token())
        assert error["extensions"]["code"] == "NOT_PERMITTED"
    assert world.entry.outcome is CallOutcome.REACHED
