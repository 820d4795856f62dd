from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.free_text import check_text

FIELD = ("input", "body")


@pytest.mark.parametrize("text", ["", "岗" * 10, "一\n二\r\n\t三"])
def test_text_up_to_its_bound_passes(text: str) -> None:
    check_text(text, 10, FIELD)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("岗" * 41, "at most 40 characters"),
        ("电\x00工", "without control characters"),
        ("电\x7f工", "without control characters"),
        ("电\ud800工", "without control characters"),
        ("身份证 11010519491231002X", "identity-card number"),
    ],
)
def test_what_cannot_be_shown_or_kept_is_refused_with_its_field(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        check_text(text, 40, FIELD)
    assert caught.value.field == FIELD
    assert text not in caught.value.message


@given(st.text())
def test_text_that_passes_can_be_sent(text: str) -> None:
    with suppress(InvalidInput):
        check_text(text, 100, FIELD)
        assert text.encode().decode() == text
