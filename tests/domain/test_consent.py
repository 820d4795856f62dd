from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import FIRST, check_consent, consent_text
from domain.errors import ConsentRequired

words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@given(words, words)
def test_the_text_names_recipient_and_posting_and_carries_its_hash(
    employer: str, title: str
) -> None:
    text = consent_text(FIRST, employer, title)
    assert text.version == "1"
    assert employer in text.body
    assert title in text.body
    assert text.sha256 == sha256(text.body.encode()).hexdigest()
    assert text == consent_text(FIRST, employer, title)


def test_the_text_says_what_the_law_asks_for() -> None:
    body = consent_text(FIRST, "嘉兴某某公司", "电工").body
    for part in ("接收方", "联系方式", "处理者", "目的", "方式", "信息种类", "3年", "撤回同意"):
        assert part in body
    for article in ("第十四条", "第十五条", "第二十三条", "PIPL art. 14, 15, 23"):
        assert article in body
    assert "via the union's service desk" in body


def test_another_employer_posting_or_contact_is_another_text() -> None:
    texts = [
        consent_text(FIRST, "甲公司", "电工"),
        consent_text(FIRST, "乙公司", "电工"),
        consent_text(FIRST, "甲公司", "焊工"),
        consent_text(FIRST, "甲公司", "电工", contact="hr@example.com"),
    ]
    assert len({text.sha256 for text in texts}) == 4
    assert "hr@example.com" in texts[3].body


def test_a_title_cannot_add_a_clause() -> None:
    body = consent_text(FIRST, "甲\n八、另一条", "电工\r\n九、{version}\u2028十、").body
    assert len(body.splitlines()) == len(consent_text(FIRST, "甲", "电工").body.splitlines())
    assert "{version}" in body


def test_consent_to_the_current_version_passes() -> None:
    current = consent_text(FIRST, "甲公司", "电工")
    check_consent("1", current)


@pytest.mark.parametrize("version", [None, "", "0", "2", "1 "])
def test_no_consent_or_another_version_is_refused_and_says_what_to_do(version: str | None) -> None:
    with pytest.raises(ConsentRequired, match='version "1"') as caught:
        check_consent(version, consent_text(FIRST, "甲公司", "电工"))
    assert caught.value.field == ("input", "consent", "textVersion")
