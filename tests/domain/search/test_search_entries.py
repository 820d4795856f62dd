"""The search entry of a posting, and which searches find it."""

from __future__ import annotations

import pytest

from domain.postings.postings import Benefit, PostingTerms, Shift
from domain.reference.geo import Point
from domain.reference.occupations import Occupation
from domain.search.query_parser import parse_search
from domain.search.search_entries import build_search_entry
from tests.domain.posting_terms_samples import hourly_pay, posting_terms

FIELD = ("filter", "search")


def finds(text: str, offered: PostingTerms, employer: str = "合成电机有限公司") -> bool:
    """Whether a posting matches every word of a search, as the database query decides it."""
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
def test_a_posting_is_found_by_its_words_and_their_synonyms(text: str) -> None:
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
def test_a_posting_is_not_found_by_other_words(text: str) -> None:
    assert not finds(text, WELDER)


def test_every_word_must_match_in_any_order() -> None:
    assert finds("嘉兴 焊工 图纸", WELDER)
    assert not finds("嘉兴 焊工 叉车", WELDER)


def test_tokens_tell_title_words_from_body_words() -> None:
    tokens = build_search_entry(WELDER, "嘉兴电机有限公司").tokens
    assert {"^焊工", "^氩弧", "^gaoji", "^gj", "^电机", "~图纸"} <= set(tokens)
    assert {"o:WELDER", "r:33", "r:3304", "r:330402", "=高级氩弧焊工(两班倒)"} <= set(tokens)
    # A word of the title gets no second token for the body.
    assert "~焊工" not in tokens
    assert len(tokens) == len(set(tokens))


def test_an_entry_has_monthly_pay_and_a_point() -> None:
    entry = build_search_entry(posting_terms(pay=hourly_pay(30)), "")
    assert entry.pay == 5_220
    assert entry.at == (Point(latitude=31.2215, longitude=121.5444),)
    here = Point(latitude=31.1, longitude=121.1)
    assert build_search_entry(posting_terms(point=here), "").at == (here,)
    assert build_search_entry(posting_terms(place_code="999999"), "").at == ()


def test_the_tokens_of_a_long_text_are_bounded() -> None:
    long = "".join(chr(0x4E00 + place) for place in range(4_000))
    assert len(build_search_entry(posting_terms(duties=long, conditions=long), "").tokens) < 200
