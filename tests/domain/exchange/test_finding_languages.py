"""The Chinese text of every finding about a table says what the English one says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.exchange import imports
from domain.exchange.headings import (
    check_choices,
    check_headings,
    find_headings,
    guess_columns,
)
from domain.exchange.import_columns import COLUMNS_BY_KIND, POSTING_COLUMNS
from domain.exchange.import_rows import finding_from_refusal, parse_row
from domain.exchange.imports import ImportKind
from domain.exchange.occupation_cells import note_occupation
from domain.exchange.row_terms import build_terms
from domain.exchange.table_marks import LOST_CHARACTER, MERGED_ACROSS, MERGED_DOWN
from domain.labels import Labelled
from domain.postings.postings import Finding
from domain.postings.term_bounds import check_terms
from domain.refusals import InvalidInput
from tests.domain.posting_terms_samples import posting_terms

TODAY = date(2026, 10, 1)
EXAMPLE = {column.key: column.example for column in POSTING_COLUMNS} | {"validUntil": "2026-12-01"}
DAMAGED = [f"ab{LOST_CHARACTER}", "3.2E+17", MERGED_ACROSS, f"{MERGED_DOWN}5"]
WRONG = [
    *("", "x", "面议", "最高8000", "0", "-5", "25.405", "1e9", "99", "150", "很多", "看情况"),
    *("八点", "25:99", "明天", "2026-02-30", "2035-01-01", "仅限农民工", "不限男女、女", "\x07"),
    *("8000-5000", "8天", "元/天", "11010519491231002X", "字" * 5_000, "１２３４５６７８９０１２"),
]
_NUMBERS = re.compile(r"\d+(?:[,.:/-]?\d+)*", re.ASCII)
_QUOTED = re.compile(r"“[^”]*”")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
# "One of A, B, C" and "可选项中：甲、乙、丙": a code and its name stand for the same.
_LISTS = re.compile(r"(?:one of|(?:Any|One) of) ([A-Z_, ]+)\.?$")
_LISTS_ZH = re.compile(r"(?:可选项中|单选|用顿号分隔)：([^。]+)。$")


def find_numbers(text: str) -> set[str]:
    return {number.replace(",", "") for number in _NUMBERS.findall(_QUOTED.sub("", text))}


def assert_same_in_both(finding: Finding) -> None:
    english, chinese = finding.message, finding.message_zh
    assert _CHINESE.search(chinese), chinese
    assert set(_QUOTED.findall(english)) <= set(_QUOTED.findall(chinese)), (english, chinese)
    for quoted in _QUOTED.findall(chinese):
        assert quoted[1:-1] in english, (english, chinese)
    listed, listed_zh = _LISTS.search(english), _LISTS_ZH.search(chinese)
    assert (listed is None) == (listed_zh is None), (english, chinese)
    if listed is not None and listed_zh is not None:
        codes, names = listed[1].split(", "), listed_zh[1].split("、")
        assert names == [name_of(code, names) for code in codes]
        return
    assert find_numbers(english) == find_numbers(chinese), (english, chinese)
    for words in _CHINESE.findall(_QUOTED.sub("", english)):
        assert words in chinese, (english, chinese)


def name_of(code: str, names: list[str]) -> str:
    """Return the Chinese name of a code in the enumeration that the names are of."""
    for column in (column for columns in COLUMNS_BY_KIND.values() for column in columns):
        kind: type[Labelled] | None = column.enumeration
        if kind is not None and [member.zh for member in kind] == names:
            return next(member.zh for member in kind if member.value == code)
    raise AssertionError(names)


def findings_of(row: dict[str, str]) -> Iterator[Finding]:
    values, findings = parse_row(ImportKind.POSTINGS, list(row), list(row.values()))
    yield from findings
    if any(each.severity == "REFUSE" for each in findings):
        return
    try:
        terms = build_terms(values)
        yield from note_occupation(terms)
        check_terms(replace(terms, valid_until=min(terms.valid_until, date(2027, 9, 1))), TODAY)
    except InvalidInput as refusal:
        yield finding_from_refusal(refusal)


@pytest.mark.parametrize("key", EXAMPLE)
def test_findings_about_a_cell_say_the_same_in_both_languages(key: str) -> None:
    found = [each for cell in (*WRONG, *DAMAGED) for each in findings_of(EXAMPLE | {key: cell})]
    assert found
    for finding in found:
        assert_same_in_both(finding)


@given(st.sampled_from(list(EXAMPLE)), st.text(max_size=30))
def test_findings_about_any_text_say_the_same(key: str, cell: str) -> None:
    for finding in findings_of(EXAMPLE | {key: cell.replace("“", "").replace("”", "")}):
        assert_same_in_both(finding)


@pytest.mark.parametrize(
    "finding", [each for each in vars(imports).values() if isinstance(each, Finding)]
)
def test_findings_about_a_whole_row_say_the_same(finding: Finding) -> None:
    assert_same_in_both(finding)


@pytest.mark.parametrize(
    "headings",
    [
        ["联系人的爱好"],
        ["岗位编号", "岗位编号"],
        ["岗位名称"],
        ["岗位名秤"],
        [column.zh for column in POSTING_COLUMNS][:12],
        ["工资", "基本工资"],
    ],
)
def test_refusals_about_headings_name_the_same_columns(headings: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_headings(ImportKind.POSTINGS, guess_columns(ImportKind.POSTINGS, headings))
    assert_same_in_both(finding_from_refusal(refused.value))


def test_refusals_about_chosen_columns_say_the_same() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_choices(ImportKind.POSTINGS, {"薪资": "wage"})
    assert_same_in_both(finding_from_refusal(refused.value))
    assert find_headings(ImportKind.POSTINGS, [["x"]]).matches


def test_a_last_day_too_far_ahead_says_the_same() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_terms(posting_terms(valid_until=TODAY + timedelta(days=400)), TODAY)
    assert_same_in_both(finding_from_refusal(refused.value))
