"""The words that an expression needs: every match holds one of each set."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.screening.required_words import find_required_words
from domain.screening.statement_reader import READINGS, count_steps
from tests.domain.labelled_postings import LABELLED_TEXTS, LabelledText


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("押金", [{"押金"}]),
        ("(?:不|没有?)缴社保", [{"不缴社保", "没缴社保", "没有缴社保"}]),
        (r"工资[^\n]{0,8}(?:扣|罚款)", [{"工资"}, {"扣", "罚款"}]),
        (r"(?<!不)[男女]性?优先(?!考虑)", [{"男优先", "男性优先", "女优先", "女性优先"}]),
        (r"a+\d(?:b|bc)", [{"a"}, {"b"}]),
    ],
)
def test_the_required_words_of_an_expression(expression: str, words: list[set[str]]) -> None:
    assert [set(each) for each in find_required_words(expression)] == words


@pytest.mark.parametrize("expression", [r"\d+", "a?", "(?:a|)", r"[^a]b*"])
def test_an_expression_that_needs_no_word_is_an_error(expression: str) -> None:
    with pytest.raises(ValueError, match="no word is certain"):
        find_required_words(expression)


_SIMPLE = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "c"]),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})")
        | inner.map(lambda part: f"(?:{part})?")
        | inner.map(lambda part: f"(?:{part})+")
        | inner.map(lambda part: rf"{part}[^\n]{{0,2}}?c")
    ),
    max_leaves=8,
)


@given(_SIMPLE, st.text("abc", max_size=12))
def test_every_match_holds_a_word_of_each_set(expression: str, text: str) -> None:
    try:
        sets = find_required_words(expression)
    except ValueError:
        return
    for match in re.finditer(expression, text):
        assert all(any(word in match[0] for word in words) for words in sets)


def test_each_reading_needs_a_word_that_its_matches_hold() -> None:
    for reading in READINGS:
        assert reading.required
        for labelled in LABELLED_TEXTS:
            for match in reading.expression.finditer(labelled.text):
                assert all(any(word in match[0] for word in words) for words in reading.required)


@given(st.sampled_from(LABELLED_TEXTS), st.integers(1, 40))
def test_twice_the_text_is_twice_the_work(labelled: LabelledText, times: int) -> None:
    text = f"{labelled.text}。" * times
    assert count_steps(text * 2) == 2 * count_steps(text)
