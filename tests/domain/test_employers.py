from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.employers import check_character, check_credit_code
from domain.errors import InvalidInput

FIELD = ("input", "creditCode")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
stems = st.text(ALPHABET, min_size=17, max_size=17)


@given(stems)
def test_a_code_with_its_check_character_passes(stem: str) -> None:
    code = stem + check_character(stem)
    assert check_credit_code(f" {code.lower()} ", FIELD) == code


@given(stems, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_always_noticed(stem: str, place: int, typed: str) -> None:
    code = stem + check_character(stem)
    mistyped = code[:place] + typed + code[place + 1 :]
    if mistyped != code:
        with pytest.raises(InvalidInput) as caught:
            check_credit_code(mistyped, FIELD)
        assert caught.value.field == FIELD


def test_a_published_code_passes() -> None:
    assert check_credit_code("91350100M000100Y43", FIELD) == "91350100M000100Y43"


@pytest.mark.parametrize(
    "raw", ["", "9135", "91350100M000100Y430", "91350100I000100Y43", "九" * 18]
)
def test_what_is_no_code_is_refused(raw: str) -> None:
    with pytest.raises(InvalidInput, match="18 digits and letters"):
        check_credit_code(raw, FIELD)
