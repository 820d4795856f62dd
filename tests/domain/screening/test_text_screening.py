"""Screening of public texts apart from postings."""

from __future__ import annotations

import pytest

from domain.refusals import TextRefused
from domain.screening.text_screening import check_public_text


def test_a_public_text_with_a_forbidden_phrase_is_refused() -> None:
    check_public_text("五险一金，不收押金", ("input", "body"))
    with pytest.raises(TextRefused) as refused:
        check_public_text("月入过万，押金300元", ("input", "body"))
    assert [finding.code for finding in refused.value.findings] == ["LURE", "DEPOSIT_OR_FEE"]
    assert refused.value.field == ("input", "body")
