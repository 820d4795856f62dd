"""What viewers get of a picture in each status of the session."""

from __future__ import annotations

import pytest

from domain.live.room_pictures import RoomPicture, show_picture
from domain.live.sessions import SessionStatus
from domain.live.streams import Stream, StreamState
from tests.support import records
from tests.support.records import FIXED_NOW

PLAYLIST = "https://live.example.org/1.m3u8"
LINK = "https://v.douyin.com/1/"
ON_AIR = [SessionStatus.LIVE, SessionStatus.INTERRUPTED]
BEFORE = [SessionStatus.DRAFT, SessionStatus.SCHEDULED]
AFTER = [SessionStatus.ENDED, SessionStatus.CANCELLED]


def show(status: SessionStatus, stream: Stream) -> RoomPicture:
    return show_picture(records.live_session(status=status, started_at=FIXED_NOW, stream=stream))


def playlist(state: StreamState) -> Stream:
    return Stream(hls_url=PLAYLIST, state=state, started_at=FIXED_NOW, latency_seconds=6)


@pytest.mark.parametrize("status", ON_AIR)
@pytest.mark.parametrize("state", [StreamState.LIVE, StreamState.INTERRUPTED])
def test_on_air_the_picture_has_its_own_state(status: SessionStatus, state: StreamState) -> None:
    assert show(status, playlist(state)) == RoomPicture(
        state=state, hls_url=PLAYLIST, started_at=FIXED_NOW, latency_seconds=6
    )


@pytest.mark.parametrize("status", ON_AIR)
def test_without_media_there_is_no_address(status: SessionStatus) -> None:
    assert show(status, Stream(hls_url=PLAYLIST)) == RoomPicture(state=StreamState.OFFLINE)


@pytest.mark.parametrize("status", BEFORE)
@pytest.mark.parametrize("stream", [playlist(StreamState.LIVE), Stream(link_url=LINK)])
def test_a_rehearsal_is_not_shown(status: SessionStatus, stream: Stream) -> None:
    assert show(status, stream) == RoomPicture(state=StreamState.OFFLINE)


@pytest.mark.parametrize("status", AFTER)
@pytest.mark.parametrize("stream", [playlist(StreamState.LIVE), Stream(link_url=LINK)])
def test_a_session_that_is_over_has_no_picture(status: SessionStatus, stream: Stream) -> None:
    assert show(status, stream) == RoomPicture(state=StreamState.ENDED)


@pytest.mark.parametrize("status", ON_AIR)
def test_a_link_is_on_air_while_the_session_is(status: SessionStatus) -> None:
    assert show(status, Stream(link_url=LINK)) == RoomPicture(
        state=StreamState[status.name], link_url=LINK, started_at=FIXED_NOW
    )


@pytest.mark.parametrize("status", SessionStatus)
@pytest.mark.parametrize("source", [{"hls_url": PLAYLIST}, {"link_url": LINK}])
def test_a_picture_that_was_cut_off_shows_only_why(
    status: SessionStatus, source: dict[str, str]
) -> None:
    cut = Stream(**source, cut_off_at=FIXED_NOW, cut_off_reason="广告")  # type: ignore[arg-type] # the two are texts
    assert show(status, cut) == RoomPicture(state=StreamState.ENDED, cut_off_reason="广告")


def test_the_poster_comes_before_the_cover() -> None:
    session = records.live_session(cover_url="https://live.example.org/cover.jpg")
    assert show_picture(session).poster_url == "https://live.example.org/cover.jpg"
    poster = Stream(poster_url="https://live.example.org/poster.jpg")
    session = records.live_session(cover_url="https://live.example.org/cover.jpg", stream=poster)
    assert show_picture(session).poster_url == "https://live.example.org/poster.jpg"
