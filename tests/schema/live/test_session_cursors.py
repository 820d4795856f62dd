"""``LiveSession.cursor`` names an event that the log holds, whatever version logged it."""

from __future__ import annotations

import pytest

from domain.cursors import decode_position
from domain.live.log_topics import session_topic
from storage.mongo.client import Document
from tests.support.graphql_clients import GraphQLClient
from tests.support.services import RunningServices
from tests.support.world import World, gid


@pytest.mark.parametrize(
    "left",
    [{"$unset": {"position": ""}}, {"$set": {"position": {"seq": 0, "tag": "old"}}}],
    ids=["none", "an older one"],
)
async def test_a_session_without_its_position_has_the_one_of_the_log(
    api: GraphQLClient, running: RunningServices, world: World, left: Document
) -> None:
    """A node of a version without tags stores the seq alone."""

    async def cursor() -> str:
        query = "query ($id: ID!) { liveSession(id: $id) { cursor } }"
        found = await api.fetch_data(query, {"id": gid(world.live)})
        text: str = found["liveSession"]["cursor"]
        return text

    given = {"sessionId": gid(world.live), "body": "你好"}
    await api.mutate("announce", given, world.token(world.host))
    topic = session_topic(world.live.id)
    position = await running.store.event_log.find_position(topic, 1)
    stored = await cursor()
    assert decode_position(stored) == (topic, position)
    await running.store.mongo["sessions"].update_one({"_id": world.live.id}, left)
    assert await cursor() == stored
