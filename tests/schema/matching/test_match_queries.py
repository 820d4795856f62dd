"""Matches through the API: postings for a seeker, seekers for a posting, and the reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from domain.postings.pay import PaySettlement
from domain.postings.postings import Benefit, Intensity, PostingStatus, Shift
from domain.postings.work_schedule import RestDays, WorkSchedule
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.seekers.call_campaigns import RunStatus
from domain.seekers.profile import PickUp
from domain.seekers.seeker_groups import SeekerGroup
from services.matching.match_search import MatchSearchLimits
from tests.domain.posting_terms_samples import posting_terms
from tests.schema.matching.town import Town
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import RunningServices
from tests.support.waiting import wait_until
from tests.support.world import gid, today

MATCH = "posting { id title } score afterTraining reasonsFor { code text textZh } reasonsAgainst { code text textZh }"  # noqa: E501 - one selection
RECOMMENDED = f"query ($first: Int! = 5) {{ recommendedPostings(first: $first) {{ {MATCH} }} }}"
MATCHES = f"query ($id: ID!) {{ matches(seekerId: $id) {{ {MATCH} }} }}"
EXPLAINED = """query ($posting: ID!, $seeker: ID) {
  matchExplained(postingId: $posting, seekerId: $seeker) {
    excludedBy { code text textZh } match { score posting { id } } } }"""
MATCHING_SEEKERS = """query ($posting: ID!, $first: Int, $after: String) {
  matchingSeekers(postingId: $posting, first: $first, after: $after) {
    edges { cursor node { seeker { id contact { name phone } } match { score } } }
    pageInfo { hasNextPage endCursor } } }"""


async def fetch_recommendations(
    api: GraphQLClient, token: str, first: int = 5
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]]
    found = (await api.fetch_data(RECOMMENDED, {"first": first}, token))["recommendedPostings"]
    return found


async def test_recommendations_give_reasons_in_both_languages(
    api: GraphQLClient, town: Town
) -> None:
    seeker = await town.seeker(heaviest=Intensity.LIGHT, pick_up=PickUp(by=time(17)))
    job = await town.job()
    await town.job(intensity=Intensity.HEAVY)
    await town.job(ends_at=time(18))
    await town.job(ends_at=None)
    await town.job(point=Point(latitude=town.centre.latitude + 0.05, longitude=85.0))
    (match,) = await fetch_recommendations(api, town.world.seeker_token(seeker))
    assert match["posting"] == {"id": gid(job), "title": "电工"}
    assert not match["afterTraining"]
    texts_by_code = {
        reason["code"]: (reason["text"], reason["textZh"]) for reason in match["reasonsFor"]
    }
    assert texts_by_code["PICK_UP"] == (
        "ends at 17:00: you can pick up your child",
        "17:00下班，可以接孩子",
    )
    assert texts_by_code["INTENSITY"] == ("LIGHT work only", "劳动强度：轻")
    assert texts_by_code["DISTANCE"] == ("0 km", "0公里")
    assert match["reasonsAgainst"] == []
    officers = await api.fetch_data(
        MATCHES, {"id": gid(seeker)}, town.world.token(town.world.officer)
    )
    assert officers["matches"] == [match]


async def test_postings_that_are_not_open_are_never_recommended(
    api: GraphQLClient, town: Town
) -> None:
    seeker = await town.seeker()
    token = town.world.seeker_token(seeker)
    for status in (PostingStatus.CLOSED, PostingStatus.IN_REVIEW, PostingStatus.REFUSED):
        await town.job(status=status)
    await town.job(valid_until=today() - timedelta(days=1))
    assert await fetch_recommendations(api, token) == []
    shown = await town.job()
    assert [match["posting"]["id"] for match in await fetch_recommendations(api, token)] == [
        gid(shown)
    ]
    await town.close(shown)
    assert await fetch_recommendations(api, token) == []


async def test_recommendations_spread_over_employers_and_fill_up_from_other_occupations(
    api: GraphQLClient, town: Town
) -> None:
    seeker = await town.seeker()
    token = town.world.seeker_token(seeker)
    first = [await town.job("one") for _ in range(2)]
    other = await town.job("two", occupation=Occupation.SALES)
    found = [match["posting"]["id"] for match in await fetch_recommendations(api, token)]
    assert set(found) == {gid(each) for each in (*first, other)}
    assert found[-1] == gid(other)
    await town.job("three")
    found = [match["posting"]["id"] for match in await fetch_recommendations(api, token)]
    assert len(found) == 3
    assert gid(other) not in found
    assert len(await fetch_recommendations(api, token, 2)) == 2
    assert await fetch_recommendations(api, token, 0) == []
    for wrong in (-1, 6):
        error = await api.fetch_error(RECOMMENDED, {"first": wrong}, token)
        assert error["extensions"]["code"] == "BAD_PAGE_SIZE"


async def test_an_explanation_names_every_broken_limit(api: GraphQLClient, town: Town) -> None:
    seeker = await town.seeker(heaviest=Intensity.LIGHT, no_nights=True)
    job = await town.job(intensity=Intensity.HEAVY, shift=Shift.TWO_SHIFT)
    good = await town.job()
    token = town.world.seeker_token(seeker)
    found = (await api.fetch_data(EXPLAINED, {"posting": gid(job)}, token))["matchExplained"]
    assert [reason["code"] for reason in found["excludedBy"]] == ["INTENSITY", "NIGHTS"]
    assert found["excludedBy"][0]["text"] == "HEAVY work; you asked for LIGHT at most"
    assert found["match"] is None
    given = {"posting": gid(good), "seeker": gid(seeker)}
    officer = town.world.token(town.world.officer)
    found = (await api.fetch_data(EXPLAINED, given, officer))["matchExplained"]
    assert found["excludedBy"] == []
    assert found["match"]["posting"] == {"id": gid(good)}
    for ask in (EXPLAINED, MATCHING_SEEKERS):
        hidden = {"posting": gid(town.world.closed), "seeker": gid(seeker)}
        error = await api.fetch_error(ask, hidden, officer)
        assert error["extensions"]["code"] == "NOT_FOUND"
    elsewhere = town.world.token(town.world.other_officer)
    error = await api.fetch_error(EXPLAINED, given, elsewhere)
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_wishes_for_benefits_rest_and_settlement_are_limits(
    api: GraphQLClient, town: Town
) -> None:
    seeker = await town.seeker(
        benefits=(Benefit.HOUSING_FUND, Benefit.BARRIER_FREE),
        rest_days=(RestDays.TWO_A_WEEK, RestDays.BY_ROSTER),
        settlements=(PaySettlement.DAILY,),
    )
    daily = replace(posting_terms().pay, settlement=PaySettlement.DAILY)
    fitting: dict[str, Any] = {
        "benefits": (Benefit.BARRIER_FREE, Benefit.HOUSING_FUND),
        "schedule": WorkSchedule(rest=RestDays.TWO_A_WEEK),
        "pay": daily,
    }
    good = await town.job(**fitting, friendly_to=(SeekerGroup.DISABLED,))
    broken: dict[str, dict[str, Any]] = {
        "BENEFITS": {"benefits": (Benefit.HOUSING_FUND,)},
        "REST_DAYS": {"schedule": WorkSchedule(rest=RestDays.ONE_A_WEEK)},
        "SETTLEMENT": {"pay": posting_terms().pay},
    }
    token = town.world.seeker_token(seeker)
    for code, changes in broken.items():
        job = await town.job(**(fitting | changes))
        found = (await api.fetch_data(EXPLAINED, {"posting": gid(job)}, token))["matchExplained"]
        assert [reason["code"] for reason in found["excludedBy"]] == [code]
    matches = (await api.fetch_data(RECOMMENDED, {"first": 5}, token))["recommendedPostings"]
    assert [match["posting"]["id"] for match in matches] == [gid(good)]


async def mutate(api: GraphQLClient, name: str, token: str, /, **given: Any) -> dict[str, Any]:
    return await api.mutate(name, given, token, MUTATION_CASES[name].selection)


async def test_a_seeker_who_refuses_matching_is_not_matched(api: GraphQLClient, town: Town) -> None:
    world, seeker = town.world, await town.seeker()
    await town.job()
    token = world.seeker_token(seeker)
    ask = "{ recommendedPostings(first: 1) { score } }"
    assert len((await api.fetch_data(ask, None, token))["recommendedPostings"]) == 1
    refused = await mutate(api, "setMatching", token, enabled=False)
    assert refused["seeker"] == {"id": gid(seeker), "matching": False, "version": 2}
    assert (await mutate(api, "setMatching", token, enabled=False))["seeker"]["version"] == 2
    error = await api.fetch_error(ask, None, token)
    assert error["extensions"]["code"] == "STATUS_CONFLICT"
    assert "setMatching" in error["extensions"]["hint"]
    officer = world.token(world.officer)
    matches = "query ($id: ID!) { matches(seekerId: $id) { score } }"
    error = await api.fetch_error(matches, {"id": gid(seeker)}, officer)
    assert error["extensions"]["code"] == "STATUS_CONFLICT"
    await mutate(api, "setMatching", officer, enabled=True, seekerId=gid(seeker))
    assert len((await api.fetch_data(ask, None, token))["recommendedPostings"]) == 1
    for status in ("PAUSED", "PAUSED", "NOT_SEEKING"):
        await mutate(api, "setSeekerStatus", token, status=status)
    assert "SEEKING" in (await api.fetch_error(ask, None, token))["extensions"]["hint"]


async def test_officers_see_the_seekers_that_a_posting_suits_masked(
    api: GraphQLClient, town: Town
) -> None:
    job = await town.job()
    suited = [await town.seeker() for _ in range(3)]
    await town.seeker(heaviest=Intensity.LIGHT, starts_from=time(9))
    silent = await town.seeker()
    await town.store.seekers.replace_if_unchanged(
        silent, replace(silent, matching=False, version=2)
    )
    officer = town.world.token(town.world.officer)
    page = await api.fetch_data(MATCHING_SEEKERS, {"posting": gid(job), "first": 2}, officer)
    first = page["matchingSeekers"]
    assert first["pageInfo"]["hasNextPage"]
    after = first["pageInfo"]["endCursor"]
    rest = (await api.fetch_data(MATCHING_SEEKERS, {"posting": gid(job), "after": after}, officer))[
        "matchingSeekers"
    ]
    assert not rest["pageInfo"]["hasNextPage"]
    ids = [edge["node"]["seeker"]["id"] for edge in (*first["edges"], *rest["edges"])]
    assert ids == [gid(seeker) for seeker in reversed(suited)]
    elsewhere = town.world.token(town.world.other_officer)
    found = await api.fetch_data(MATCHING_SEEKERS, {"posting": gid(job)}, elsewhere)
    assert found["matchingSeekers"]["edges"] == []
    for caller in ("recruiter", "host", "seeker", "viewer"):
        error = await api.fetch_error(
            MATCHING_SEEKERS, {"posting": gid(job)}, town.world.token_of(caller)
        )
        assert error["extensions"]["code"] == "NOT_PERMITTED"


async def test_a_page_that_examined_its_maximum_can_be_continued(
    api: GraphQLClient,
    town: Town,
    running: RunningServices,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = MatchSearchLimits(seekers_per_read=2, max_seekers_examined=4)
    monkeypatch.setattr(running.services.match_search, "limits", limits)
    job = await town.job(place_code="460105")
    suited = await town.seeker(places=("460105",))
    # Newer seekers of the same place, for whom the job starts too early.
    for _ in range(5):
        await town.seeker(places=("460105",), starts_from=time(9))
    officer = town.world.token(town.world.officer)
    asked = {"posting": gid(job), "first": 3}
    page = (await api.fetch_data(MATCHING_SEEKERS, asked, officer))["matchingSeekers"]
    assert page["edges"] == []
    assert page["pageInfo"]["hasNextPage"]
    asked["after"] = page["pageInfo"]["endCursor"]
    page = (await api.fetch_data(MATCHING_SEEKERS, asked, officer))["matchingSeekers"]
    assert [edge["node"]["seeker"]["id"] for edge in page["edges"]] == [gid(suited)]
    while page["pageInfo"]["hasNextPage"]:
        asked["after"] = page["pageInfo"]["endCursor"]
        page = (await api.fetch_data(MATCHING_SEEKERS, asked, officer))["matchingSeekers"]
        assert page["edges"] == []


async def test_a_match_run_stores_matches_and_shows_those_that_still_hold(
    api: GraphQLClient, town: Town, running: RunningServices
) -> None:
    # The matcher is shared: it first notifies of the postings that earlier tests have opened.
    await running.services.matcher.run()
    officer = town.world.token(town.world.officer)
    seeker = await town.seeker()
    called = replace(seeker, campaign_id=town.world.campaign.id, version=2)
    await town.store.seekers.replace_if_unchanged(seeker, called)
    job, gone = await town.job("one"), await town.job("two")
    given = {"campaignId": gid(town.world.campaign)}
    selection = MUTATION_CASES["matchCampaign"].selection
    queued = await api.mutate("matchCampaign", given, officer, selection)
    assert queued["campaign"]["matching"] == {"status": "QUEUED", "done": 0, "total": 1}
    again = await api.mutate("matchCampaign", given, officer)
    assert again["code"] == "STATUS_CONFLICT"

    async def is_done() -> bool:
        await running.services.matcher.run()
        (campaign,) = (await town.store.call_campaigns.by_ids([town.world.campaign.id])).values()
        return campaign.run is not None and campaign.run.status is RunStatus.DONE

    await wait_until(is_done, within=60)
    await town.close(gone)
    ask = """query ($id: ID!) { campaignMatches(campaignId: $id) { edges { node {
      seeker { id } matches { posting { id } reasonsFor { code } } } } } }"""
    (edge,) = (await api.fetch_data(ask, {"id": given["campaignId"]}, officer))["campaignMatches"][
        "edges"
    ]
    assert edge["node"]["seeker"] == {"id": gid(seeker)}
    (match,) = edge["node"]["matches"]
    assert match["posting"] == {"id": gid(job)}
    await town.store.seekers.replace_if_unchanged(
        called, replace(called, matching=False, version=3)
    )
    (edge,) = (await api.fetch_data(ask, {"id": given["campaignId"]}, officer))["campaignMatches"][
        "edges"
    ]
    assert edge["node"] == {"seeker": None, "matches": []}
