"""What is recommended, why, why something is not; and whom a posting suits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta
from itertools import count
from typing import Any

import pytest

from domain import cursors
from domain.postings.postings import Intensity, Occupation, Posting, PostingStatus, Shift
from domain.reference.geo import Point
from domain.seekers.call_campaigns import RunStatus
from domain.seekers.profile import Near, PickUp, Wants
from domain.seekers.seekers import Seeker
from schema.matching import matches
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.graphql_clients import GraphQLClient, UvicornServer, open_websocket
from tests.support.mutation_cases import MUTATION_CASES, posting_change_input
from tests.support.services import RunningServices, World, gid, new_credit_code, today
from tests.support.waiting import wait_until

MATCH = "posting { id title } score afterTraining reasonsFor { code text textZh } reasonsAgainst { code text textZh }"  # noqa: E501 - one selection
RECOMMENDED = f"query ($first: Int! = 5) {{ recommendedPostings(first: $first) {{ {MATCH} }} }}"
MATCHES = f"query ($id: ID!) {{ matches(seekerId: $id) {{ {MATCH} }} }}"
EXPLAINED = """query ($posting: ID!, $seeker: ID) {
  matchExplained(postingId: $posting, seekerId: $seeker) {
    excludedBy { code text textZh } match { score posting { id } } } }"""
SUITED = """query ($posting: ID!, $first: Int, $after: String) {
  matchingSeekers(postingId: $posting, first: $first, after: $after) {
    edges { cursor node { seeker { id contact { name phone } } match { score } } }
    pageInfo { hasNextPage endCursor } } }"""
FOLLOW = """subscription ($after: String) { postingMatched(after: $after) {
  __typename seq cursor
  ... on PostingMatched { posting { id } match { reasonsFor { code } } }
  ... on MatchesReset { recommended { posting { id } } } } }"""
_places = count()


@pytest.fixture
def spot() -> Point:
    """A place in the wilderness where no other test has anybody or anything."""
    return Point(latitude=31 + next(_places) / 10, longitude=85.0)


class Town:
    """People and jobs around one point."""

    def __init__(self, world: World, running: RunningServices, spot: Point) -> None:
        self.world = world
        self.store = running.store
        self.spot = spot
        self.employers = {"": world.employer}

    async def seeker(self, **wants: Any) -> Seeker:
        near = Near(point=self.spot, kilometres=3)
        given: dict[str, Any] = {"occupations": (Occupation.CLERK,), "near": near}
        limits = Wants(**(given | wants))
        made = replace(
            self.world.seeker,
            id=records.seeker().id,
            giver=records.seeker().id,
            contact=None,
            searches=(),
            profile=replace(self.world.seeker.profile, wants=limits, skills=()),
        )
        await self.store.seekers.add([made])
        return made

    async def job(self, employer: str = "", **changes: Any) -> Posting:
        """Of the world's employer, or of the one that has this name here."""
        if employer not in self.employers:
            made = records.employer(credit_code=new_credit_code(), union_id=self.world.union.id)
            await self.store.employers.add([made])
            self.employers[employer] = made
        posting = records.posting(
            employer_id=self.employers[employer].id,
            union_id=self.world.union.id,
            status=changes.pop("status", PostingStatus.OPEN),
            terms=posting_terms(
                **{
                    "occupation": Occupation.CLERK,
                    "valid_until": today() + timedelta(days=30),
                    "point": self.spot,
                    "intensity": Intensity.LIGHT,
                    "starts_at": time(8),
                    "ends_at": time(17),
                }
                | changes
            ),
        )
        await self.store.postings.add([posting])
        return posting

    async def close(self, posting: Posting) -> None:
        closed = replace(posting, status=PostingStatus.CLOSED, version=posting.version + 1)
        assert await self.store.postings.update_if_unchanged(posting, closed)


@pytest.fixture
def town(world: World, running: RunningServices, spot: Point) -> Town:
    return Town(world, running, spot)


async def recommended(api: GraphQLClient, token: str, first: int = 5) -> list[dict[str, Any]]:
    found: list[dict[str, Any]]
    found = (await api.fetch_data(RECOMMENDED, {"first": first}, token))["recommendedPostings"]
    return found


async def test_what_is_recommended_says_why_in_both_languages(
    api: GraphQLClient, town: Town
) -> None:
    seeker = await town.seeker(heaviest=Intensity.LIGHT, pick_up=PickUp(by=time(17)))
    job = await town.job()
    await town.job(intensity=Intensity.HEAVY)
    await town.job(ends_at=time(18))
    await town.job(ends_at=None)
    await town.job(point=Point(latitude=town.spot.latitude + 0.05, longitude=85.0))
    (match,) = await recommended(api, town.world.seeker_token(seeker))
    assert match["posting"] == {"id": gid(job), "title": "电工"}
    assert not match["afterTraining"]
    said = {reason["code"]: (reason["text"], reason["textZh"]) for reason in match["reasonsFor"]}
    assert said["PICK_UP"] == (
        "ends at 17:00: you can pick up your child",
        "17:00下班，可以接孩子",
    )
    assert said["INTENSITY"] == ("LIGHT work only", "劳动强度：轻")
    assert said["DISTANCE"] == ("0 km", "0公里")
    assert match["reasonsAgainst"] == []
    officers = await api.fetch_data(
        MATCHES, {"id": gid(seeker)}, town.world.token(town.world.officer)
    )
    assert officers["matches"] == [match]


async def test_what_is_hidden_is_never_recommended(api: GraphQLClient, town: Town) -> None:
    seeker = await town.seeker()
    token = town.world.seeker_token(seeker)
    for status in (PostingStatus.CLOSED, PostingStatus.IN_REVIEW, PostingStatus.REFUSED):
        await town.job(status=status)
    await town.job(valid_until=today() - timedelta(days=1))
    assert await recommended(api, token) == []
    shown = await town.job()
    assert [match["posting"]["id"] for match in await recommended(api, token)] == [gid(shown)]
    await town.close(shown)
    assert await recommended(api, token) == []


async def test_employers_differ_and_other_occupations_fill_up(
    api: GraphQLClient, town: Town
) -> None:
    seeker = await town.seeker()
    token = town.world.seeker_token(seeker)
    first = [await town.job("one") for _ in range(2)]
    other = await town.job("two", occupation=Occupation.SALES)
    found = [match["posting"]["id"] for match in await recommended(api, token)]
    assert set(found) == {gid(each) for each in (*first, other)}
    assert found[-1] == gid(other)
    await town.job("three")
    found = [match["posting"]["id"] for match in await recommended(api, token)]
    assert len(found) == 3
    assert gid(other) not in found
    assert len(await recommended(api, token, 2)) == 2
    assert await recommended(api, token, 0) == []
    for wrong in (-1, 6):
        error = await api.fetch_error(RECOMMENDED, {"first": wrong}, token)
        assert error["extensions"]["code"] == "BAD_PAGE_SIZE"


async def test_what_rules_a_posting_out_is_said(api: GraphQLClient, town: Town) -> None:
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
    for ask in (EXPLAINED, SUITED):
        hidden = {"posting": gid(town.world.closed), "seeker": gid(seeker)}
        error = await api.fetch_error(ask, hidden, officer)
        assert error["extensions"]["code"] == "NOT_FOUND"
    elsewhere = town.world.token(town.world.other_officer)
    error = await api.fetch_error(EXPLAINED, given, elsewhere)
    assert error["extensions"]["code"] == "NOT_FOUND"


async def act(api: GraphQLClient, name: str, token: str, /, **given: Any) -> dict[str, Any]:
    return await api.mutate(name, given, token, MUTATION_CASES[name].selection)


async def test_who_refuses_is_not_matched_until_they_allow_it(
    api: GraphQLClient, town: Town
) -> None:
    world, seeker = town.world, await town.seeker()
    await town.job()
    token = world.seeker_token(seeker)
    ask = "{ recommendedPostings(first: 1) { score } }"
    assert len((await api.fetch_data(ask, None, token))["recommendedPostings"]) == 1
    refused = await act(api, "setMatching", token, enabled=False)
    assert refused["seeker"] == {"id": gid(seeker), "matching": False, "version": 2}
    assert (await act(api, "setMatching", token, enabled=False))["seeker"]["version"] == 2
    error = await api.fetch_error(ask, None, token)
    assert error["extensions"]["code"] == "STATUS_CONFLICT"
    assert "setMatching" in error["message"]
    officer = world.token(world.officer)
    matches = "query ($id: ID!) { matches(seekerId: $id) { score } }"
    error = await api.fetch_error(matches, {"id": gid(seeker)}, officer)
    assert error["extensions"]["code"] == "STATUS_CONFLICT"
    await act(api, "setMatching", officer, enabled=True, seekerId=gid(seeker))
    assert len((await api.fetch_data(ask, None, token))["recommendedPostings"]) == 1
    for status in ("PAUSED", "PAUSED", "NOT_SEEKING"):
        await act(api, "setSeekerStatus", token, status=status)
    assert "NOT_SEEKING" in (await api.fetch_error(ask, None, token))["message"]


async def test_whom_a_posting_suits_is_for_officers_and_masked(
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
    page = await api.fetch_data(SUITED, {"posting": gid(job), "first": 2}, officer)
    first = page["matchingSeekers"]
    assert first["pageInfo"]["hasNextPage"]
    after = first["pageInfo"]["endCursor"]
    rest = (await api.fetch_data(SUITED, {"posting": gid(job), "after": after}, officer))[
        "matchingSeekers"
    ]
    assert not rest["pageInfo"]["hasNextPage"]
    ids = [edge["node"]["seeker"]["id"] for edge in (*first["edges"], *rest["edges"])]
    assert ids == [gid(seeker) for seeker in reversed(suited)]
    elsewhere = town.world.token(town.world.other_officer)
    found = await api.fetch_data(SUITED, {"posting": gid(job)}, elsewhere)
    assert found["matchingSeekers"]["edges"] == []
    for caller in ("recruiter", "host", "seeker", "viewer"):
        error = await api.fetch_error(SUITED, {"posting": gid(job)}, town.world.token_of(caller))
        assert error["extensions"]["code"] == "NOT_PERMITTED"


async def test_a_page_that_looked_at_enough_says_so_and_goes_on(
    api: GraphQLClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matches, "_SEEKERS_PER_READ", 2)
    monkeypatch.setattr(matches, "MAX_SEEKERS_EXAMINED", 4)
    job = await town.job(place_code="460105")
    suited = await town.seeker(places=("460105",))
    # Newer ones, to whom the posting comes too early: found by its place, and left out.
    for _ in range(5):
        await town.seeker(places=("460105",), starts_from=time(9))
    officer = town.world.token(town.world.officer)
    asked = {"posting": gid(job), "first": 3}
    page = (await api.fetch_data(SUITED, asked, officer))["matchingSeekers"]
    assert page["edges"] == []
    assert page["pageInfo"]["hasNextPage"]
    asked["after"] = page["pageInfo"]["endCursor"]
    page = (await api.fetch_data(SUITED, asked, officer))["matchingSeekers"]
    assert [edge["node"]["seeker"]["id"] for edge in page["edges"]] == [gid(suited)]
    while page["pageInfo"]["hasNextPage"]:
        asked["after"] = page["pageInfo"]["endCursor"]
        page = (await api.fetch_data(SUITED, asked, officer))["matchingSeekers"]
        assert page["edges"] == []


async def test_a_campaign_is_matched_by_a_run_and_shows_what_still_holds(
    api: GraphQLClient, town: Town, running: RunningServices
) -> None:
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

    await wait_until(is_done)
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


@pytest.fixture
async def followed(server: UvicornServer, town: Town) -> AsyncIterator[tuple[Any, Seeker]]:
    """A socket that follows what a seeker is told of."""
    seeker = await town.seeker()
    async with open_websocket(server.url) as follower:
        await follower.initialise(town.world.seeker_token(seeker))
        await follower.subscribe_live("1", FOLLOW)
        yield follower, seeker


async def test_a_seeker_is_told_of_what_opens_and_goes_on_where_they_were(
    followed: tuple[Any, Seeker],
    api: GraphQLClient,
    server: UvicornServer,
    town: Town,
    running: RunningServices,
) -> None:
    follower, seeker = followed
    first = await town.job()
    await running.services.matcher.run()
    event = await follower.receive_event("1", "postingMatched")
    assert (event["__typename"], event["posting"]) == ("PostingMatched", {"id": gid(first)})
    assert {"code": "OCCUPATION"} in event["match"]["reasonsFor"]
    second, third = await town.job("two"), await town.job("three")
    await running.services.matcher.run()
    for job in (second, third):
        assert (await follower.receive_event("1", "postingMatched"))["posting"] == {"id": gid(job)}
    await follower.assert_alive()
    # What is closed meanwhile is not shown to who comes back.
    await town.close(second)
    async with open_websocket(server.url) as again:
        await again.initialise(town.world.seeker_token(seeker))
        await again.subscribe("1", FOLLOW, after=event["cursor"])
        told = await again.receive_event("1", "postingMatched")
        assert (told["seq"], told["posting"], told["match"]) == (2, None, None)
        told = await again.receive_event("1", "postingMatched")
        assert (told["seq"], told["posting"]) == (3, {"id": gid(third)})
        await again.subscribe("2", FOLLOW, after=event["cursor"][:-6] + "c2Vla2")
        message = await again.receive()
        assert message["id"] == "2"


async def test_a_cursor_of_another_log_is_answered_with_what_is_recommended(
    server: UvicornServer, town: Town, running: RunningServices
) -> None:
    seeker, other = await town.seeker(), await town.seeker(places=("110000",))
    job = await town.job()
    await running.services.matcher.run()
    foreign = cursors.encode_seq(f"seeker/{other.id}", 1)
    async with open_websocket(server.url) as follower:
        await follower.initialise(town.world.seeker_token(seeker))
        await follower.subscribe("1", FOLLOW, after=foreign)
        reset = await follower.receive_event("1", "postingMatched")
        assert reset["__typename"] == "MatchesReset"
        assert reset["recommended"] == [{"posting": {"id": gid(job)}}]


@pytest.mark.parametrize("caller", ["viewer", "officer", "recruiter", "host"])
async def test_only_a_seeker_is_told(
    server: UvicornServer, readonly_world: World, caller: str
) -> None:
    async with open_websocket(server.url) as follower:
        await follower.initialise(readonly_world.token_of(caller))
        await follower.subscribe("1", FOLLOW)
        message = await follower.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "NOT_PERMITTED"


async def test_a_changed_posting_is_told_of_through_the_mutation_that_changes_it(
    api: GraphQLClient, town: Town, running: RunningServices
) -> None:
    seeker = await town.seeker(heaviest=Intensity.LIGHT)
    job = await town.job(intensity=Intensity.HEAVY)
    await running.services.matcher.run()
    assert await town.store.event_log.last_seq(f"seeker/{seeker.id}") == 0
    given = posting_change_input(
        town.world,
        postingId=gid(job),
        occupation="CLERK",
        intensity="LIGHT",
        point={"latitude": town.spot.latitude, "longitude": town.spot.longitude},
    )
    officer = town.world.token(town.world.officer)
    changed = await api.mutate("changePosting", given, officer)
    assert changed["__typename"] == "PostingAccepted", changed
    await running.services.matcher.run()
    assert await town.store.event_log.last_seq(f"seeker/{seeker.id}") == 1
