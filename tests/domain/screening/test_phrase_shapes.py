"""The short way through texts without phrases comes to the same text as the long one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.screening import phrases
from domain.screening.phrases import find_phrases

odd = st.sampled_from("-.－．—0１٢① 　\n…;、㎡ﬁ限男性\u200b\u0301𐩀")


@given(st.text() | st.text(odd))
def test_the_bare_text_is_that_of_the_places(text: str) -> None:
    assert phrases._normalise_fast(text) == phrases._normalise(text).text


def test_characters_beyond_those_that_are_kept_have_their_shape_too() -> None:
    shapes = phrases._ShapeTable(dict.fromkeys(range(phrases.MAX_CACHED_SHAPES), ""))
    assert "a\u4e00".translate(shapes) == ""
    rare = chr(phrases.MAX_CACHED_SHAPES + 0x4E00)
    assert rare.translate(shapes) == phrases._shape(rare)
    assert len(shapes) == phrases.MAX_CACHED_SHAPES


def test_a_text_without_phrases_has_none_and_one_with_has_its_place() -> None:
    assert find_phrases("负责车间电气设备的安装与检修。") == ()
    ((_, mark),) = find_phrases("会 限男性")[-1:]
    assert (mark.text, mark.end) == ("限男性", 5)
