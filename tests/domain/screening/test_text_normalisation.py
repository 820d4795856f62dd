"""The fast normalisation and the one with offsets return the same text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.screening import text_normalisation
from domain.screening.phrase_search import find_phrases, holds_phrase
from domain.screening.text_normalisation import normalise_text, normalise_with_offsets
from domain.screening.text_signs import RESPELLINGS

odd = st.sampled_from("-.－．—0１٢① 　\n…;、㎡ﬁ限男性\u200b\u0301𐩀")


@given(st.text() | st.text(odd))
def test_normalising_with_and_without_offsets_gives_the_same_text(text: str) -> None:
    assert normalise_text(text) == normalise_with_offsets(text).text


def test_characters_beyond_the_cached_ones_have_a_shape_too() -> None:
    shapes = text_normalisation._ShapeTable(
        dict.fromkeys(range(text_normalisation.MAX_CACHED_SHAPES), "")
    )
    assert "a\u4e00".translate(shapes) == ""
    rare = chr(text_normalisation.MAX_CACHED_SHAPES + 0x4E00)
    assert rare.translate(shapes) == text_normalisation._shape(rare)
    assert len(shapes) == text_normalisation.MAX_CACHED_SHAPES
    assert shapes.lengths_of_uneven(f"{rare}a") == {"a": 0}


def test_shapes_that_are_no_single_character_are_known_by_their_length() -> None:
    shapes = text_normalisation._ShapeTable()
    text = "限ﬁＡ㎡\u200b…"
    assert text.translate(shapes) == "限fiam2\n"
    assert shapes.lengths_of_uneven(text) == {"ﬁ": 2, "㎡": 2, "\u200b": 0}
    assert shapes.lengths_of_uneven("限A") == {}


def test_only_a_text_with_a_phrase_holds_one() -> None:
    assert not holds_phrase(normalise_text("负责车间电气设备的安装与检修。"))
    text = normalise_with_offsets("会 限男性")
    assert holds_phrase(text.text)
    assert [(start, end) for _, start, end in find_phrases(text)] == [(1, 4)]


@given(st.lists(st.sampled_from([*RESPELLINGS, "押金", "\n", " ", "（", "限", "🈚", "-", "a"])))
def test_a_respelling_keeps_its_place(parts: list[str]) -> None:
    text = "".join(parts)
    placed = normalise_with_offsets(text)
    assert placed.text == normalise_text(text)
    assert len(placed.offsets) == len(placed.text)
    assert list(placed.offsets) == sorted(placed.offsets)
    assert all(0 <= offset < len(text) for offset in placed.offsets)
    assert all(0 <= gap <= len(placed.text) for gap in placed.gaps)
