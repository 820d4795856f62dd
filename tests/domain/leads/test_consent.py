"""Consent texts: what they contain, which version counts, and which templates are valid."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.leads.consent import (
    FIRST_TEMPLATE,
    ConsentTemplate,
    ConsentText,
    Handler,
    check_consent,
    check_template,
    check_valid_from,
    render_consent_text,
)
from domain.reference.calendar import CHINA_TIMEZONE
from domain.refusals import ConsentRequired, InvalidInput

HANDLER = Handler(name="嘉兴市总工会", phone="0573-82345678")


def render(template: ConsentTemplate, employer: str, title: str, **more: Any) -> ConsentText:
    return render_consent_text(template, employer, title, **{"handler": HANDLER, **more})


words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@given(words, words)
def test_the_text_names_recipient_and_posting_and_carries_its_hash(
    employer: str, title: str
) -> None:
    text = render(FIRST_TEMPLATE, employer, title)
    assert text.version == "1"
    assert employer in text.body
    assert title in text.body
    assert text.sha256 == sha256(text.body.encode()).hexdigest()
    assert text == render(FIRST_TEMPLATE, employer, title)


def test_the_text_states_what_the_law_requires() -> None:
    body = render(FIRST_TEMPLATE, "嘉兴某某公司", "电工").body
    for part in ("接收方", "联系方式", "处理者", "目的", "方式", "信息种类", "3年", "撤回同意"):
        assert part in body
    for article in ("第十四条", "第十五条", "第二十三条", "PIPL art. 14, 15, 23"):
        assert article in body
    assert "via the union's service desk" in body
    assert body.count("嘉兴市总工会") == 2
    assert body.count("0573-82345678") == 3


def test_employer_posting_and_contact_change_the_text() -> None:
    texts = [
        render(FIRST_TEMPLATE, "甲公司", "电工"),
        render(FIRST_TEMPLATE, "乙公司", "电工"),
        render(FIRST_TEMPLATE, "甲公司", "焊工"),
        render(FIRST_TEMPLATE, "甲公司", "电工", contact="hr@example.com"),
    ]
    texts += [
        render(FIRST_TEMPLATE, "甲公司", "电工", handler=replace(HANDLER, name="嘉善县总工会")),
        render(FIRST_TEMPLATE, "甲公司", "电工", handler=replace(HANDLER, phone="12351")),
    ]
    assert len({text.sha256 for text in texts}) == 6
    assert "hr@example.com" in texts[3].body


def test_a_title_cannot_add_a_clause() -> None:
    body = render(FIRST_TEMPLATE, "甲\n八、另一条", "电工\r\n九、{version}\u2028十、").body
    assert len(body.splitlines()) == len(render(FIRST_TEMPLATE, "甲", "电工").body.splitlines())
    assert "{version}" in body


def test_consent_to_the_current_version_passes() -> None:
    current = render(FIRST_TEMPLATE, "甲公司", "电工")
    check_consent("1", current)


@pytest.mark.parametrize("version", [None, "", "0", "2", "1 "])
def test_no_consent_or_another_version_is_refused_and_says_what_to_do(version: str | None) -> None:
    with pytest.raises(ConsentRequired) as caught:
        check_consent(version, render(FIRST_TEMPLATE, "甲公司", "电工"))
    assert caught.value.field == ("input", "consent", "textVersion")
    assert 'version "1"' in str(caught.value.hint)


def test_a_digest_that_is_given_has_to_be_that_of_the_current_text() -> None:
    current = render(FIRST_TEMPLATE, "甲公司", "电工")
    check_consent("1", current, given_sha256=current.sha256)
    for digest in ("", render(FIRST_TEMPLATE, "乙公司", "电工").sha256):
        with pytest.raises(ConsentRequired):
            check_consent("1", current, given_sha256=digest)


AT = datetime(2026, 10, 1, tzinfo=UTC)
BODY = "我同意工会将姓名和手机号码提供给{employer}，仅用于岗位{posting}。" * 2


def template(body: str, number: int = 2) -> ConsentTemplate:
    return ConsentTemplate(number=number, body=body, valid_from=AT, created_by="officer")


def test_a_template_is_filled_in_one_pass() -> None:
    text = render(
        template("{employer}|{posting}|{version}|{union}|{union_phone}|{contact}"),
        "{posting}",
        "{x}",
        handler=Handler(name="{version}", phone="12351"),
    )
    assert text.version == "2"
    assert text.body.split("|")[:5] == ["{posting}", "{x}", "2", "{version}", "12351"]


def test_the_first_text_is_a_template_that_could_be_published() -> None:
    assert check_template(FIRST_TEMPLATE.body, ("template",)) == FIRST_TEMPLATE.body.strip()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{employer}{posting}",
        BODY.replace("{employer}", ""),
        BODY.replace("{posting}", ""),
        BODY + "{name}",
        BODY + "{employer.name}",
        BODY + "}",
        BODY + "长" * 5_000,
        BODY + "11010519491231002X",
    ],
)
def test_a_template_that_cannot_be_a_consent_is_refused(body: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_template(body, ("input", "template"))
    assert refused.value.field == ("input", "template")


def test_a_template_is_valid_at_once_or_within_a_year() -> None:
    field = ("validFrom",)
    assert check_valid_from(None, AT, field) == AT
    assert check_valid_from(AT, AT, field) == AT
    later = AT + timedelta(days=366)
    assert check_valid_from(later.astimezone(CHINA_TIMEZONE), AT, field) == later
    for wrong in (AT - timedelta(seconds=1), later + timedelta(seconds=1), datetime(2026, 10, 2)):  # noqa: DTZ001 - without a zone is what is wrong
        with pytest.raises(InvalidInput):
            check_valid_from(wrong, AT, field)
