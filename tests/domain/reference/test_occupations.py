"""The list of occupations: codes, classes, licences, and what earlier versions know."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest

from domain.reference.code_lists import LICENCES, SKILLS, find_entry
from domain.reference.occupation_classes import (
    OCCUPATION_CLASSES,
    ClassLevel,
    list_class_path,
    list_subclasses,
)
from domain.reference.occupations import (
    FIRST_OCCUPATIONS,
    MAX_ADDED_OCCUPATIONS,
    Occupation,
    details_of,
    find_occupation,
    needs_licence,
    occupation_names,
)

FIRST_CODES = """
ELECTRICIAN WELDER CRANE_OPERATOR NETWORK_PROGRAMMER CHILDCARE_WORKER ECOMMERCE_STREAMER
CATERING_SUPERVISOR REFINERY_ELECTRICIAN PASTRY_COOK GENERAL_WORKER SECURITY_GUARD CLERK SALES
DELIVERY_RIDER MATERNITY_NANNY COURIER RIDE_HAILING_DRIVER SANITATION_WORKER INDUSTRIAL_ROBOTICS
INDUSTRIAL_DESIGNER OTHER
"""
LISTED = [each for each in Occupation if each is not Occupation.OTHER]
_CLASS_CODE = re.compile(r"[1-8]-\d\d-\d\d(-\d\d)?")


def test_the_list_starts_with_the_codes_that_earlier_versions_know() -> None:
    assert [each.value for each in FIRST_OCCUPATIONS] == FIRST_CODES.split()
    assert tuple(Occupation)[: len(FIRST_OCCUPATIONS)] == FIRST_OCCUPATIONS
    assert len(LISTED) >= 400


def test_no_row_is_moved_or_removed() -> None:
    codes = " ".join(tuple(Occupation)[:418])
    assert sha256(codes.encode()).hexdigest()[:16] == "087e6dbef7b4aa97"


@pytest.mark.parametrize("occupation", LISTED)
def test_a_row_is_complete(occupation: Occupation) -> None:
    details = details_of(occupation)
    assert details is not None
    assert (details.zh, details.en) == (occupation.zh, occupation.en)
    assert _CLASS_CODE.fullmatch(details.class_code)
    levels = [each.level for each in list_class_path(details.class_code)]
    assert levels == [ClassLevel.MAJOR, ClassLevel.MIDDLE, ClassLevel.SMALL]
    assert re.fullmatch(r"\d{4}", details.isco)
    assert all(find_entry(LICENCES, code) for code in details.licences)
    assert re.fullmatch(r"[A-Z0-9][A-Z0-9_]{0,39}", occupation.value)


def test_the_classes_form_a_tree() -> None:
    majors = list_subclasses(None)
    assert [each.code for each in majors] == list("12345678")
    found = {each.code: each for each in majors}
    for level in (ClassLevel.MIDDLE, ClassLevel.SMALL):
        below = [each for code in found for each in list_subclasses(code)]
        found |= {each.code: each for each in below if each.level is level}
    assert found.keys() == OCCUPATION_CLASSES.keys()


@pytest.mark.parametrize(
    ("text", "code"),
    [("低压电工证", "ELECTRIC_LOW"), ("叉车证（N1）", "FORKLIFT"), ("health_cert", "HEALTH_CERT")],
)
def test_a_licence_is_found_by_code_and_name(text: str, code: str) -> None:
    found = find_entry(LICENCES, text)
    assert found is not None
    assert found.code == code


def test_licences_and_skills_have_names_of_their_own() -> None:
    for code_list in (LICENCES, SKILLS):
        names = [name for entry in code_list.entries for name in (entry.zh, *entry.synonyms)]
        assert len({name.casefold() for name in names}) == len(names)
        assert len({entry.code for entry in code_list.entries}) == len(code_list.entries)


@pytest.mark.parametrize(
    "code", ["ADDED_0", "ADDED_01", f"ADDED_{MAX_ADDED_OCCUPATIONS + 1}", "added_1", "WELDR", ""]
)
def test_other_codes_are_none(code: str) -> None:
    assert find_occupation(code) is None


def test_an_added_code_is_equal_to_itself_and_no_member() -> None:
    added = find_occupation("ADDED_12")
    assert added is not None
    assert added == find_occupation("ADDED_12")
    assert added not in tuple(Occupation)
    assert added.added_number == 12
    assert occupation_names(added) == ()
    assert details_of(added) is None


def test_licences_that_take_time_are_told_from_those_of_a_day() -> None:
    assert needs_licence(Occupation.WELDER)
    assert not needs_licence(Occupation["COOK"])
    assert not needs_licence(Occupation.SECURITY_GUARD)
