"""Playlists as media servers write them, and texts that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.live.hls_playlists import Playlist, PlaylistInvalid, parse_playlist

NGINX_RTMP = """#EXTM3U
#EXT-X-VERSION:3
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-TARGETDURATION:2
#EXTINF:2.000,
live-7.ts
#EXTINF:2.000,
live-8.ts
"""
MEDIAMTX = """#EXTM3U
#EXT-X-VERSION:9
#EXT-X-INDEPENDENT-SEGMENTS

#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS="avc1.42c028",RESOLUTION=640x360
main_stream.m3u8?session=1
#EXT-X-STREAM-INF:BANDWIDTH=1600000
high.m3u8
"""


def test_segments_give_the_end_and_the_latency() -> None:
    assert parse_playlist(NGINX_RTMP) == Playlist(head=(9, "live-8.ts"), latency_seconds=6)


def test_another_segment_changes_the_end_also_when_its_name_stays() -> None:
    moved = NGINX_RTMP.replace("SEQUENCE:7", "SEQUENCE:8")
    assert parse_playlist(moved).head == (10, "live-8.ts")
    begun_again = NGINX_RTMP.replace("live-8", "other-8")
    assert parse_playlist(begun_again).head == (9, "other-8.ts")


def test_variants_are_listed_in_their_order() -> None:
    found = parse_playlist(MEDIAMTX)
    assert found.variants == ("main_stream.m3u8?session=1", "high.m3u8")


def test_the_end_of_a_playlist_is_seen() -> None:
    assert parse_playlist(f"{NGINX_RTMP}#EXT-X-ENDLIST\n").has_ended


@pytest.mark.parametrize("text", ["\ufeff#EXTM3U\r\na.ts\r\n", "#EXTM3U\na.ts", "#EXTM3U  \n a.ts"])
def test_line_ends_and_a_mark_at_the_beginning_do_not_matter(text: str) -> None:
    assert parse_playlist(text) == Playlist(head=(1, "a.ts"))


@pytest.mark.parametrize("text", ["", "\n#EXTM3U", "#EXTM3U8", "<html>", "#EXTINF:1,\na.ts"])
def test_other_texts_are_no_playlist(text: str) -> None:
    with pytest.raises(PlaylistInvalid):
        parse_playlist(text)


@pytest.mark.parametrize(
    ("line", "latency"),
    [
        ("#EXT-X-TARGETDURATION:99999999999999999999999", 180),
        ("#EXT-X-TARGETDURATION:-3", None),
        ("#EXT-X-TARGETDURATION:two", None),
        ("#EXT-X-TARGETDURATION", None),
        ("#EXT-X-TARGETDURATION:٣", None),
    ],
)
def test_numbers_that_lie_are_bounded(line: str, latency: int | None) -> None:
    assert parse_playlist(f"#EXTM3U\n{line}\n").latency_seconds == latency


@given(text=st.text())
def test_any_text_behind_the_mark_is_read(text: str) -> None:
    found = parse_playlist(f"#EXTM3U\n{text}")
    assert found.head[0] >= 0
    assert found.latency_seconds is None or 3 <= found.latency_seconds <= 180
