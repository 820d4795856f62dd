"""Text folded, split into words, and spelled in pinyin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.search.text_analysis import (
    fold,
    fold_with_offsets,
    is_chinese,
    spell_pinyin,
    split_bigrams,
    split_index_words,
    split_runs,
    split_words,
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [("電焊工", "电焊工"), ("ＣＡＤ製圖", "cad制图"), ("㎡", "m2"), ("Java", "java"), ("", "")],
)
def test_width_case_and_traditional_characters_make_no_difference(text: str, plain: str) -> None:
    assert fold(text) == plain


@given(st.text(max_size=30))
def test_each_folded_character_has_an_offset_in_the_original(text: str) -> None:
    plain, places = fold_with_offsets(text)
    assert plain == fold(text)
    assert len(places) == len(plain)
    assert places == sorted(places)
    assert all(0 <= place < len(text) for place in places)


def test_occupation_names_are_never_split() -> None:
    assert split_words(fold("诚聘月嫂，外卖骑手；网约车司机")) == [
        "诚聘",
        "月嫂",
        "外卖骑手",
        "网约车司机",
    ]


def test_text_is_split_into_chinese_and_latin_runs() -> None:
    assert split_runs("会cad、c++，懂java") == ["会", "cad", "c++", "懂", "java"]
    assert split_words("懂java的程序员") == ["懂", "java", "的", "程序员"]
    assert is_chinese("焊工")
    assert not is_chinese("焊工a")


def test_index_words_include_words_inside_longer_ones() -> None:
    assert set(split_index_words("电焊工")) >= {"电焊工", "焊工"}
    assert "嫂" not in set(split_index_words("月嫂"))


def test_bigrams_do_not_span_other_characters() -> None:
    assert list(split_bigrams("氩弧焊a焊工")) == ["氩弧", "弧焊", "焊工"]
    assert list(split_bigrams("焊")) == []


def test_pinyin_has_no_tones_and_v_for_u_umlaut() -> None:
    assert spell_pinyin("焊工") == ("hangong", "hg")
    assert spell_pinyin("绿化") == ("lvhua", "lh")
