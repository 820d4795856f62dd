"""Subscriptions over a WebSocket: order, resumption, counts and delivery."""

from __future__ import annotations

from typing import Any

import pytest

from domain.live.log_topics import session_topic
from tests.support.graphql_clients import GraphQLClient, UvicornServer, open_websocket
from tests.support.log_cursors import cursor_at, start_cursor
from tests.support.mutation_inputs import interest_input
from tests.support.services import RunningServices
from tests.support.waiting import wait_until
from tests.support.websocket_endpoint import (
    ANNOUNCEMENTS,
    EVENTS,
    LEADS,
    announce,
    nothing_is_left,
    receive_announcements,
)
from tests.support.world import World, gid

__all__ = ["nothing_is_left"]


async def test_live_events_come_in_order_without_gap_or_repeat(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    async with open_websocket(server.url) as first, open_websocket(server.url) as second:
        for client in (first, second):
            await client.initialise(world.viewer_token())
            await client.subscribe_live("1", ANNOUNCEMENTS, session=gid(world.live))
        bodies = [str(number) for number in range(50)]
        await announce(running, world, *bodies)
        assert await receive_announcements(first, 50) == bodies
        assert await receive_announcements(second, 50) == bodies


async def test_a_returning_viewer_with_a_cursor_gets_exactly_the_missed_events(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    token, session = world.viewer_token(), gid(world.live)
    async with open_websocket(server.url) as client:
        await client.initialise(token)
        await client.subscribe_live("1", ANNOUNCEMENTS, session=session)
        await announce(running, world, "1", "2")
        events = [await client.receive_event("1") for _ in range(2)]
        cursor = events[1]["cursor"]
        assert [event["seq"] for event in events] == [1, 2]
    await announce(running, world, "3", "4")
    async with open_websocket(server.url) as client:
        await client.initialise(token)
        await client.subscribe("1", ANNOUNCEMENTS, session=session, after=cursor)
        assert await receive_announcements(client, 2) == ["3", "4"]
        await announce(running, world, "5")
        assert await receive_announcements(client, 1) == ["5"]
        start = start_cursor(session_topic(world.live.id))
        await client.subscribe("2", ANNOUNCEMENTS, session=session, after=start)
        assert await receive_announcements(client, 5, "2") == ["1", "2", "3", "4", "5"]


async def test_the_cursor_of_a_session_connects_its_state_and_its_events(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    await announce(running, world, "before")
    async with open_websocket(server.url) as client:
        await client.initialise(world.viewer_token())
        query = "query ($id: ID!) { liveSession(id: $id) { cursor } }"
        await client.subscribe("0", query, id=gid(world.live))
        cursor = (await client.receive())["payload"]["data"]["liveSession"]["cursor"]
        assert (await client.receive())["type"] == "complete"
        await announce(running, world, "after")
        await client.subscribe("1", ANNOUNCEMENTS, session=gid(world.live), after=cursor)
        assert await receive_announcements(client, 1) == ["after"]


async def test_a_backlog_larger_than_the_outbox_arrives_whole(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    bodies = [f"{number} {'满' * 490}" for number in range(300)]
    await announce(running, world, *bodies)
    start = start_cursor(session_topic(world.live.id))
    followers = [str(number) for number in range(12)]
    async with open_websocket(server.url, max_queue=1) as client:
        await client.initialise(world.viewer_token())
        for follower in followers:
            await client.subscribe(follower, ANNOUNCEMENTS, session=gid(world.live), after=start)
        (connection,) = running.endpoint.sockets._open
        await wait_until(lambda: not connection.outbox.has_room())
        found: dict[str, list[str]] = {follower: [] for follower in followers}
        for _ in range(300 * len(followers)):
            message = await client.receive()
            found[message["id"]].append(message["payload"]["data"]["sessionEvents"]["body"])
    assert found == dict.fromkeys(followers, bodies)


@pytest.mark.parametrize("which", ["from the future", "of another session"])
async def test_a_cursor_that_the_log_cannot_serve_gets_one_reset(
    which: str, server: UvicornServer, running: RunningServices, world: World
) -> None:
    await announce(running, world, "1")
    topics = {
        "from the future": (session_topic(world.live.id), 1_000),
        "of another session": (session_topic(world.ended.id), 1),
    }
    cursor = cursor_at(*topics[which])
    async with open_websocket(server.url) as client:
        await client.initialise(world.viewer_token())
        await client.subscribe("1", EVENTS, session=gid(world.live), after=cursor)
        snapshot = {"id": gid(world.live), "status": "LIVE"}
        reset = await client.receive_event("1")
        assert reset == {"__typename": "Reset", "seq": 1, "snapshot": snapshot}
        await announce(running, world, "2")
        event = await client.receive_event("1")
        while event["__typename"] != "Announcement":
            event = await client.receive_event("1")
        assert (event["seq"], event["body"]) == (2, "2")


async def test_a_completed_subscription_gets_nothing_more(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    async with open_websocket(server.url) as client:
        await client.initialise(world.viewer_token())
        await client.subscribe_live("1", ANNOUNCEMENTS, session=gid(world.live))
        await client.subscribe_live("2", ANNOUNCEMENTS, session=gid(world.live))
        await client.send(id="1", type="complete")
        await client.assert_alive()
        await announce(running, world, "for 2 alone")
        assert await receive_announcements(client, 1, "2") == ["for 2 alone"]


async def test_staff_of_the_session_follow_its_leads(
    server: UvicornServer, running: RunningServices, world: World, api: GraphQLClient
) -> None:
    async with open_websocket(server.url) as host, open_websocket(server.url) as viewer:
        await host.initialise(world.token(world.host))
        await host.subscribe_live("1", LEADS, session=gid(world.live))
        await viewer.initialise(world.viewer_token())
        await viewer.subscribe_live("1", ANNOUNCEMENTS, session=gid(world.live))
        given = interest_input(world, contact={"name": "王小明", "phone": "14400001234"})
        selection = "... on InterestRecorded { lead { id } }"
        recorded = await api.mutate("expressInterest", given, world.viewer_token(), selection)
        event = await host.receive_event("1", "leadEvents")
        while event["lead"]["id"] != recorded["lead"]["id"]:
            event = await host.receive_event("1", "leadEvents")
        assert event["__typename"] == "LeadRecorded"
        assert event["lead"]["contact"] == {"phone": "144****1234"}
        start = start_cursor(f"leads/{world.live.id}")
        await host.subscribe("2", LEADS, session=gid(world.live), after=start)
        assert (await host.receive_event("2", "leadEvents"))["seq"] == 1


async def test_counts_of_viewers_and_interest_reach_every_viewer(
    server: UvicornServer, running: RunningServices, world: World, api: GraphQLClient
) -> None:
    async with open_websocket(server.url) as first, open_websocket(server.url) as second:
        for client in (first, second):
            await client.initialise(world.viewer_token())
            await client.subscribe_live("1", EVENTS, session=gid(world.live))
        await api.mutate("expressInterest", interest_input(world), world.viewer_token())
        for client in (first, second):
            seen: dict[str, Any] = {}
            while seen != {"PresenceChanged": 2, "TallyChanged": 2}:
                event = await client.receive_event("1")
                seen[event["__typename"]] = event.get("viewers", event.get("total"))


async def test_one_viewer_with_two_sockets_counts_once(
    server: UvicornServer, running: RunningServices, world: World
) -> None:
    token = world.viewer_token()
    async with open_websocket(server.url) as first, open_websocket(server.url) as second:
        for client in (first, second):
            await client.initialise(token)
            await client.subscribe_live("1", EVENTS, session=gid(world.live))
        assert len(running.services.presence._viewers[world.live.id]) == 1
        async with open_websocket(server.url) as staff:
            await staff.initialise(world.token(world.host))
            await staff.subscribe_live("1", EVENTS, session=gid(world.live))
            assert len(running.services.presence._viewers[world.live.id]) == 1


# ---- Completion
