"""Cursors of lists and logs."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cursors import decode, decode_position, encode, encode_position
from domain.live.log_position import LogPosition
from domain.refusals import BadCursor

kinds = st.sampled_from(["postings", "leads", "log"])
plain = st.text(st.characters(exclude_characters=":", exclude_categories=["Cs"]), max_size=10)


@given(kinds, st.lists(plain, max_size=3), st.text("ab:é职", max_size=10))
def test_a_cursor_round_trips(kind: str, parts: list[str], last: str) -> None:
    cursor = encode(kind, *parts, last)
    assert decode(cursor, kind, len(parts) + 1) == [*parts, last]
    assert cursor.isascii()
    assert not set(cursor) & set("+/=")


@given(
    st.integers(0, 10**15 - 1),
    st.text("abc/0123", max_size=40),
    st.text("abcXYZ019-_", max_size=12),
)
def test_a_log_cursor_round_trips(seq: int, topic: str, tag: str) -> None:
    position = LogPosition(seq=seq, tag=tag)
    assert decode_position(encode_position(topic, position)) == (topic, position)


def test_a_cursor_of_a_version_without_tags_has_no_tag() -> None:
    cursor = encode("log", "7", "session/1")
    assert decode_position(cursor) == ("session/1", LogPosition(seq=7, tag=""))


def test_a_version_without_tags_reads_a_cursor_with_a_tag_as_one_of_another_log() -> None:
    cursor = encode_position("session/1", LogPosition(seq=7, tag="a"))
    assert decode(cursor, "log", 2) == ["7", "session/1:a"]


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(BadCursor, match="not there any more"):
        decode(encode("leads", "1"), "postings", 1)
    with pytest.raises(BadCursor, match="not there any more"):
        decode(encode("leads", "1"), "leads", 2)


@pytest.mark.parametrize("seq", ["", "-1", "1.5", "１", "²", "x", "1" * 16])
def test_a_log_cursor_without_a_valid_seq_is_refused(seq: str) -> None:
    with pytest.raises(BadCursor, match="not there any more"):
        decode_position(encode("log", seq, "session/1"))


def test_a_cursor_that_is_too_long_is_refused() -> None:
    long = encode("postings", "a" * 300)
    with pytest.raises(BadCursor):
        decode(long, "postings", 1)


@given(st.text() | st.text("abcdefghijklmnopABCDEFGH0123-_=", max_size=300) | st.just("\ud800"))
def test_garbage_is_refused_as_a_bad_cursor(garbage: str) -> None:
    with suppress(BadCursor):
        topic, position = decode_position(garbage)
        assert isinstance(topic, str)
        assert position.seq >= 0
    with suppress(BadCursor):
        assert len(decode(garbage, "postings", 2)) == 2


@given(st.binary(max_size=60), kinds)
def test_encoded_bytes_are_refused_as_a_bad_cursor(raw: bytes, kind: str) -> None:
    disguised = encode(kind, raw.decode("latin-1"))
    with suppress(BadCursor):
        decode_position(disguised)
