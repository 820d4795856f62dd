"""Scheduling and directing a live session."""

from __future__ import annotations

from tests.support.graphql_clients import GraphQLClient, UvicornServer, open_websocket
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import session_input
from tests.support.services import RunningServices
from tests.support.world import World, gid

SESSION_STEPS = [
    ("startSession", "LIVE"),
    ("interruptSession", "INTERRUPTED"),
    ("resumeSession", "LIVE"),
    ("endSession", "ENDED"),
]


async def test_a_session_is_scheduled_in_utc_and_for_the_callers_union_by_default(
    api: GraphQLClient, world: World
) -> None:
    given = session_input(world, startsAt="2026-12-24T19:00:00.123456+08:00")
    del given["unionId"]
    selection = "... on SessionScheduled { session { id status startsAt cursor union { id } host { name honour } postings { edges { node { id } } } } }"  # noqa: E501 - one document
    made = (await api.mutate("scheduleSession", given, world.token(world.host), selection))[
        "session"
    ]
    assert made["status"] == "SCHEDULED"
    assert made["startsAt"] == "2026-12-24T11:00:00.123000+00:00"
    assert made["union"] == {"id": gid(world.union)}
    assert made["host"] == {"name": "王师傅", "honour": "CITY_CRAFTSMAN"}
    shown = [edge["node"]["id"] for edge in made["postings"]["edges"]]
    assert shown == given["postingIds"]
    read = await api.fetch_data(
        "query ($id: ID!) { liveSession(id: $id) { startsAt } }", {"id": made["id"]}
    )
    assert read["liveSession"]["startsAt"] == made["startsAt"]


async def test_each_status_change_of_a_session_is_logged(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    token = world.token(world.host)
    for name, status in SESSION_STEPS:
        given = {"sessionId": gid(world.scheduled)}
        answer = await api.mutate(name, given, token, MUTATION_CASES[name].selection)
        assert answer["session"] == {"id": gid(world.scheduled), "status": status}
    logged = await running.store.event_log.read(f"session/{world.scheduled.id}", after=0, limit=10)
    assert [type(placed.event).__name__ for placed in logged] == [
        "SessionStarted",
        "SessionInterrupted",
        "SessionResumed",
        "SessionEnded",
    ]
    assert [placed.seq for placed in logged] == [1, 2, 3, 4]


async def test_a_pinned_posting_is_shown_until_it_is_unpinned(
    api: GraphQLClient, world: World
) -> None:
    token = world.token(world.host)
    pin, unpin = MUTATION_CASES["pinPosting"], MUTATION_CASES["unpinPosting"]
    answer = await api.mutate("pinPosting", pin.build_input(world), token, pin.selection)
    assert answer["posting"] == {"id": gid(world.open)}
    assert answer["session"] == {"pinnedPosting": {"id": gid(world.open)}}
    for _ in range(2):
        answer = await api.mutate("unpinPosting", unpin.build_input(world), token, unpin.selection)
        assert answer["session"] == {"pinnedPosting": None}


async def test_viewers_follow_an_edit_on_air_and_apply_for_the_posting_that_was_added(
    api: GraphQLClient, world: World, server: UvicornServer
) -> None:
    added = {"postingId": gid(world.absent)}
    tap = MUTATION_CASES["expressInterest"]
    edited = (
        "... on SessionEdited { session { title startsAt postings { edges { node { id } } } } }"
    )
    async with open_websocket(server.url) as viewer:
        await viewer.initialise(world.token_of("viewer"))
        document = f"subscription ($id: ID!) {{ sessionEvents(sessionId: $id) {{ {edited} }} }}"
        await viewer.subscribe_live("1", document, id=gid(world.live))
        given = {
            "sessionId": gid(world.live),
            "title": "加一个岗位",
            "addPostingIds": [gid(world.absent)],
        }
        selection = MUTATION_CASES["editSession"].selection
        answer = await api.mutate("editSession", given, world.token(world.host), selection)
        session = (await viewer.receive_event("1"))["session"]
    assert answer["session"]["title"] == session["title"] == "加一个岗位"
    assert session["startsAt"] == answer["session"]["startsAt"]
    assert session["postings"]["edges"][-1] == {"node": {"id": gid(world.absent)}}
    asked = tap.build_input(world) | added
    told = await api.mutate("expressInterest", asked, world.token_of("viewer"), tap.selection)
    assert told["__typename"] == tap.success_type
