"""Search text parsed into words and benefit terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusals import InvalidInput
from domain.search.query_parser import parse_search

FIELD = ("filter", "search")


def test_a_search_of_stop_words_only_keeps_them() -> None:
    (word,) = parse_search("招聘", FIELD)
    assert word.text == "招聘"
    assert parse_search("  ，。 ", FIELD) == ()


def test_the_longest_word_comes_first_and_no_word_twice() -> None:
    assert [word.text for word in parse_search("嘉兴 外卖骑手 嘉兴", FIELD)] == ["外卖骑手", "嘉兴"]


def test_benefit_terms_come_last() -> None:
    assert [word.text for word in parse_search("包吃包住 焊工", FIELD)] == ["焊工", "包吃包住"]


def test_latin_words_that_form_no_name_are_not_joined() -> None:
    assert {word.text for word in parse_search("web java", FIELD)} == {"web", "java"}


@pytest.mark.parametrize("text", ["长" * 61, "a b c d e f g h i", "焊\x00工"])
def test_a_search_that_is_too_long_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_search(text, FIELD)
    assert caught.value.field == FIELD


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        found = parse_search(text, FIELD)
    except InvalidInput:
        return
    assert len(found) <= 8
    assert all(word.strong and word.weak for word in found)


def test_occupations_are_found_by_name_and_pinyin() -> None:
    def tokens(text: str) -> set[str]:
        (word,) = parse_search(text, ("search",))
        return {token for token in word.strong if token.startswith("o:")}

    assert tokens("电焊工") == {"o:WELDER"}
    assert tokens("yuesao") == {"o:MATERNITY_NANNY"}
    assert tokens("不存在") == set()
