"""The subscription `postingMatched`: a seeker is notified of postings that suit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.postings.postings import Intensity
from domain.seekers.seekers import Seeker
from tests.schema.matching.town import Town
from tests.support.graphql_clients import (
    GraphQLClient,
    UvicornServer,
    WebSocketClient,
    open_websocket,
)
from tests.support.log_cursors import cursor_at
from tests.support.mutation_inputs import posting_change_input
from tests.support.services import RunningServices
from tests.support.world import World, gid

POSTING_MATCHED = """subscription ($after: String) { postingMatched(after: $after) {
  __typename seq cursor
  ... on PostingMatched { posting { id } match { reasonsFor { code } } }
  ... on MatchesReset { recommended { posting { id } } } } }"""


@pytest.fixture
async def subscribed_seeker(
    server: UvicornServer, town: Town
) -> AsyncIterator[tuple[WebSocketClient, Seeker]]:
    """A socket that is subscribed to the events of a seeker."""
    seeker = await town.seeker()
    async with open_websocket(server.url) as follower:
        await follower.initialise(town.world.seeker_token(seeker))
        await follower.subscribe_live("1", POSTING_MATCHED)
        yield follower, seeker


async def test_a_seeker_is_notified_of_new_postings_and_resumes_after_a_cursor(
    subscribed_seeker: tuple[WebSocketClient, Seeker],
    api: GraphQLClient,
    server: UvicornServer,
    town: Town,
    running: RunningServices,
) -> None:
    follower, seeker = subscribed_seeker
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
    # A posting that was closed in between is not shown on resumption.
    await town.close(second)
    async with open_websocket(server.url) as again:
        await again.initialise(town.world.seeker_token(seeker))
        await again.subscribe("1", POSTING_MATCHED, after=event["cursor"])
        resumed = await again.receive_event("1", "postingMatched")
        assert (resumed["seq"], resumed["posting"], resumed["match"]) == (2, None, None)
        resumed = await again.receive_event("1", "postingMatched")
        assert (resumed["seq"], resumed["posting"]) == (3, {"id": gid(third)})
        await again.subscribe("2", POSTING_MATCHED, after=event["cursor"][:-6] + "c2Vla2")
        message = await again.receive()
        assert message["id"] == "2"


async def test_a_cursor_of_another_log_gets_a_reset_with_recommendations(
    server: UvicornServer, town: Town, running: RunningServices
) -> None:
    seeker, other = await town.seeker(), await town.seeker(places=("110000",))
    job = await town.job()
    await running.services.matcher.run()
    foreign = cursor_at(f"seeker/{other.id}", 1)
    async with open_websocket(server.url) as follower:
        await follower.initialise(town.world.seeker_token(seeker))
        await follower.subscribe("1", POSTING_MATCHED, after=foreign)
        reset = await follower.receive_event("1", "postingMatched")
        assert reset["__typename"] == "MatchesReset"
        assert reset["recommended"] == [{"posting": {"id": gid(job)}}]


@pytest.mark.parametrize("caller", ["viewer", "officer", "recruiter", "host"])
async def test_only_seekers_may_subscribe(
    server: UvicornServer, readonly_world: World, caller: str
) -> None:
    async with open_websocket(server.url) as follower:
        await follower.initialise(readonly_world.token_of(caller))
        await follower.subscribe("1", POSTING_MATCHED)
        message = await follower.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "NOT_PERMITTED"


async def test_a_seeker_is_notified_when_a_changed_posting_starts_to_suit(
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
        point={"latitude": town.centre.latitude, "longitude": town.centre.longitude},
    )
    officer = town.world.token(town.world.officer)
    changed = await api.mutate("changePosting", given, officer)
    assert changed["__typename"] == "PostingAccepted", changed
    await running.services.matcher.run()
    assert await town.store.event_log.last_seq(f"seeker/{seeker.id}") == 1
