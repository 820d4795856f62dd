"""Recruitment campaigns: officers open them, postings and sessions belong to them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import posting_input, session_input
from tests.support.world import World, gid

CAMPAIGN = {"name": "春风行动", "startsOn": "2026-02-01", "endsOn": "2026-04-30"}
SELECTION = (
    "... on RecruitmentCampaignCreated { campaign { id name nameEn startsOn endsOn union { id } } }"
    " ... on UserError { code field }"
)


async def create(api: GraphQLClient, world: World, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await api.mutate(
        "createRecruitmentCampaign", CAMPAIGN | changes, world.token(world.officer), SELECTION
    )
    return answer


async def test_postings_and_sessions_are_listed_by_campaign(
    api: GraphQLClient, world: World
) -> None:
    campaign = (await create(api, world, nameEn="Spring Breeze"))["campaign"]
    assert campaign["union"] == {"id": gid(world.union)}
    given = posting_input(world, campaignId=campaign["id"])
    posting = await api.mutate(
        "submitPosting",
        given,
        world.token(world.recruiter),
        "... on PostingAccepted { posting { id campaign { name } } }",
    )
    assert posting["posting"]["campaign"] == {"name": "春风行动"}
    session = await api.mutate(
        "scheduleSession",
        session_input(world, campaignId=campaign["id"]),
        world.token(world.host),
        "... on SessionScheduled { session { id campaign { nameEn } } }",
    )
    assert session["session"]["campaign"] == {"nameEn": "Spring Breeze"}
    found = await api.fetch_data(
        "query ($id: ID!) { postings(filter: { campaignId: $id }) { edges { node { id } } } "
        'worded: postings(filter: { campaignId: $id, search: "电工" }) { edges { node { id } } } '
        "liveSessions(filter: { campaignId: $id }) { edges { node { id } } } "
        "node(id: $id) { ... on Campaign { name startsOn } } }",
        {"id": campaign["id"]},
        world.viewer_token(),
    )
    listed = [{"node": {"id": posting["posting"]["id"]}}]
    assert found["postings"]["edges"] == found["worded"]["edges"] == listed
    assert found["liveSessions"]["edges"] == [{"node": {"id": session["session"]["id"]}}]
    assert found["node"] == {"name": "春风行动", "startsOn": "2026-02-01"}


async def test_running_campaigns_of_a_union_are_listed(api: GraphQLClient, world: World) -> None:
    spring = (await create(api, world))["campaign"]["id"]
    autumn = await create(api, world, name="金秋招聘月", startsOn="2026-11-01", endsOn="2026-11-30")
    query = (
        "query ($union: ID, $day: Date) { recruitmentCampaigns("
        "filter: { unionId: $union, runningOn: $day }) { edges { node { id } } } }"
    )
    for day, expected in (
        (None, [autumn["campaign"]["id"], spring]),
        ("2026-04-30", [spring]),
        ("2026-05-01", []),
    ):
        variables = {"union": gid(world.union), "day": day}
        found = await api.fetch_data(query, variables, world.viewer_token())
        edges = found["recruitmentCampaigns"]["edges"]
        assert [edge["node"]["id"] for edge in edges] == expected


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": " "}, "INVALID_INPUT", "name"),
        ({"name": "长" * 61}, "INVALID_INPUT", "name"),
        ({"name": "月入过万专场"}, "TEXT_REFUSED", "name"),
        ({"endsOn": "2026-01-31"}, "INVALID_INPUT", "endsOn"),
        ({"endsOn": "2028-02-02"}, "INVALID_INPUT", "endsOn"),
    ],
)
async def test_a_campaign_that_cannot_be_right_is_refused(
    api: GraphQLClient, world: World, changes: dict[str, Any], code: str, field: str
) -> None:
    answer = await create(api, world, **changes)
    assert (answer["code"], answer["field"]) == (code, ["input", field])


async def test_a_posting_of_an_unknown_campaign_is_refused(
    api: GraphQLClient, world: World
) -> None:
    unknown = (await create(api, world))["campaign"]["id"]
    await world.running.store.mongo["recruitment_campaigns"].delete_many({})
    answer = await api.mutate(
        "submitPosting",
        posting_input(world, campaignId=unknown),
        world.token(world.recruiter),
        "... on UserError { code field }",
    )
    assert (answer["code"], answer["field"]) == ("NOT_FOUND", ["input", "campaignId"])
