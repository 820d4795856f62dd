from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.postings.postings import Benefit, Occupation, PostingTerms, Shift
from domain.reference.geo import Point
from domain.search.search_entries import (
    HighlightSpan,
    SearchWord,
    build_search_entry,
    find_highlights,
    find_occupations,
    parse_search,
)
from tests.domain.posting_terms_samples import hourly_pay, posting_terms

FIELD = ("filter", "search")


def finds(text: str, offered: PostingTerms, employer: str = "合成电机有限公司") -> bool:
    """Whether a posting has every word of a search, as the database asks."""
    tokens = build_search_entry(offered, employer).tokens
    return all(
        any(
            token.startswith(wanted) if word.is_prefix else token == wanted
            for token in tokens
            for wanted in (*word.strong, *word.weak)
        )
        for word in parse_search(text, FIELD)
    )


WELDER = posting_terms(
    title="高级氩弧焊工（两班倒）",
    occupation=Occupation.WELDER,
    duties="按图纸焊接结构件，会看CAD图。",
    conditions="持焊工证，能吃苦。",
    place_code="330402",
    shift=Shift.TWO_SHIFT,
    benefits=(Benefit.MEALS, Benefit.DORMITORY),
)


@pytest.mark.parametrize(
    "text",
    [
        "焊工",
        "氩弧焊工",
        "高级",
        "弧焊",
        "焊",
        "电焊工",
        "焊接工",
        "hangong",
        "HanGong",
        "gaoji",
        "gj",
        "dianhangong",
        "两班",
        "图纸",
        "结构件",
        "ＣＡＤ",
        "焊工 嘉兴",
        "嘉兴焊工",
        "南湖区",
        "浙江",
        "jiaxing",
        "招聘焊工",
        "電焊工",
        "电机",
        "的",
        "电焊",
        "dianhan",
        "welder",
        "WELDER 南湖区",
        "han gong",
        "jia xing han gong",
        "gao ji han gong",
        "包吃住",
        "管吃管住",
        "包吃住焊工",
        "bao chi zhu",
        "两班倒",
        "全职 五险",
    ],
)
def test_a_posting_is_found_by_its_words_and_what_they_are_called(text: str) -> None:
    wanted = parse_search(text, FIELD)
    assert text == "的" or wanted
    assert finds(text, WELDER) is (text != "的")


@pytest.mark.parametrize(
    "text",
    [
        "电工",
        "焊工 上海",
        "保姆",
        "pingguo",
        "月嫂",
        "有限公司",
        "湖州",
        "hangzhou",
        "hang zhou han gong",
        "crane operator",
        "五险一金",
        "不倒班",
        "兼职",
        "gao han",
    ],
)
def test_a_posting_is_not_found_by_what_is_not_there(text: str) -> None:
    assert not finds(text, WELDER)


def test_every_word_must_be_there_in_any_order() -> None:
    assert finds("嘉兴 焊工 图纸", WELDER)
    assert not finds("嘉兴 焊工 叉车", WELDER)


def test_where_a_word_stands_is_told_apart() -> None:
    tokens = build_search_entry(WELDER, "嘉兴电机有限公司").tokens
    assert {"^焊工", "^氩弧", "^gaoji", "^gj", "^电机", "~图纸"} <= set(tokens)
    assert {"o:WELDER", "r:33", "r:3304", "r:330402", "=高级氩弧焊工(两班倒)"} <= set(tokens)
    # What is in the title is not mentioned again as if it were in passing.
    assert "~焊工" not in tokens
    assert len(tokens) == len(set(tokens))


def test_pay_is_by_the_month_and_the_place_that_of_the_work_or_of_its_region() -> None:
    entry = build_search_entry(posting_terms(pay=hourly_pay(30)), "")
    assert entry.pay == 5_220
    assert entry.at == Point(latitude=31.2215, longitude=121.5444)
    here = Point(latitude=31.1, longitude=121.1)
    assert build_search_entry(posting_terms(point=here), "").at == here
    assert build_search_entry(posting_terms(place_code="999999"), "").at is None


def test_what_is_stored_of_a_long_text_is_bounded() -> None:
    long = "".join(chr(0x4E00 + place) for place in range(4_000))
    assert len(build_search_entry(posting_terms(duties=long, conditions=long), "").tokens) < 200


def test_nothing_but_filling_words_is_looked_for_as_it_is() -> None:
    (word,) = parse_search("招聘", FIELD)
    assert word.text == "招聘"
    assert parse_search("  ，。 ", FIELD) == ()


def test_the_longest_word_comes_first_and_none_twice() -> None:
    assert [word.text for word in parse_search("嘉兴 外卖骑手 嘉兴", FIELD)] == ["外卖骑手", "嘉兴"]


def test_what_many_jobs_offer_is_looked_for_last() -> None:
    assert [word.text for word in parse_search("包吃包住 焊工", FIELD)] == ["焊工", "包吃包住"]


def test_words_that_no_name_begins_are_not_joined() -> None:
    assert {word.text for word in parse_search("web java", FIELD)} == {"web", "java"}


@pytest.mark.parametrize("text", ["长" * 61, "a b c d e f g h i", "焊\x00工"])
def test_a_search_that_is_too_long_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_search(text, FIELD)
    assert caught.value.field == FIELD


@given(st.text(max_size=60))
def test_any_text_is_a_search_or_refused(text: str) -> None:
    try:
        found = parse_search(text, FIELD)
    except InvalidInput:
        return
    assert len(found) <= 8
    assert all(word.strong and word.weak for word in found)


def test_occupations_are_known_by_name_and_pinyin() -> None:
    assert find_occupations("电焊工") == (Occupation.WELDER,)
    assert find_occupations("yuesao") == (Occupation.MATERNITY_NANNY,)
    assert find_occupations("不存在") == ()


def marked(text: str, search: str) -> list[str]:
    return [
        text[mark.start : mark.end] for mark in find_highlights(text, parse_search(search, FIELD))
    ]


@pytest.mark.parametrize(
    ("text", "search", "found"),
    [
        ("高级焊工，焊工优先", "焊工", ["焊工", "焊工"]),
        ("招電焊工", "电焊工", ["電焊工"]),
        ("高级焊工", "电焊工", ["焊工"]),
        ("会ＣＡＤ", "cad", ["ＣＡＤ"]),
        ("诚聘月嫂", "yuesao", ["月嫂"]),
        ("诚聘月嫂", "ys", ["月嫂"]),
        ("嘉兴焊工", "焊工 嘉兴", ["嘉兴", "焊工"]),
        ("电工", "焊工", []),
        ("", "焊工", []),
    ],
)
def test_what_was_searched_for_is_marked(text: str, search: str, found: list[str]) -> None:
    assert marked(text, search) == found


def test_marks_do_not_overlap_and_are_bounded() -> None:
    words = [
        SearchWord(
            text="焊工",
            strong=("^焊工",),
            weak=("~焊工",),
            highlight_names=("焊工", "电焊工", "焊"),
        )
    ]
    assert find_highlights("电焊工", words) == (HighlightSpan(start=0, end=3),)
    assert len(find_highlights("焊工" * 100, words)) == 20


@given(st.text(alphabet="焊工电 aA１", max_size=30), st.text(alphabet="焊工电a ", max_size=8))
def test_marks_stand_within_the_text_in_order(text: str, search: str) -> None:
    found = find_highlights(text, parse_search(search, FIELD))
    ends = [place for mark in found for place in (mark.start, mark.end)]
    assert ends == sorted(ends)
    assert all(0 <= mark.start < mark.end <= len(text) for mark in found)
