"""Credit codes of employers, and how long a check of their papers is valid."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.employers.employers import (
    CheckMethod,
    check_credit_code,
    compute_check_character,
    record_check,
)
from domain.refusals import InvalidInput
from tests.support import records

FIELD = ("input", "creditCode")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
stems = st.text(ALPHABET, min_size=17, max_size=17)


@given(stems)
def test_a_code_with_its_check_character_passes(stem: str) -> None:
    code = stem + compute_check_character(stem)
    assert check_credit_code(f" {code.lower()} ", FIELD) == code


@given(stems, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_always_refused(stem: str, place: int, typed: str) -> None:
    code = stem + compute_check_character(stem)
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
def test_other_text_is_refused_as_a_credit_code(raw: str) -> None:
    with pytest.raises(InvalidInput, match="18-character credit code"):
        check_credit_code(raw, FIELD)


@pytest.mark.parametrize("missing", [None, "licence", "handler_identity", "handler_authority"])
def test_a_passed_check_is_valid_for_six_months(missing: str | None) -> None:
    in_order = {
        part: part != missing for part in ("licence", "handler_identity", "handler_authority")
    }
    after, check = record_check(
        records.employer(),
        "check",
        method=CheckMethod.DOCUMENTS,
        note="",
        by="officer",
        at=records.FIXED_NOW,
        **in_order,
    )
    until = date(2027, 4, 1) if missing is None else None
    assert (after.verified_until, check.valid_until, after.checks) == (until, until, 2)
    assert check.is_passed is after.is_verified(date(2027, 4, 1)) is (missing is None)
    assert not after.is_verified(date(2027, 4, 2))
