"""What a visitor has in a room, and that nothing of it is shared with others."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type

from schema import root
from services.live.questions import VIEWER_QUESTION_LIMIT
from tests.support.callers import VISITORS
from tests.support.graphql_clients import GraphQLClient
from tests.support.mutation_inputs import interest_input
from tests.support.privacy_table import callers_by_field
from tests.support.world import World, gid

SCHEMA = root.SCHEMA._schema
ROOM = """query ($session: ID!) { myRoom(sessionId: $session) {
  interests { ownLeadId postingId confirmation givenAt withdrawnAt }
  questions { body status }
  limits { questionsLeft askAfter maxQuestionLength }
} }"""
NOTHING = {
    "interests": [],
    "questions": [],
    "limits": {"questionsLeft": 3, "askAfter": None, "maxQuestionLength": 200},
}


async def read_room(api: GraphQLClient, world: World, token: str) -> dict[str, Any]:
    found = await api.fetch_data(ROOM, {"session": gid(world.live)}, token)
    room: dict[str, Any] = found["myRoom"]
    return room


async def ask(api: GraphQLClient, world: World, token: str, body: str) -> dict[str, Any]:
    return await api.mutate(
        "askQuestion",
        {"sessionId": gid(world.live), "body": body},
        token,
        "... on QuestionAsked { question { id } } ... on TooManyAttempts { retryAfter }",
    )


async def test_a_visitor_sees_own_interests_and_questions_and_nobody_else_does(
    api: GraphQLClient, world: World
) -> None:
    own, other = world.viewer_token(), world.viewer_token()
    assert await read_room(api, world, own) == NOTHING
    recorded = await api.mutate(
        "expressInterest",
        interest_input(world),
        own,
        "... on InterestRecorded { receipt ownLead { id createdAt } }",
    )
    asked = await ask(api, world, own, "有夜班吗")
    room = await read_room(api, world, own)
    assert room["interests"] == [
        {
            "ownLeadId": recorded["ownLead"]["id"],
            "postingId": gid(world.open),
            "confirmation": "UNCONFIRMED",
            "givenAt": recorded["ownLead"]["createdAt"],
            "withdrawnAt": None,
        }
    ]
    assert room["questions"] == [{"body": "有夜班吗", "status": "ASKED"}]
    assert room["limits"]["questionsLeft"] == 2
    assert await read_room(api, world, other) == NOTHING
    question = {"questionId": asked["question"]["id"]}
    await api.mutate("declineQuestion", question, world.token(world.host))
    taken = {"receipt": recorded["receipt"], "leadId": recorded["ownLead"]["id"]}
    await api.mutate("withdrawConsent", taken)
    room = await read_room(api, world, own)
    assert room["questions"] == [{"body": "有夜班吗", "status": "DECLINED"}]
    assert room["limits"]["questionsLeft"] == 3
    assert room["interests"][0]["withdrawnAt"] is not None


async def test_the_limits_say_when_the_next_question_is_taken(
    api: GraphQLClient, world: World
) -> None:
    token = world.viewer_token()
    for turn in range(VIEWER_QUESTION_LIMIT.amount):
        await ask(api, world, token, f"第{turn}个问题")
    limits = (await read_room(api, world, token))["limits"]
    refused = await ask(api, world, token, "还有一个")
    assert limits["questionsLeft"] == 0
    assert refused["code"] == "TOO_MANY_ATTEMPTS"
    assert refused["retryAfter"] <= limits["askAfter"] <= 60


@pytest.mark.parametrize(
    ("caller", "session", "code"),
    [
        (None, "live", "UNAUTHENTICATED"),
        ("host", "live", "NOT_PERMITTED"),
        ("officer", "live", "NOT_PERMITTED"),
        ("viewer", "draft", "NOT_FOUND"),
    ],
)
async def test_a_room_is_for_visitors_who_may_see_the_session(
    caller: str | None, session: str, code: str, api: GraphQLClient, world: World
) -> None:
    tokens = {"viewer": world.viewer_token(), None: None}
    token = tokens[caller] if caller in tokens else world.token_of(caller or "")
    given = {"session": gid(getattr(world, session))}
    error = await api.fetch_error(ROOM, given, token)
    assert error["extensions"]["code"] == code


def _types_below(name: str) -> set[str]:
    """Return the names of all object types that can be reached from a type."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        kind = SCHEMA.type_map[waiting.pop()]
        if kind.name in found:
            continue
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            found.add(kind.name)
            waiting += [get_named_type(field.type).name for field in kind.fields.values()]
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            waiting += [each.name for each in SCHEMA.get_possible_types(kind)]
    return found


def test_nothing_below_a_session_or_its_events_depends_on_the_visitor() -> None:
    # An event is executed once for all visitors of a group.
    below = _types_below("LiveSession") | _types_below("SessionEvent")
    assert {"Posting", "Employer", "Union", "Question"} <= below
    assert not below & {"MyRoom", "OwnInterest", "RoomLimits", "OwnLead", "MyProfile", "Account"}
    personal = {
        (kind, field): sorted(callers & VISITORS)
        for (kind, field), callers in callers_by_field().items()
        if kind in below and callers & VISITORS not in (VISITORS, frozenset())
    }
    assert personal == {}
