"""What somebody who joins late needs: the last announcement, and the time of the service."""

from __future__ import annotations

from datetime import datetime

from tests.support.graphql_clients import GraphQLClient
from tests.support.services import RunningServices
from tests.support.world import World, gid

LAST = """query ($id: ID!) {
  serverTime liveSession(id: $id) { cursor lastAnnouncement { body at seq } }
}"""


async def test_the_last_announcement_is_that_of_the_newest_event(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    given = {"id": gid(world.live)}
    before = (await api.fetch_data(LAST, given))["liveSession"]
    assert before["lastAnnouncement"] is None
    host = world.token(world.host)
    for body in ("夫妻房还有6间", "夫妻房还有5间"):
        await api.mutate("announce", {"sessionId": gid(world.live), "body": body}, host)
    await api.mutate("unpinPosting", {"sessionId": gid(world.live)}, host)
    shown = (await api.fetch_data(LAST, given))["liveSession"]["lastAnnouncement"]
    logged = await running.store.event_log.read(f"session/{world.live.id}", after=0, limit=100)
    newest = [each for each in logged if type(each.event).__name__ == "Announcement"][-1]
    assert shown["body"] == "夫妻房还有5间"
    assert shown["seq"] == newest.seq
    assert datetime.fromisoformat(shown["at"]) == newest.at


async def test_a_session_that_has_ended_shows_no_announcement(
    api: GraphQLClient, world: World
) -> None:
    host = world.token(world.host)
    given = {"sessionId": gid(world.live), "body": "夫妻房还有6间"}
    await api.mutate("announce", given, host)
    await api.mutate("endSession", {"sessionId": gid(world.live)}, host)
    ended = (await api.fetch_data(LAST, {"id": gid(world.live)}))["liveSession"]
    assert ended["lastAnnouncement"] is None


async def test_the_time_of_the_service_is_that_of_its_records(
    api: GraphQLClient, world: World, running: RunningServices
) -> None:
    before = running.services.clock()
    shown = (await api.fetch_data(LAST, {"id": gid(world.live)}))["serverTime"]
    assert before <= datetime.fromisoformat(shown) <= running.services.clock()
