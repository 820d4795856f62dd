"""Consent to matching: the current text, and who asked for it on the phone, and when."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest

from domain.refusals import ConsentRequired, InvalidInput
from domain.seekers.profile_consent import (
    PROFILE_CONSENT_TEXT,
    check_asked_at,
    make_profile_consent,
)
from tests.domain.matching_samples import FIXED_NOW


def test_the_text_names_purpose_kinds_rights_and_the_law() -> None:
    assert sha256(PROFILE_CONSENT_TEXT.body.encode()).hexdigest() == PROFILE_CONSENT_TEXT.sha256
    for part in (
        "目的",
        "信息种类",
        "拒绝自动匹配",
        "撤回同意",
        "第二十四条",
        "PIPL art. 14, 15, 24",
    ):
        assert part in PROFILE_CONSENT_TEXT.body


def test_a_consent_records_version_digest_time_and_officer() -> None:
    given = make_profile_consent("1", at=FIXED_NOW, asked_by="officer")
    assert (given.text_version, given.text_sha256) == ("1", PROFILE_CONSENT_TEXT.sha256)
    assert (given.at, given.asked_by) == (FIXED_NOW, "officer")


@pytest.mark.parametrize("version", [None, "", "2"])
def test_consent_to_the_current_text_is_required(version: str | None) -> None:
    with pytest.raises(ConsentRequired) as refused:
        make_profile_consent(version, at=FIXED_NOW)
    assert refused.value.field == ("input", "consent", "textVersion")


def test_a_device_whose_clock_is_a_minute_ahead_asked_now() -> None:
    assert check_asked_at(FIXED_NOW + timedelta(seconds=60), now=FIXED_NOW) == FIXED_NOW


def test_the_time_of_asking_is_within_the_last_week() -> None:
    assert check_asked_at(FIXED_NOW - timedelta(days=7), now=FIXED_NOW) == FIXED_NOW - timedelta(
        days=7
    )
    for wrong in (
        FIXED_NOW + timedelta(seconds=61),
        FIXED_NOW - timedelta(days=8),
        FIXED_NOW.replace(tzinfo=None),
    ):
        with pytest.raises(InvalidInput):
            check_asked_at(wrong, now=FIXED_NOW)
