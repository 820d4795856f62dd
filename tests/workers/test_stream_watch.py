"""The stream watch: pictures follow what their playlists show, on one node at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.live.hls_playlists import Playlist
from domain.live.sessions import LiveSession, SessionStatus
from domain.live.streams import Stream, StreamState, cut_off
from realtime.group_commit import GroupCommit
from services.live.stream_control import StreamControl
from storage.store import Store
from tests.support.records import FIXED_NOW, ManualClock
from tests.support.stored_streams import count_events, read_stream, stored_session
from workers.stream_watch import REHEARSAL_TIME, StreamWatch

PLAYLIST = "https://live.example.org/1.m3u8"
GRACE = timedelta(seconds=60)


class MediaServer:
    """Plays the part of the reader: what it answers next, by address."""

    def __init__(self) -> None:
        self.playlists: dict[str, Playlist] = {}
        self.asked: list[str] = []

    async def __call__(self, url: str) -> Playlist | None:
        self.asked.append(url)
        return self.playlists.get(url)

    def show(
        self, last: int, *, url: str = PLAYLIST, latency: int = 6, ended: bool = False
    ) -> None:
        self.playlists[url] = Playlist(
            head=(last, f"{last}.ts"), latency_seconds=latency, has_ended=ended
        )


@pytest.fixture
def media() -> MediaServer:
    return MediaServer()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


MakeWatch = Callable[[], StreamWatch]


@pytest.fixture
def make_watch(
    store: Store, commit: GroupCommit, media: MediaServer, clock: ManualClock
) -> MakeWatch:
    names = iter("abcdef")

    def make() -> StreamWatch:
        control = StreamControl(store, commit, clock)
        return StreamWatch(store, control, media, clock, node=next(names), grace=GRACE)

    return make


async def watched_session(
    store: Store, status: SessionStatus = SessionStatus.LIVE, **changes: object
) -> LiveSession:
    return await stored_session(store, status, Stream(hls_url=PLAYLIST), **changes)


async def test_a_picture_is_live_once_its_playlist_grows(
    store: Store, media: MediaServer, clock: ManualClock, make_watch: MakeWatch
) -> None:
    session, watch = await watched_session(store), make_watch()
    media.show(8)
    for _ in range(2):
        await watch.run_once()  # a file of yesterday looks the same
        assert (await read_stream(store, session)).state is StreamState.OFFLINE
    clock.advance(seconds=2)
    media.show(9)
    await watch.run_once()
    live = Stream(hls_url=PLAYLIST, state=StreamState.LIVE, started_at=clock.at, latency_seconds=6)
    assert await read_stream(store, session) == live
    for last in (10, 11):
        clock.advance(seconds=2)
        media.show(last)
        await watch.run_once()
    assert await read_stream(store, session) == live
    assert await count_events(store, session) == 1


@pytest.mark.parametrize("answers", [True, False])
async def test_a_picture_that_stands_still_is_lost_and_comes_back_as_the_same(
    store: Store, media: MediaServer, clock: ManualClock, make_watch: MakeWatch, answers: bool
) -> None:
    session, watch = await watched_session(store), make_watch()
    media.show(8)
    await watch.run_once()
    media.show(9)
    await watch.run_once()
    if not answers:
        del media.playlists[PLAYLIST]
    clock.advance(seconds=9)
    await watch.run_once()
    assert (await read_stream(store, session)).state is StreamState.LIVE
    clock.advance(seconds=1)
    await watch.run_once()
    lost = await read_stream(store, session)
    assert (lost.state, lost.interrupted_at) == (StreamState.INTERRUPTED, clock.at)
    clock.advance(seconds=57)
    media.show(10)  # what the server still had when its camera was gone
    await watch.run_once()
    assert await read_stream(store, session) == lost
    clock.advance(seconds=2)
    media.show(11)
    await watch.run_once()
    back = await read_stream(store, session)
    assert (back.state, back.started_at) == (StreamState.LIVE, FIXED_NOW)
    assert await count_events(store, session) == 3


async def test_a_picture_that_does_not_come_back_in_time_is_off_air(
    store: Store, media: MediaServer, clock: ManualClock, make_watch: MakeWatch
) -> None:
    session, watch = await watched_session(store), make_watch()
    for last in (8, 9):
        media.show(last)
        await watch.run_once()
    for seconds in (10, 60):
        clock.advance(seconds=seconds)
        await watch.run_once()
    assert await read_stream(store, session) == Stream(hls_url=PLAYLIST)
    assert await count_events(store, session) == 3


async def test_long_segments_may_stand_still_longer(
    store: Store, media: MediaServer, clock: ManualClock, make_watch: MakeWatch
) -> None:
    session, watch = await watched_session(store), make_watch()
    for last in (8, 9):
        media.show(last, latency=30)
        await watch.run_once()
    clock.advance(seconds=29)
    await watch.run_once()
    assert (await read_stream(store, session)).state is StreamState.LIVE
    clock.advance(seconds=1)
    await watch.run_once()
    assert (await read_stream(store, session)).state is StreamState.INTERRUPTED


async def test_the_end_of_a_playlist_is_a_lost_picture_at_once(
    store: Store, media: MediaServer, make_watch: MakeWatch
) -> None:
    session, watch = await watched_session(store), make_watch()
    for last in (8, 9):
        media.show(last)
        await watch.run_once()
    media.show(10, ended=True)
    await watch.run_once()
    assert (await read_stream(store, session)).state is StreamState.INTERRUPTED


async def test_a_playlist_that_begins_again_is_a_picture(
    store: Store, media: MediaServer, make_watch: MakeWatch
) -> None:
    session, watch = await watched_session(store), make_watch()
    for last in (8, 0):
        media.show(last)
        await watch.run_once()
    assert (await read_stream(store, session)).state is StreamState.LIVE


async def test_a_picture_that_was_cut_off_stays_so(
    store: Store, media: MediaServer, clock: ManualClock, make_watch: MakeWatch
) -> None:
    cut = cut_off(Stream(hls_url=PLAYLIST), at=clock.at, reason="广告")
    session, watch = await stored_session(store, stream=cut), make_watch()
    for last in (8, 9):
        media.show(last)
        await watch.run_once()
    assert await read_stream(store, session) == cut
    assert await count_events(store, session) == 0


@pytest.mark.parametrize(
    ("status", "starts_in", "is_watched"),
    [
        (SessionStatus.SCHEDULED, REHEARSAL_TIME - timedelta(seconds=1), True),
        (SessionStatus.SCHEDULED, REHEARSAL_TIME, False),
        (SessionStatus.INTERRUPTED, timedelta(), True),
        (SessionStatus.ENDED, timedelta(), False),
        (SessionStatus.CANCELLED, timedelta(), False),
        (SessionStatus.DRAFT, timedelta(), False),
    ],
)
async def test_sessions_are_watched_from_an_hour_before_their_start_to_their_end(
    store: Store,
    media: MediaServer,
    make_watch: MakeWatch,
    status: SessionStatus,
    starts_in: timedelta,
    is_watched: bool,
) -> None:
    await watched_session(store, status, starts_at=FIXED_NOW + starts_in)
    await make_watch().run_once()
    assert media.asked == [PLAYLIST] * is_watched


async def test_a_rehearsal_is_noticed_and_not_announced(
    store: Store, media: MediaServer, make_watch: MakeWatch
) -> None:
    session, watch = await watched_session(store, SessionStatus.SCHEDULED), make_watch()
    for last in (8, 9):
        media.show(last)
        await watch.run_once()
    assert (await read_stream(store, session)).state is StreamState.LIVE
    assert await count_events(store, session) == 0


async def test_one_node_at_a_time_asks_and_the_next_one_takes_its_time(
    store: Store, media: MediaServer, clock: ManualClock, make_watch: MakeWatch
) -> None:
    session, first, second = await watched_session(store), make_watch(), make_watch()
    for last in (8, 9):
        media.show(last)
        await first.run_once()
    await second.run_once()
    assert len(media.asked) == 2
    clock.advance(seconds=30)  # the first node is gone, and its lease with it
    await second.run_once()
    assert len(media.asked) == 3
    # It has seen the playlist once: that is no reason to call the picture lost.
    assert (await read_stream(store, session)).state is StreamState.LIVE
    clock.advance(seconds=10)
    await second.run_once()
    assert (await read_stream(store, session)).state is StreamState.INTERRUPTED


async def test_what_a_former_source_showed_does_not_count_for_the_next(
    store: Store, media: MediaServer, clock: ManualClock, make_watch: MakeWatch
) -> None:
    session, watch = await watched_session(store), make_watch()
    media.show(8)
    await watch.run_once()
    other = "https://live.example.org/2.m3u8"
    media.show(9, url=other)
    await store.mongo["sessions"].update_one(
        {"_id": session.id}, {"$set": {"stream.hls_url": other}}
    )
    await watch.run_once()
    assert await read_stream(store, session) == replace(session.stream, hls_url=other)


async def test_a_session_that_cannot_be_changed_does_not_hold_up_the_others(
    store: Store, media: MediaServer, make_watch: MakeWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, watch = await watched_session(store), make_watch()
    other = await watched_session(store)
    media.show(8)
    await watch.run_once()
    media.show(9)
    await store.mongo["sessions"].delete_one({"_id": one.id})
    seen = store.live_sessions.with_playlist

    async def with_one(**wanted: object) -> list[LiveSession]:
        return [one, *await seen(**wanted)]  # type: ignore[arg-type] # passed on as they came

    monkeypatch.setattr(store.live_sessions, "with_playlist", with_one)
    await watch.run_once()
    assert (await read_stream(store, other)).state is StreamState.LIVE
