"""Cues: a line has the bit of a cue wherever the cue can match."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.screening.context_cues import CueBook

BOOK = CueBook()
WARNING = BOOK.add(r"谨防|(?:不要|别)[^\n]{0,3}信")
PAST = BOOK.add(r"以(?<!头以)前|当年")


def test_each_line_has_the_bits_of_its_words() -> None:
    found = BOOK.find("谨防骗局\n普工\n当年别信")
    assert found == {0: WARNING.bit, 8: WARNING.bit | PAST.bit}


def test_a_cue_is_searched_only_where_its_bit_is_set() -> None:
    assert WARNING.is_in("谨防骗局", WARNING.bit)
    assert not WARNING.is_in("谨防骗局", PAST.bit)
    assert not WARNING.is_in("普工", WARNING.bit)


def test_a_cue_needs_a_certain_word() -> None:
    book = CueBook()
    book.add(r"\d+")
    with pytest.raises(ValueError, match="no word is certain"):
        book.find("普工")


@settings(max_examples=40)
@given(st.text("谨防不要别信以头前当年,\n", max_size=24))
def test_no_line_that_a_cue_matches_lacks_its_bit(text: str) -> None:
    found = BOOK.find(text)
    start = 0
    for line in text.split("\n"):
        for cue in (WARNING, PAST):
            assert not cue.expression.search(line) or found[start] & cue.bit
        start += len(line) + 1
