from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.regions import (
    PROVINCES,
    check_place_code,
    city_of,
    is_place_code,
    is_within,
    province_of,
)

FIELD = ("input", "placeCode")
codes = st.builds(
    lambda province, rest: f"{province[:2]}{rest:04}",
    st.sampled_from(sorted(PROVINCES)),
    st.integers(0, 9999),
)


def test_there_are_34_provinces() -> None:
    assert len(PROVINCES) == 34
    assert all(is_place_code(code) and province_of(code) == code for code in PROVINCES)


@given(codes)
def test_a_place_lies_in_itself_its_city_and_its_province(code: str) -> None:
    assert check_place_code(code, FIELD) == code
    assert is_within(code, code)
    assert is_within(code, city_of(code))
    assert is_within(code, province_of(code))


@given(codes, codes)
def test_a_place_lies_in_no_region_of_another_province(code: str, region: str) -> None:
    assert not is_within(code, region) or province_of(code) == province_of(region)


@pytest.mark.parametrize(
    ("code", "region", "within"),
    [
        ("330402", "330000", True),
        ("330402", "330400", True),
        ("330402", "330402", True),
        ("330402", "330300", False),
        ("330402", "330411", False),
        ("330400", "330402", False),
        ("330000", "330400", False),
        ("610100", "330000", False),
    ],
)
def test_a_region_holds_its_subtree_and_nothing_else(code: str, region: str, within: bool) -> None:
    assert is_within(code, region) is within


@pytest.mark.parametrize(
    "code", ["", "33", "3304020", "990000", "33040a", "３３０４０２", "33 402", "000000", "²30000"]
)
def test_a_wrong_code_is_refused_with_its_field(code: str) -> None:
    with pytest.raises(InvalidInput, match="GB/T 2260") as caught:
        check_place_code(code, FIELD)
    assert caught.value.field == FIELD


@given(st.text(max_size=8))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    if is_place_code(text):
        assert check_place_code(text, FIELD) == text
    else:
        with pytest.raises(InvalidInput):
            check_place_code(text, FIELD)
