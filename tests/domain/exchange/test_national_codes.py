"""Every column of the open data is mapped to a national standard, or named as not mapped."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain

from domain.exchange.national_codes import (
    MAPPINGS,
    UNMAPPED,
    build_national_codes,
    list_column_names,
)
from domain.exchange.open_data_columns import COLUMNS
from domain.postings.requirements import RequiredEducation
from domain.reference.occupations import Occupation

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_each_column_is_mapped_or_named_as_not_mapped_once() -> None:
    mapped = chain.from_iterable(mapping.columns for mapping in MAPPINGS)
    assert Counter([*mapped, *UNMAPPED]) == Counter(list_column_names())


def test_names_in_two_languages_are_no_columns_of_their_own() -> None:
    names = {*list_column_names()}
    others = {column.name for column in COLUMNS} - names
    assert {"shift_zh", "shift_en", "place_zh"} <= others
    assert all(name.endswith(("_zh", "_en")) for name in others)


def test_each_code_of_a_mapped_list_has_an_equivalent_or_is_missing() -> None:
    by_column = {mapping.columns[0]: mapping for mapping in MAPPINGS}
    for column, kind in (("education", RequiredEducation), ("occupation", Occupation)):
        mapping = by_column[column]
        assert {*mapping.codes} | {*mapping.missing} == {*kind}
        assert not {*mapping.codes} & {*mapping.missing}


def test_what_was_not_compared_with_the_standard_is_marked() -> None:
    built = build_national_codes()
    education = next(each for each in built["mapped"] if each["columns"] == ("education",))
    assert education["codes"]["COLLEGE"] == {
        "code": "30",
        "zh": "大学专科教育",
        "checked": False,
    }
    assert education["missing"] == ["NONE"]
    assert built["unionLists"]["mapped"] is False
    reasons = (*built["unmapped"], *built["withoutColumn"])
    assert all(each["en"] and CHINESE.search(each["zh"]) for each in reasons)
