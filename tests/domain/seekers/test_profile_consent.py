"""Consent to be matched: to the current text, with who asked on the phone and when."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest

from domain.errors import ConsentRequired, InvalidInput
from domain.seekers.profile_consent import TEXT, check_asked, consent_given
from tests.domain.people import AT


def test_the_text_names_purpose_kinds_rights_and_the_law() -> None:
    assert sha256(TEXT.body.encode()).hexdigest() == TEXT.sha256
    for part in (
        "目的",
        "信息种类",
        "拒绝自动匹配",
        "撤回同意",
        "第二十四条",
        "PIPL art. 14, 15, 24",
    ):
        assert part in TEXT.body


def test_a_consent_keeps_version_digest_time_and_who_asked() -> None:
    given = consent_given("1", at=AT, asked_by="officer")
    assert (given.text_version, given.text_sha256) == ("1", TEXT.sha256)
    assert (given.at, given.asked_by) == (AT, "officer")


@pytest.mark.parametrize("version", [None, "", "2"])
def test_without_consent_to_the_current_text_there_is_no_profile(version: str | None) -> None:
    with pytest.raises(ConsentRequired) as refused:
        consent_given(version, at=AT)
    assert refused.value.field == ("input", "consent", "textVersion")


def test_who_was_asked_was_asked_lately() -> None:
    assert check_asked(AT - timedelta(days=7), now=AT) == AT - timedelta(days=7)
    for wrong in (AT + timedelta(seconds=1), AT - timedelta(days=8), AT.replace(tzinfo=None)):
        with pytest.raises(InvalidInput):
            check_asked(wrong, now=AT)
