"""The picture over the API: what viewers query, and the events that tell them of a change."""

from __future__ import annotations

from domain.live.streams import StreamState, see_picture
from storage.clock import utc_now
from tests.support.graphql_clients import GraphQLClient, UvicornServer, open_websocket
from tests.support.mutation_cases import MUTATION_CASES
from tests.support.services import PUBLIC_URL, STREAM_ORIGIN, RunningServices
from tests.support.world import World, gid

STREAM = "stream { state hlsUrl link { platform url } posterUrl startedAt latency cutOffReason }"
QUERY = f"query ($id: ID!) {{ liveSession(id: $id) {{ coverUrl description {STREAM} }} }}"
EVENTS = f"""subscription ($id: ID!) {{
  sessionEvents(sessionId: $id) {{ ... on StreamChanged {{ {STREAM} }} }}
}}"""
NOTHING = {
    "state": "OFFLINE",
    "hlsUrl": None,
    "link": None,
    "startedAt": None,
    "latency": None,
    "cutOffReason": None,
}
PLAYLIST = f"{STREAM_ORIGIN}/hls/1.m3u8"


async def mutate(api: GraphQLClient, world: World, name: str, caller: str, **given: str) -> None:
    case = MUTATION_CASES[name]
    sent = {"sessionId": gid(world.live)} | given
    await api.mutate(name, sent, world.token_of(caller), case.selection)


async def test_a_session_without_a_picture_shows_its_drawn_cover(
    api: GraphQLClient, world: World
) -> None:
    shown = (await api.fetch_data(QUERY, {"id": gid(world.live)}))["liveSession"]
    cover = f"{PUBLIC_URL}/covers/{gid(world.live)}.svg"
    assert shown == {
        "coverUrl": cover,
        "description": "",
        "stream": NOTHING | {"posterUrl": cover},
    }


async def test_description_and_cover_come_from_the_schedule(
    api: GraphQLClient, world: World
) -> None:
    case = MUTATION_CASES["scheduleSession"]
    cover = f"{STREAM_ORIGIN}/cover.jpg"
    given = case.build_input(world) | {"description": " 三十年焊工 ", "coverUrl": cover}
    selection = f"... on SessionScheduled {{ session {{ coverUrl description {STREAM} }} }}"
    made = await api.mutate("scheduleSession", given, world.token(world.host), selection)
    assert made["session"] == {
        "coverUrl": cover,
        "description": "三十年焊工",
        "stream": NOTHING | {"posterUrl": cover},
    }


async def test_viewers_are_told_of_a_picture_and_of_its_end(
    api: GraphQLClient, world: World, server: UvicornServer, running: RunningServices
) -> None:
    cover = f"{PUBLIC_URL}/covers/{gid(world.live)}.svg"
    async with open_websocket(server.url) as viewer:
        await viewer.initialise(world.token_of("viewer"))
        await viewer.subscribe_live("1", EVENTS, id=gid(world.live))
        await mutate(api, world, "setStreamSource", "host", hlsUrl=PLAYLIST)
        at = utc_now().replace(microsecond=0)
        await running.services.stream_control.change(
            world.live.id, lambda now: see_picture(now.stream, at=at, latency_seconds=6)
        )
        live = {
            "state": "LIVE",
            "hlsUrl": PLAYLIST,
            "posterUrl": cover,
            "startedAt": at.isoformat(),
            "latency": 6,
        }
        assert (await viewer.receive_event("1"))["stream"] == NOTHING | live
        await mutate(api, world, "cutOffStream", "officer", reason="画面播放了无关广告")
        cut = {"state": "ENDED", "posterUrl": cover, "cutOffReason": "画面播放了无关广告"}
        assert (await viewer.receive_event("1"))["stream"] == NOTHING | cut
        await mutate(api, world, "restoreStream", "officer", reason="主播已经更换画面")
        assert (await viewer.receive_event("1"))["stream"] == NOTHING | {"posterUrl": cover}
        await mutate(api, world, "setStreamSource", "host", linkUrl="https://v.douyin.com/1/")
        link = {"platform": "DOUYIN", "url": "https://v.douyin.com/1/"}
        told = (await viewer.receive_event("1"))["stream"]
        assert told == NOTHING | {"state": "LIVE", "link": link, "posterUrl": cover}
    stored = await running.store.live_sessions.by_id(world.live.id)
    assert stored is not None
    assert stored.stream.state is StreamState.OFFLINE
