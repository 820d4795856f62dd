"""Code lists that are built from enumerations."""

from __future__ import annotations

from collections import Counter

import pytest

from domain.labels import Labelled
from domain.postings.postings import EmploymentType
from domain.reference.code_lists import (
    CodeEntry,
    CodeList,
    build_code_list,
    build_occupation_list,
)
from domain.reference.occupations import Occupation, occupation_names


class _Colour(Labelled):
    RED = "RED", "红"
    DARK_BLUE = "DARK_BLUE", "深蓝"
    GREEN = "GREEN", "绿", "Grass green"


def test_the_english_label_is_derived_unless_one_is_given() -> None:
    assert [(colour.zh, colour.en) for colour in _Colour] == [
        ("红", "Red"),
        ("深蓝", "Dark blue"),
        ("绿", "Grass green"),
    ]


def test_a_code_list_has_every_code_in_order() -> None:
    found = build_code_list(EmploymentType)
    assert found.name == "EmploymentType"
    assert [entry.code for entry in found.entries] == list(EmploymentType)
    assert found.entries[0] == CodeEntry(code="FULL_TIME", zh="全职", en="Full time")


def test_occupations_come_with_their_synonyms() -> None:
    welder = build_occupation_list().entries[1]
    assert (welder.code, welder.zh) == ("WELDER", "焊工")
    assert {"电焊工", "焊接工"} <= set(welder.synonyms)


@pytest.mark.parametrize(
    "changed",
    [
        (CodeEntry(code="A", zh="甲", en="A"),),
        (CodeEntry(code="A", zh="甲", en="A"), CodeEntry(code="B", zh="乙", en="Second")),
        (
            CodeEntry(code="A", zh="甲", en="A", synonyms=("一",)),
            CodeEntry(code="B", zh="乙", en="B"),
        ),
    ],
)
def test_a_changed_code_list_has_another_version(changed: tuple[CodeEntry, ...]) -> None:
    entries = (CodeEntry(code="A", zh="甲", en="A"), CodeEntry(code="B", zh="乙", en="B"))
    before = CodeList(name="X", entries=entries)
    assert before.version == CodeList(name="X", entries=entries).version
    assert before.version != CodeList(name="X", entries=changed).version


def test_every_occupation_but_other_has_synonyms_of_its_own() -> None:
    assert all(
        len(occupation_names(each)) > 1 for each in Occupation if each is not Occupation.OTHER
    )
    names = Counter(name for occupation in Occupation for name in occupation_names(occupation))
    assert max(names.values()) == 1
    assert occupation_names(Occupation.OTHER) == ()
    assert occupation_names(Occupation.WELDER)[0] == "焊工"
