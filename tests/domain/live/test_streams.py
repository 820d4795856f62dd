"""The picture of a session: signals in any order, twice or never, end in what was seen last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.live.streams import (
    NO_STREAM,
    Stream,
    StreamState,
    begin_publishing,
    change_key,
    choose_source,
    cut_off,
    end_publishing,
    expire_interruption,
    lose_picture,
    restore,
    see_picture,
)
from tests.support.records import FIXED_NOW

GRACE = timedelta(seconds=60)
PLAYLIST = "https://live.example.org/1.m3u8"
LIVE = see_picture(replace(NO_STREAM, hls_url=PLAYLIST), at=FIXED_NOW, latency_seconds=6)
LATER = FIXED_NOW + timedelta(seconds=20)
LOST = lose_picture(LIVE, at=LATER)


def test_a_picture_that_is_seen_is_live_since_then() -> None:
    assert (
        Stream(hls_url=PLAYLIST, state=StreamState.LIVE, started_at=FIXED_NOW, latency_seconds=6)
        == LIVE
    )


def test_a_picture_that_comes_back_in_time_is_the_same_broadcast() -> None:
    almost = LATER + GRACE - timedelta(milliseconds=1)
    assert expire_interruption(LOST, at=almost, grace=GRACE) == LOST
    assert see_picture(LOST, at=almost) == LIVE


def test_a_picture_that_comes_back_late_is_a_new_broadcast() -> None:
    off_air = expire_interruption(LOST, at=LATER + GRACE, grace=GRACE)
    assert off_air == replace(NO_STREAM, hls_url=PLAYLIST)
    again = see_picture(off_air, at=LATER + 2 * GRACE)
    assert (again.state, again.started_at) == (StreamState.LIVE, LATER + 2 * GRACE)


def test_the_moment_of_the_first_loss_counts() -> None:
    assert lose_picture(LOST, at=LATER + GRACE) == LOST


def test_another_source_is_off_air_until_its_picture_is_seen() -> None:
    other = choose_source(LIVE, hls_url=f"{PLAYLIST}?2", link_url="", poster_url="")
    assert (other.state, other.started_at) == (StreamState.OFFLINE, None)


def test_another_poster_does_not_interrupt() -> None:
    changed = choose_source(LIVE, hls_url=PLAYLIST, link_url="", poster_url="https://p/1.jpg")
    assert changed == replace(LIVE, poster_url="https://p/1.jpg")


@pytest.mark.parametrize("before", [NO_STREAM, LIVE, LOST])
def test_a_cut_holds_against_every_signal_and_keeps_its_first_reason(before: Stream) -> None:
    cut = cut_off(before, at=LATER, reason="first")
    assert (cut.state, cut.cut_off_reason) == (StreamState.OFFLINE, "first")
    assert cut_off(cut, at=LATER + GRACE, reason="second") == cut
    assert see_picture(cut, at=LATER) == cut
    assert lose_picture(cut, at=LATER) == cut
    assert expire_interruption(cut, at=LATER + GRACE, grace=GRACE) == cut
    assert see_picture(restore(cut), at=LATER).state is StreamState.LIVE


def test_a_connection_that_stops_loses_the_picture_and_one_that_was_replaced_does_not() -> None:
    first = begin_publishing(LIVE, "1")
    second = begin_publishing(first, "2")
    assert end_publishing(second, "1", at=LATER) == second
    assert end_publishing(second, "2", at=LATER) == LOST
    assert end_publishing(LOST, "2", at=LATER + GRACE) == LOST
    assert end_publishing(LIVE, "", at=LATER) == LIVE


def test_a_new_key_ends_the_one_before_and_keeps_the_picture() -> None:
    keyed = begin_publishing(change_key(LIVE, "digest", hls_url=PLAYLIST), "1")
    assert keyed == replace(LIVE, key_digest="digest", publisher="1")
    assert change_key(keyed, "other", hls_url=PLAYLIST) == replace(LIVE, key_digest="other")
    lost = end_publishing(keyed, "1", at=LATER)
    off_air = expire_interruption(lost, at=LATER + GRACE, grace=GRACE)
    assert (off_air.state, off_air.key_digest) == (StreamState.OFFLINE, "digest")


def test_the_key_ends_with_its_source_and_with_a_cut() -> None:
    keyed = begin_publishing(change_key(LIVE, "digest", hls_url=PLAYLIST), "1")
    elsewhere = choose_source(keyed, hls_url="", link_url="https://v.douyin.com/1/", poster_url="")
    cut = cut_off(keyed, at=LATER, reason="first")
    for ended in (elsewhere, cut, restore(cut), begin_publishing(cut, "2")):
        assert (ended.key_digest, ended.publisher) == ("", "")


class StreamSignals(RuleBasedStateMachine):
    """Signals come in any order and are repeated; time goes on between them."""

    def __init__(self) -> None:
        super().__init__()
        self.at = FIXED_NOW
        self.stream = replace(NO_STREAM, hls_url=PLAYLIST)
        self.seen_last: bool | None = None
        self.lost_at = FIXED_NOW
        self.is_cut = False
        self.publisher = ""

    def apply(self, after: Stream, again: Stream) -> None:
        assert again == after  # the same signal twice is the signal once
        self.stream = after

    @rule(seconds=st.integers(0, 100))
    def wait(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule()
    def see(self) -> None:
        after = see_picture(self.stream, at=self.at)
        self.apply(after, see_picture(after, at=self.at))
        if not self.is_cut:
            self.seen_last = True

    @rule()
    def lose(self) -> None:
        after = lose_picture(self.stream, at=self.at)
        self.apply(after, lose_picture(after, at=self.at))
        if not self.is_cut and self.seen_last:
            self.seen_last, self.lost_at = False, self.at

    @rule(publisher=st.sampled_from(["1", "2"]))
    def begin(self, publisher: str) -> None:
        after = begin_publishing(self.stream, publisher)
        self.apply(after, begin_publishing(after, publisher))
        if not self.is_cut:
            self.publisher = publisher

    @rule(publisher=st.sampled_from(["1", "2"]))
    def end(self, publisher: str) -> None:
        after = end_publishing(self.stream, publisher, at=self.at)
        self.apply(after, end_publishing(after, publisher, at=self.at))
        if self.publisher == publisher:
            self.publisher = ""
            if self.seen_last:
                self.seen_last, self.lost_at = False, self.at

    @rule()
    def expire(self) -> None:
        after = expire_interruption(self.stream, at=self.at, grace=GRACE)
        self.apply(after, expire_interruption(after, at=self.at, grace=GRACE))
        if self.seen_last is False and self.at - self.lost_at >= GRACE:
            self.seen_last = None

    @rule()
    def cut(self) -> None:
        after = cut_off(self.stream, at=self.at, reason="unlawful")
        self.apply(after, cut_off(after, at=self.at, reason="unlawful"))
        self.is_cut, self.seen_last, self.publisher = True, None, ""

    @rule()
    def permit(self) -> None:
        after = restore(self.stream)
        self.apply(after, restore(after))
        self.is_cut = False

    @invariant()
    def the_state_is_what_was_seen_last(self) -> None:
        expected = {
            True: StreamState.LIVE,
            False: StreamState.INTERRUPTED,
            None: StreamState.OFFLINE,
        }[self.seen_last]
        assert self.stream.state is expected

    @invariant()
    def its_times_belong_to_its_state(self) -> None:
        on_air = self.stream.state is not StreamState.OFFLINE
        assert (self.stream.started_at is not None) is on_air
        is_lost = self.stream.state is StreamState.INTERRUPTED
        assert (self.stream.interrupted_at is not None) is is_lost
        assert self.stream.is_cut_off is self.is_cut

    @invariant()
    def the_connection_that_began_last_publishes(self) -> None:
        assert self.stream.publisher == self.publisher


TestStreamSignals = StreamSignals.TestCase
