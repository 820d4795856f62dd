"""The parts of a text that the classifier weighs, and their grams."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.screening.passage_features import (
    EDGE,
    MAX_WEIGHED_CHARS,
    WHOLE_CHARS,
    is_classed,
    list_grams,
    list_parts,
    spell,
)
from domain.screening.passage_numbers import is_counted


def list_part_texts(text: str) -> list[str]:
    return [text[start:end] for start, end in list_parts(text)]


def test_a_short_text_is_weighed_whole_and_by_sentences() -> None:
    first, second = "入职当月公司缴纳社会保险", "宿舍两人一间离厂门口很近"
    assert list_part_texts(first) == [first]
    assert list_part_texts(f"{first}\n{second}") == [f"{first}\n{second}", first, second]
    longer = "\n".join([first, second] * 3)
    assert len(longer) > WHOLE_CHARS
    assert list_part_texts(longer) == [first, second] * 3


@pytest.mark.parametrize("text", ["", "押金", "a" * 100, "\n" * 50, "招" * (MAX_WEIGHED_CHARS + 1)])
def test_a_text_that_says_too_little_or_is_long_is_not_weighed(text: str) -> None:
    assert list_part_texts(text) == []


def test_words_of_one_class_and_numbers_are_spelled_alike() -> None:
    assert spell("工装费个人掏300")[1] == spell("体检费个人付三百")[1]
    assert spell("招工")[0] == f"{EDGE}招工{EDGE}"


@settings(max_examples=30)
@given(st.text("公司自己交押金不退三0天,\nab", max_size=40))
def test_every_gram_is_a_piece_of_one_spelling(passage: str) -> None:
    written, classed, *counted = spell(passage)
    for gram in list_grams(passage):
        if is_counted(gram):
            assert gram in counted[0]
        else:
            assert gram in (classed if is_classed(gram) else written)


def test_numbers_of_one_step_are_spelled_alike_and_others_are_not() -> None:
    six, also_six, thirteen = (
        set(filter(is_counted, list_grams(f"每天{hours}")))
        for hours in ("6小时", "五个小时", "13小时")
    )
    assert six == also_six
    assert six.isdisjoint(thirteen)
    assert len(spell("每天工作")) == 2
