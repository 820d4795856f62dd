"""Reading playlists from a real HTTP server: within bounds, and from named origins only."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.live.hls_playlists import MAX_PLAYLIST_BYTES, Playlist
from domain.live.stream_sites import NO_STREAM_SITE, StreamRules
from tests.support.media_servers import PlaylistServer, media_playlist
from tests.support.webhook_receivers import http_response
from workers import playlist_reader
from workers.playlist_reader import PlaylistReader


@pytest.fixture
async def media() -> AsyncIterator[PlaylistServer]:
    async with PlaylistServer() as media:
        yield media


@pytest.fixture
async def reader(media: PlaylistServer) -> AsyncIterator[PlaylistReader]:
    reader = PlaylistReader(StreamRules(origins=(media.origin,)))
    yield reader
    await reader.close()


async def test_a_playlist_is_read(media: PlaylistServer, reader: PlaylistReader) -> None:
    url = media.put("/hls/1.m3u8?a=1", media_playlist(8))
    assert await reader(url) == Playlist(head=(9, "8.ts"), latency_seconds=6)


async def test_the_first_variant_is_followed_once(
    media: PlaylistServer, reader: PlaylistReader
) -> None:
    listed = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/1.m3u8\n"
    url = media.put("/hls/all.m3u8", listed)
    media.put("/hls/low/1.m3u8", media_playlist(8))
    assert await reader(url) == Playlist(head=(9, "8.ts"), latency_seconds=6)
    media.put("/hls/low/1.m3u8", listed)
    assert await reader(url) is None
    assert media.requests == ["/hls/all.m3u8", "/hls/low/1.m3u8"] * 2


@pytest.mark.parametrize(
    "variant",
    ["http://127.0.0.1:1/1.m3u8", "file:///etc/passwd", "//evil.example/1", "http://["],
)
async def test_a_variant_elsewhere_is_not_asked_for(
    media: PlaylistServer, reader: PlaylistReader, variant: str
) -> None:
    url = media.put("/1", f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{variant}\n".encode())
    assert await reader(url) is None
    assert media.requests == ["/1"]


@pytest.mark.parametrize(
    "answer",
    [
        http_response(404),
        http_response(302, "location: /2\r\n"),
        http_response(200, body=b"<html>"),
        http_response(200, body=b"#EXTM3U\n" + b"#" * MAX_PLAYLIST_BYTES),
        b"HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n#EXTM3U\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"",
    ],
)
async def test_other_answers_are_no_playlist(
    media: PlaylistServer, reader: PlaylistReader, answer: bytes
) -> None:
    media.answers["/1"] = answer
    assert await reader(f"{media.origin}/1") is None
    assert media.requests == ["/1"]


async def test_a_server_that_says_nothing_is_given_up(
    media: PlaylistServer, reader: PlaylistReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playlist_reader, "READ_TIMEOUT_SECONDS", 0.01)
    media.answers["/1"] = None
    assert await reader(f"{media.origin}/1") is None


async def test_without_a_named_origin_nobody_is_asked(media: PlaylistServer) -> None:
    reader = PlaylistReader(NO_STREAM_SITE)
    assert await reader(media.put("/1", media_playlist(8))) is None
    await reader.close()
    assert media.requests == []


async def test_a_server_that_is_not_there_has_no_playlist() -> None:
    reader = PlaylistReader(StreamRules(origins=("http://127.0.0.1:1",)))
    assert await reader("http://127.0.0.1:1/1") is None
    await reader.close()
