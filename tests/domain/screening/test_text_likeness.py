"""The classifier of texts: what it stops, what it clears, and how its findings are worded."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from domain.postings.postings import Severity
from domain.screening.passage_features import list_grams
from domain.screening.statement_reader import RULES, read_statements
from domain.screening.text_likeness import find_likeliest_rule, measure_likeness
from domain.screening.text_screening import screen_text

UNREAD = "这批美容师岗保障这块暂时给不了各位，介意的往下划"
FOLDER = files("domain.screening")


def test_the_weights_are_small_whole_numbers_of_known_grams() -> None:
    text = FOLDER.joinpath("likeness_grams.tsv").read_text("utf-8")
    assert len(text.encode()) < 300_000
    seen: set[str] = set()
    for line in text.splitlines():
        weight, rarity, grams = line.split("\t")
        assert -127 <= int(weight) <= 127
        assert int(rarity) >= 0
        seen.update(grams.split(" "))
    assert len(seen) == 32_000
    assert list_grams("不收押金") & seen


def test_a_likely_rule_is_a_rule_about_texts() -> None:
    head = json.loads(FOLDER.joinpath("likeness.json").read_text("utf-8"))
    assert set(head["rules"]) <= set(RULES)
    assert find_likeliest_rule("体检费用由应聘者自己先垫上") == "DEPOSIT_OR_FEE"


def test_what_readings_found_makes_a_text_more_likely_to_break_a_rule() -> None:
    text = "仓库理货员,工作八小时"
    assert measure_likeness(text, frozenset({"hit", "hit:FINE"})) > measure_likeness(
        text, frozenset()
    )


def test_a_text_without_known_words_goes_to_a_person_and_the_finding_says_so() -> None:
    (finding,) = screen_text(UNREAD, "duties")
    rule = RULES["SOCIAL_INSURANCE_WITHHELD"]
    assert (finding.code, finding.severity) == (rule.code, Severity.REVIEW)
    assert finding.basis == rule.basis
    assert [mark.text for mark in finding.marks] == [UNREAD]
    assert finding.message.startswith("No known wording was found")
    assert finding.message_zh.endswith(rule.message_zh)


@pytest.mark.parametrize("field", ["address", "places.1.address", "occupationText", "reason"])
def test_names_and_reasons_are_left_to_the_readings(field: str) -> None:
    assert screen_text(UNREAD, field) == ()
    assert [each.code for each in screen_text("限男性", field)] == ["SEX_DISCRIMINATION"]


@pytest.mark.parametrize(
    "text",
    ["急聘！叉车司机（包吃住）", "下岗失业人员优先录用", "3元/件；底薪4000元/月", "18岁以下勿扰"],
)
def test_a_short_lawful_text_passes(text: str) -> None:
    assert screen_text(text, "title") == ()


def test_a_long_text_is_left_to_the_readings() -> None:
    harmless = "负责仓库收货发货，当天结清工资。" * 30
    assert [each.is_likeness for each in read_statements(UNREAD)] == [True]
    assert read_statements(harmless + UNREAD) == ()


@pytest.mark.parametrize(
    "text",
    [
        "公司负责全部体检费用，当天结清工资",
        "负责整理法院卷宗，装订案卷材料",
        "每周休息两天，每天工作八小时",
    ],
)
def test_plain_texts_pass(text: str) -> None:
    assert screen_text(text, "duties") == ()


def test_a_question_that_a_host_repeats_is_not_refused() -> None:
    text = "刚才有位朋友问，咱们小店是不是不交社保。交的，法律规定的，入职当月就能在手机上查到。"
    assert all(each.severity is not Severity.REFUSE for each in screen_text(text, "duties"))
