"""A visitor's own room over real sockets: it is told of own changes, a stranger of none."""

from __future__ import annotations

import pytest

from tests.support.graphql_clients import GraphQLClient, UvicornServer, open_websocket
from tests.support.mutation_inputs import interest_input
from tests.support.websocket_endpoint import nothing_is_left
from tests.support.world import World, gid

__all__ = ["nothing_is_left"]

OWN_ROOM = (
    "subscription ($session: ID!) { myRoomChanged(sessionId: $session) { __typename sessionId } }"
)
STATUS = "query ($session: ID!) { myRoom(sessionId: $session) { questions { status } } }"
NOTICE = "myRoomChanged"


async def test_a_question_and_its_fate_reach_the_asker_only(
    server: UvicornServer, api: GraphQLClient, world: World
) -> None:
    asker, stranger = world.viewer_token(), world.viewer_token()
    session = gid(world.live)
    async with open_websocket(server.url) as own, open_websocket(server.url) as other:
        for client, token in ((own, asker), (other, stranger)):
            await client.initialise(token)
            await client.subscribe("1", OWN_ROOM, session=session)
            notice = (await client.receive())["payload"]["data"][NOTICE]
            assert notice == {"__typename": "MyRoomChanged", "sessionId": session}
        asked = await api.mutate(
            "askQuestion",
            {"sessionId": session, "body": "有夜班吗"},
            asker,
            "... on QuestionAsked { question { id } }",
        )
        await own.receive()
        question = {"questionId": asked["question"]["id"]}
        await api.mutate("declineQuestion", question, world.token(world.host))
        await own.receive()
        room = (await api.fetch_data(STATUS, {"session": session}, asker))["myRoom"]
        assert room["questions"] == [{"status": "DECLINED"}]
        await api.mutate("expressInterest", interest_input(world), asker)
        await own.receive()
        # The stranger heard of nothing until something of the stranger's own changed.
        await other.assert_alive()
        await api.mutate("expressInterest", interest_input(world), stranger)
        await other.receive()
        await own.assert_alive()


@pytest.mark.parametrize(
    ("caller", "session", "code"),
    [
        ("host", "live", "NOT_PERMITTED"),
        ("officer", "live", "NOT_PERMITTED"),
        ("viewer", "draft", "NOT_FOUND"),
    ],
)
async def test_an_own_room_is_for_visitors_who_may_see_the_session(
    caller: str, session: str, code: str, server: UvicornServer, world: World
) -> None:
    token = world.viewer_token() if caller == "viewer" else world.token_of(caller)
    async with open_websocket(server.url) as client:
        await client.initialise(token)
        await client.subscribe("1", OWN_ROOM, session=gid(getattr(world, session)))
        answer = await client.receive()
        assert answer["type"] == "error"
        assert answer["payload"][0]["extensions"]["code"] == code
