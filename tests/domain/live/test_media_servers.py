"""Stream keys: only the secret with the stored digest is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.live.media_servers import (
    MAX_STREAM_KEY_LENGTH,
    MediaServer,
    digest_stream_key,
    format_stream_key,
    is_stream_key,
)


@given(secret=st.text(max_size=MAX_STREAM_KEY_LENGTH), other=st.text())
def test_only_the_secret_itself_is_the_key(secret: str, other: str) -> None:
    digest = digest_stream_key(secret)
    assert is_stream_key(secret, digest)
    assert is_stream_key(other, digest) is (other == secret)


@pytest.mark.parametrize("secret", ["", "a"])
def test_a_session_without_a_key_has_none(secret: str) -> None:
    assert not is_stream_key(secret, "")


def test_an_endless_secret_is_not_digested() -> None:
    long = "a" * (MAX_STREAM_KEY_LENGTH + 1)
    assert not is_stream_key(long, digest_stream_key(long))


def test_the_name_of_the_stream_is_the_session() -> None:
    server = MediaServer(ingest_url="rtmp://l/live", hls_url="https://l/hls/{name}/index.m3u8")
    assert server.playlist_of("id") == "https://l/hls/id/index.m3u8"
    assert format_stream_key("id", "secret") == "id?key=secret"
