"""Postings that change or close: what leads keep, and which events their rooms get."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from domain.live.log_topics import session_topic
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.mutation_inputs import interest_input, posting_change_input
from tests.support.services import RunningServices
from tests.support.world import World, gid

CHANGED = "query ($id: ID!) { node(id: $id) { ... on Lead { segment termsChanged { field then now } terms { pay { amount } } } } }"  # noqa: E501 - one document
ROOM = "query ($id: ID!) { liveSession(id: $id) { segment segmentTitle pinnedPosting { id } postings { edges { node { id } } } } }"  # noqa: E501 - one document
LOW_PAY = {"amount": 1000, "period": "MONTH"}
DOUBTFUL = {"placeCode": "340100", "pay": {"amount": 2000, "period": "MONTH"}}


async def change(api: GraphQLClient, world: World, **changes: Any) -> dict[str, Any]:
    """Change the terms of the first posting, as its recruiter."""
    operation = MUTATION_CASES["changePosting"]
    given = posting_change_input(world, **changes)
    token = world.token(world.recruiter)
    return await api.mutate("changePosting", given, token, operation.selection)


async def events(running: RunningServices, world: World) -> list[str]:
    """Return the names of the events of the live session, in order."""
    logged = await running.store.event_log.read(session_topic(world.live.id), after=0, limit=50)
    return [type(placed.event).__name__ for placed in logged]


async def test_a_lead_keeps_the_segment_that_was_on_air(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    token, operation = world.token(world.host), MUTATION_CASES["setSegment"]
    segments: list[str | None] = [None, "STORY", "POSTING", "POSTING"]
    for segment in segments:
        if segment:
            given = {"sessionId": gid(world.live), "segment": segment, "title": f" {segment} "}
            answer = await api.mutate("setSegment", given, token, operation.selection)
            session = answer["session"]
            assert (session["segment"], session["segmentTitle"]) == (segment, segment)
        tapped = await api.mutate(
            "expressInterest",
            interest_input(world),
            world.viewer_token(),
            MUTATION_CASES["expressInterest"].selection,
        )
        lead = await api.fetch_data(CHANGED, {"id": tapped["lead"]["id"]}, token)
        assert lead["node"]["segment"] == segment
    # Setting the same segment again logs no event.
    assert await events(running, world) == ["SegmentChanged", "SegmentChanged"]
    await api.mutate("endSession", {"sessionId": gid(world.live)}, token)
    room = (await api.fetch_data(ROOM, {"id": gid(world.live)}))["liveSession"]
    assert (room["segment"], room["segmentTitle"]) == (None, "")


async def test_a_lead_says_what_has_changed_since(api: GraphQLClient, world: World) -> None:
    lead = {"id": gid(world.lead)}
    before = (await api.fetch_data(CHANGED, lead, world.token(world.officer)))["node"]
    assert before["termsChanged"] == []
    until = world.lead.terms.valid_until.isoformat()
    pay = {"amount": 5500, "period": "MONTH"}
    answer = await change(api, world, pay=pay, shift="TWO_SHIFT", validUntil=until)
    assert answer["__typename"] == "PostingAccepted"
    assert (answer["posting"]["status"], answer["posting"]["revision"]) == ("OPEN", 2)
    for caller in ("officer", "host", "recruiter"):
        shown = (await api.fetch_data(CHANGED, lead, world.token_of(caller)))["node"]
        assert shown["terms"] == {"pay": {"amount": 6000}}
        assert shown["termsChanged"] == [
            {"field": "pay", "then": "6000元/月", "now": "5500元/月"},
            {"field": "shift", "then": "白班", "now": "两班倒"},
        ]


async def test_the_giver_sees_the_changes_of_an_open_posting_only(
    api: GraphQLClient, world: World
) -> None:
    given = interest_input(world)
    viewer = world.viewer_token()
    selection = "... on InterestRecorded { lead { termsChanged { field } } }"
    for pay, seen in ((5500, [{"field": "pay"}]), (1000, [])):
        await api.mutate("expressInterest", given, viewer, selection)
        await change(
            api,
            world,
            pay={"amount": pay, "period": "MONTH"},
            validUntil=world.open.terms.valid_until.isoformat(),
        )
        again = await api.mutate("expressInterest", given, viewer, selection)
        assert again["lead"]["termsChanged"] == seen


@pytest.mark.parametrize(
    ("changes", "kind", "status"),
    [
        ({"pay": LOW_PAY}, "PostingRefused", "REFUSED"),
        ({"insurance": []}, "PostingRefused", "REFUSED"),
        (DOUBTFUL, "PostingHeld", "IN_REVIEW"),
    ],
)
async def test_a_posting_that_fails_after_a_change_leaves_the_room_at_once(
    changes: dict[str, Any],
    kind: str,
    status: str,
    api: GraphQLClient,
    world: World,
    running: RunningServices,
) -> None:
    pin = MUTATION_CASES["pinPosting"]
    await api.mutate("pinPosting", pin.build_input(world), world.token(world.host))
    answer = await change(api, world, **changes)
    assert (answer["__typename"], answer["posting"]["status"]) == (kind, status)
    assert answer["findings"] != []
    room = (await api.fetch_data(ROOM, {"id": gid(world.live)}, world.viewer_token()))[
        "liveSession"
    ]
    assert room["pinnedPosting"] is None
    assert gid(world.open) not in [edge["node"]["id"] for edge in room["postings"]["edges"]]
    assert await events(running, world) == ["PostingPinned", "PostingUnpinned"]
    late = await api.mutate("expressInterest", interest_input(world), world.viewer_token())
    assert late["code"] == "POSTING_NOT_OPEN"
    # Better terms open it again.
    assert (await change(api, world))["posting"] == {
        "id": gid(world.open),
        "status": "OPEN",
        "revision": 3,
    }


async def test_a_room_that_shows_a_posting_gets_its_new_terms(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    pin = MUTATION_CASES["pinPosting"]
    await api.mutate("pinPosting", pin.build_input(world), world.token(world.host))
    await change(api, world, title="高级电工")
    assert await events(running, world) == ["PostingPinned", "PostingPinned"]
    await api.mutate("unpinPosting", {"sessionId": gid(world.live)}, world.token(world.host))
    await change(api, world)
    assert await events(running, world) == ["PostingPinned", "PostingPinned", "PostingUnpinned"]


async def test_a_posting_is_closed_once_and_its_leads_stay(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    await api.mutate(
        "pinPosting", MUTATION_CASES["pinPosting"].build_input(world), world.token(world.host)
    )
    operation, given = MUTATION_CASES["closePosting"], {"postingId": gid(world.open)}
    for caller in ("recruiter", "officer"):
        answer = await api.mutate(
            "closePosting", given, world.token_of(caller), operation.selection
        )
        assert answer["posting"] == {"id": gid(world.open), "status": "CLOSED"}
    assert await events(running, world) == ["PostingPinned", "PostingUnpinned"]
    seen = await api.fetch_data(CHANGED, {"id": gid(world.lead)}, world.token(world.officer))
    assert seen["node"]["terms"] == {"pay": {"amount": 6000}}
    again = await change(api, world)
    assert again["posting"] == {"id": gid(world.open), "status": "OPEN", "revision": 2}


async def test_every_tap_after_a_posting_was_closed_is_refused(
    api: GraphQLClient, world: World
) -> None:
    async def tap() -> str:
        selection = "... on UserError { code }"
        answer = await api.mutate(
            "expressInterest", interest_input(world), world.viewer_token(), selection
        )
        return str(answer.get("code", "TAKEN"))

    before = [asyncio.create_task(tap()) for _ in range(20)]
    given = {"postingId": gid(world.open)}
    closed = await api.mutate("closePosting", given, world.token(world.recruiter))
    assert closed["__typename"] == "PostingClosed"
    after = [asyncio.create_task(tap()) for _ in range(20)]
    assert set(await asyncio.gather(*before)) <= {"TAKEN", "POSTING_NOT_OPEN"}
    assert set(await asyncio.gather(*after)) == {"POSTING_NOT_OPEN"}


async def test_a_posting_that_waits_for_a_decision_can_be_closed(
    api: GraphQLClient, world: World
) -> None:
    token = world.token(world.recruiter)
    held = {"postingId": gid(world.held)}
    assert (await api.mutate("closePosting", held, token))["__typename"] == "PostingClosed"
    given = held | {"approved": True, "reason": "已核实"}
    late = await api.mutate("reviewPosting", given, world.token(world.officer))
    assert late["code"] == "POSTING_NOT_OPEN"


async def test_a_posting_that_an_officer_refused_goes_back_to_an_officer(
    api: GraphQLClient, world: World
) -> None:
    given = MUTATION_CASES["reviewPosting"].build_input(world) | {"approved": False}
    await api.mutate("reviewPosting", given, world.token(world.officer))
    answer = await change(api, world, postingId=gid(world.held))
    assert (answer["__typename"], answer["posting"]["status"]) == ("PostingHeld", "IN_REVIEW")
    seen = given | {"approved": True, "expectedRevision": 2}
    opened = await api.mutate(
        "reviewPosting", seen, world.token(world.officer), MUTATION_CASES["reviewPosting"].selection
    )
    assert opened["posting"]["status"] == "OPEN"
