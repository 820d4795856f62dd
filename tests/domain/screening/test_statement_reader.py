"""Forbidden phrases in text: each is found, with no false alarm on the labelled texts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opencc import OpenCC

from domain.screening.forbidden_phrases import FORBIDDEN_PHRASES, HARMLESS_WORDS
from domain.screening.statement_reader import read_statements
from tests.domain.labelled_postings import LAWFUL_TEXTS, VIOLATING_TEXTS

# The phrases listed in the specification of the rules, word for word.
LISTED = {
    "SEX_DISCRIMINATION": "限男性 限女性 只招男 只招女 男性优先 女士勿扰",
    "FAMILY_DISCRIMINATION": "已婚已育优先 限已婚 未婚勿扰 两年内无生育计划 孕检",
    "AGE_DISCRIMINATION": "35岁以下 年龄不超过 年龄不超过40岁 限30岁 45周岁以下",
    "ORIGIN_DISCRIMINATION": "限本地户籍 本地户口优先 外地勿投",
    "ETHNIC_DISCRIMINATION": "限汉族",
    "HEALTH_DISCRIMINATION": "无乙肝 乙肝两对半",
    "APPEARANCE_DISCRIMINATION": "五官端正 身高170以上 身高165cm以上 身高1.7米以上",
    "EDUCATION_DISCRIMINATION": "仅限985 第一学历",
    "DEPOSIT_OR_FEE": "押金 服装费 培训费 保证金",
    "DOCUMENTS_KEPT": "扣证件",
    "LURE": "月入过万 保录用 内部渠道 招转培 培训贷",
}
WHOLE = sorted(
    (code, phrase) for code, (_, phrases) in FORBIDDEN_PHRASES.items() for phrase in phrases
)
# What an employer takes. A negation of who is wanted (非仅招汉族) goes to a person.
OF_EMPLOYERS = [each for each in WHOLE if each[0] in {"DEPOSIT_OR_FEE", "DOCUMENTS_KEPT"}]
TRADITIONAL = (OpenCC("s2t"), OpenCC("s2tw"), OpenCC("s2hk"))
FILLERS = st.sampled_from(["", " ", "\u3000", "\t", "\u200b", "\u2060", "·", "*", "_", "|", "★"])
DENIALS = (
    "无",
    "无需",
    "不收",
    "不收取",
    "不收取任何",
    "不用交",
    "不需要缴纳",
    "免收",
    "没有",
    "不得向劳动者收取",
    "绝不收取",
    "严禁收取",
    "不以任何名义收取",
    "拒绝",
)
PAID = ("由公司承担", "公司全额承担", "全免", "一律不收", "：无", "0元", "由企业报销", "公司出")


def codes(text: str) -> set[str]:
    return {statement.rule.code for statement in read_statements(text)}


def wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


@pytest.mark.parametrize(
    ("code", "phrase"),
    [(code, phrase) for code, phrases in LISTED.items() for phrase in phrases.split()],
)
def test_each_listed_phrase_breaks_its_rule(code: str, phrase: str) -> None:
    for text in (phrase, f"招聘普工，{phrase}，待遇面议。", f"熟练工 {phrase} 长期稳定"):
        assert code in codes(text)


def test_the_labelled_texts_are_caught_with_no_false_alarm() -> None:
    assert (len(VIOLATING_TEXTS), len(LAWFUL_TEXTS)) == (213, 264)
    missed = [each.text for each in VIOLATING_TEXTS if not each.codes <= codes(each.text)]
    alarmed = [each.text for each in LAWFUL_TEXTS if codes(each.text)]
    assert (missed, alarmed) == ([], [])


def test_the_labelled_texts_break_every_rule() -> None:
    broken = Counter(code for each in VIOLATING_TEXTS for code in each.codes)
    assert set(broken) == set(FORBIDDEN_PHRASES) | {"UNDER_SIXTEEN"}
    assert min(broken.values()) >= 4


@given(st.sampled_from(WHOLE), st.data())
def test_a_phrase_is_found_whatever_stands_between_its_characters(
    known: tuple[str, str], data: st.DataObject
) -> None:
    code, phrase = known
    filled = "".join(char + data.draw(FILLERS) for char in phrase)
    assert code in codes(f"本岗位：{filled}。")


@given(st.sampled_from(WHOLE))
def test_a_phrase_is_found_in_full_width_and_in_traditional_characters(
    known: tuple[str, str],
) -> None:
    code, phrase = known
    for text in (wide(phrase), *(traditional.convert(phrase) for traditional in TRADITIONAL)):
        assert code in codes(text)


@given(st.sampled_from(OF_EMPLOYERS), st.sampled_from("不无未非"))
def test_a_negated_phrase_is_no_match(known: tuple[str, str], no: str) -> None:
    denied = no + known[1]
    assert codes(f"本岗位{denied}，欢迎报名。") == set()


@given(st.sampled_from(FORBIDDEN_PHRASES["DEPOSIT_OR_FEE"][1]), st.sampled_from(DENIALS))
def test_a_denied_fee_is_no_match(fee: str, denial: str) -> None:
    assert codes(f"入职{denial}{fee}。") == set()
    assert codes(f"入职{denial}中介费、{fee}和体检费。") == set()
    # A negation of something else does not reach over a blank or a comma.
    assert codes(f"经验{denial[0]}限 {fee}200元") == {"DEPOSIT_OR_FEE"}
    assert codes(f"{denial}，{fee}200元") == {"DEPOSIT_OR_FEE"}


@given(st.sampled_from(FORBIDDEN_PHRASES["DEPOSIT_OR_FEE"][1]), st.sampled_from(PAID))
def test_a_fee_paid_by_the_employer_is_no_match(fee: str, paid: str) -> None:
    assert codes(f"{fee}{paid}。") == set()
    assert codes(f"{fee}、体检费{paid}。") == set()


@pytest.mark.parametrize("shield", HARMLESS_WORDS)
def test_a_harmless_word_is_no_match(shield: str) -> None:
    assert codes(f"负责{shield}相关工作") == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("不交押金不予录用", {"DEPOSIT_OR_FEE"}),
        ("押金不予退还", {"DEPOSIT_OR_FEE"}),
        ("押金无法退还", {"DEPOSIT_OR_FEE"}),
        ("学历不限 男性优先", {"SEX_DISCRIMINATION"}),
        ("18岁以下勿扰", set()),
        ("59岁以下", {"AGE_DISCRIMINATION"}),
        ("60岁以下", set()),
        ("十八岁以下", set()),
        ("二十岁以下", {"AGE_DISCRIMINATION"}),
        ("一百岁以下", set()),
        ("16-59岁", {"AGE_DISCRIMINATION"}),
        ("16-60岁", set()),
        ("15-17岁", {"UNDER_SIXTEEN"}),
        ("9岁以上", set()),
        ("10岁以上", {"UNDER_SIXTEEN"}),
        ("15周岁以上", {"UNDER_SIXTEEN"}),
        ("16周岁以上", set()),
        ("限18岁以上", set()),
    ],
)
def test_the_bounds_of_each_rule(text: str, found: set[str]) -> None:
    assert codes(text) == found


def test_marks_refer_to_the_original_text() -> None:
    text = "包住。需交押\u200b金\u3000３００元，身 高１.７０米以上"
    marks = [statement.mark for statement in read_statements(text)]
    assert [(mark.text, mark.start, mark.end) for mark in marks] == [
        ("需交押\u200b金\u3000３００元", 3, 13),
        ("身 高１.７０米以上", 14, 24),
    ]


@given(st.text(alphabet=st.characters(), max_size=60))
@example("\ud800押金\udfff")
@example("乾" * 20 + "㍿﷽押金")
def test_marks_lie_within_any_text(text: str) -> None:
    for mark in (statement.mark for statement in read_statements(text)):
        assert 0 <= mark.start < mark.end <= len(text)
        assert text[mark.start : mark.end] == mark.text


@given(
    st.lists(
        st.sampled_from([*"不无收取押金服装费岁以下35限男性，。 \n-.", "培训费", "身高"]),
        max_size=60,
    )
)
def test_marks_lie_within_texts_made_of_phrases(parts: list[str]) -> None:
    text = "".join(parts)
    for mark in (statement.mark for statement in read_statements(text)):
        assert text[mark.start : mark.end] == mark.text


@pytest.mark.parametrize(
    ("lawful", "unlawful", "code"),
    [
        ("大小周，每天6.5小时", "大小周，每天十小时", "EXCESSIVE_HOURS"),
        ("门店全年无休，员工轮休，每人每周两天", "门店全年无休，员工也没有休息", "EXCESSIVE_HOURS"),
        ("没有夜班，单休，每天六小时", "没有夜班，没有单休，每天十二小时", "EXCESSIVE_HOURS"),
        ("初二数学老师，学生十三四岁", "初二不念了，十三四岁也收，可以来做", "UNDER_SIXTEEN"),
        ("未满16周岁一律不收", "未满16周岁也收，可以来做包装", "UNDER_SIXTEEN"),
        ("试用期4500元，转正5000元", "试用期3000元，转正5000元", "PROBATION"),
        ("三年合同，试用期三个月", "一年合同，试用期三个月", "PROBATION"),
    ],
)
def test_numbers_and_people_decide_over_the_same_words(
    lawful: str, unlawful: str, code: str
) -> None:
    assert codes(lawful) == set()
    assert code in codes(unlawful)


@pytest.mark.parametrize(
    "text",
    [
        "加班每月不超三十六小时，按倍数付加班费",
        "没照顾过老人不要紧，有护士长带教",
        "大爷大妈别着急，工作人员一个一个登记",
        "夜间巡逻打点八处，每圈四十分钟",
        "工资每月十号打入本人银行卡",
        "上门前跟客户电话说明到达时间",
        "长发要塞进工作帽里",
    ],
)
def test_words_that_only_look_like_a_risk_are_no_finding(text: str) -> None:
    assert codes(text) == set()
