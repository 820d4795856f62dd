"""Headings as offices write them: titles above, two levels, words of their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.exchange.headings import (
    LEFT_OUT,
    check_choices,
    check_headings,
    find_headings,
    find_missing_columns,
    guess_columns,
)
from domain.exchange.import_columns import POSTING_COLUMNS
from domain.exchange.imports import ImportKind
from domain.exchange.table_marks import MERGED_ACROSS, MERGED_DOWN
from domain.refusals import InvalidInput

POSTINGS = ImportKind.POSTINGS
PLAIN = ["岗位名称", "招聘人数", "基本工资"]
KEYS = ["title", "headcount", "pay.amount"]
ROW = ["电工", "3", "6500"]

ABOVE = {
    "nothing": [],
    "a title": [["2026年春风行动岗位汇总表"]],
    "a merged title": [["岗位汇总表", MERGED_ACROSS, MERGED_ACROSS]],
    "a title and a line about the form": [
        ["某市总工会招聘岗位表"],
        ["填表单位：某某公司", "", "填表日期：2026年3月1日"],
    ],
    "a line of remarks": [["说明：工资为税前", "", ""], ["请于周五前报送"]],
}


@pytest.mark.parametrize("above", ABOVE.values(), ids=list(ABOVE))
def test_rows_above_the_headings_are_passed_over(above: list[list[str]]) -> None:
    found = find_headings(POSTINGS, [*above, PLAIN, ROW, ROW])
    assert found.rows_used == len(above) + 1
    assert [match.key for match in found.matches] == KEYS


TWO_LEVELS = {
    "merged": (
        [f"{MERGED_DOWN}岗位名称", f"{MERGED_DOWN}招聘人数", "工资", MERGED_ACROSS, MERGED_ACROSS],
        [f"{MERGED_DOWN}岗位名称", f"{MERGED_DOWN}招聘人数", "最低", "最高", "周期"],
    ),
    "saved as CSV": (
        ["岗位名称", "招聘人数", "工资", "", ""],
        ["", "", "最低", "最高", "周期"],
    ),
    "groups above every column": (
        ["岗位信息", MERGED_ACROSS, "薪酬", MERGED_ACROSS, MERGED_ACROSS],
        ["岗位名称", "招聘人数", "工资下限", "工资上限", "计薪周期"],
    ),
    "a remark in the lower level": (
        ["岗位名称", "招聘人数（人）", "薪资", "", ""],
        ["", "", "最低（元）", "最高（元）", ""],
    ),
}


@pytest.mark.parametrize("levels", TWO_LEVELS.values(), ids=list(TWO_LEVELS))
@pytest.mark.parametrize("above", [[], [["岗位汇总表"]]])
def test_headings_of_two_levels_are_read_as_one(
    levels: tuple[list[str], list[str]], above: list[list[str]]
) -> None:
    found = find_headings(POSTINGS, [*above, *levels, ["电工", "3", "5000", "8000", "元/月"]])
    assert found.rows_used == len(above) + 2
    keys = [match.key for match in found.matches]
    assert keys[:4] == ["title", "headcount", "pay.from", "pay.to"]
    assert keys[4] in {"pay.period", ""}


def test_a_row_of_data_is_not_taken_for_a_second_level() -> None:
    found = find_headings(POSTINGS, [PLAIN, ["其他", "若干", "工资面议"], ROW])
    assert found.rows_used == 1


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("薪资（元/月）", "pay.amount"),
        ("招聘工种", "title"),
        ("需求人数", "headcount"),
        ("福利待遇", "benefits"),
        ("学历", "education"),
        ("工作地点", "address"),
        ("用工性质", "employmentType"),
    ],
)
def test_the_usual_words_of_offices_are_certain(heading: str, key: str) -> None:
    (match,) = guess_columns(POSTINGS, [heading])
    assert (match.key, match.certain) == (key, True)


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("岗位薪资待遇情况", "pay.amount"),
        ("拟招聘人数合计", "headcount"),
        ("岗位名秤", "title"),
        ("主要工作内容", "duties"),
    ],
)
def test_similar_words_are_a_guess_that_must_be_confirmed(heading: str, key: str) -> None:
    matches = guess_columns(POSTINGS, [heading])
    assert (matches[0].key, matches[0].certain) == (key, False)
    with pytest.raises(InvalidInput, match="seems to be") as refused:
        check_headings(POSTINGS, matches)
    assert heading in refused.value.message_zh
    (confirmed,) = guess_columns(POSTINGS, [heading], {heading: key})
    assert (confirmed.key, confirmed.certain) == (key, True)


def test_a_guess_never_takes_a_column_that_another_heading_names() -> None:
    matches = guess_columns(POSTINGS, ["岗位名称", "岗位名称备注说明"])
    assert [match.key for match in matches] == ["title", ""]


def test_a_choice_can_correct_a_guess_and_leave_a_column_out() -> None:
    chosen = check_choices(POSTINGS, {"岗位薪资待遇情况": "duties", "联系人": None})
    matches = guess_columns(POSTINGS, ["岗位薪资待遇情况", "联系人", "序号"], chosen)
    assert [match.key for match in matches] == ["duties", LEFT_OUT, LEFT_OUT]


@pytest.mark.parametrize("heading", ["（备注）", "*", "："])
def test_a_heading_that_is_only_a_remark_is_unknown_and_not_left_out_silently(
    heading: str,
) -> None:
    matches = guess_columns(POSTINGS, [heading, ""])
    with pytest.raises(InvalidInput, match="is not known") as refused:
        check_headings(POSTINGS, matches)
    assert heading in refused.value.message_zh
    chosen = check_choices(POSTINGS, {heading: None})
    assert [match.key for match in guess_columns(POSTINGS, [heading, ""], chosen)] == [LEFT_OUT, ""]


def test_a_choice_for_no_heading_gives_empty_cells_no_meaning() -> None:
    title = ["岗位汇总表", *[""] * 9]
    chosen = check_choices(POSTINGS, {"": None})
    found = find_headings(POSTINGS, [title, [*PLAIN, ""], ROW], chosen)
    assert found.rows_used == 2
    assert [match.key for match in found.matches] == [*KEYS, ""]


def test_a_choice_of_no_column_is_refused() -> None:
    with pytest.raises(InvalidInput, match="null or one of") as refused:
        check_choices(POSTINGS, {"联系人": "contact"})
    assert refused.value.field == ("columns",)


def test_row_numbers_are_no_numbers_of_jobs() -> None:
    assert guess_columns(POSTINGS, ["序号"])[0].key == LEFT_OUT


def test_missing_columns_are_named() -> None:
    required = {column.key for column in POSTING_COLUMNS if column.required}
    assert set(find_missing_columns(POSTINGS, guess_columns(POSTINGS, PLAIN))) == required


@given(
    st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=8), min_size=1, max_size=12),
    st.dictionaries(st.text(max_size=8), st.just("title"), max_size=3),
)
def test_any_rows_have_headings_and_no_two_guesses_are_equal(
    rows: list[list[str]], chosen: dict[str, str]
) -> None:
    found = find_headings(POSTINGS, rows, chosen)
    assert 1 <= found.rows_used <= len(rows)
    guessed = [match.key for match in found.matches if not match.certain]
    assert len(guessed) == len(set(guessed))
