"""Highlights of search words in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.search.highlights import HighlightSpan, find_highlights
from domain.search.query_parser import SearchWord, parse_search

FIELD = ("filter", "search")


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
def test_search_words_are_highlighted(text: str, search: str, found: list[str]) -> None:
    assert marked(text, search) == found


def test_highlights_do_not_overlap_and_are_bounded() -> None:
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
def test_highlights_lie_within_the_text_in_order(text: str, search: str) -> None:
    found = find_highlights(text, parse_search(search, FIELD))
    ends = [place for mark in found for place in (mark.start, mark.end)]
    assert ends == sorted(ends)
    assert all(0 <= mark.start < mark.end <= len(text) for mark in found)
