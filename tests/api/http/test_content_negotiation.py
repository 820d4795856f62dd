"""Accept headers are read as RFC 9110 says, whatever is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.content_negotiation import choose_language, choose_media_type, parse_accept
from domain.languages import Language

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
OFFERED = (RESPONSE, JSON)


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/html", JSON),
        (JSON, JSON),
        (RESPONSE, RESPONSE),
        (f"{JSON}, {RESPONSE}", RESPONSE),
        (f"{JSON}, {RESPONSE};q=0", JSON),
        (f"{JSON}, {RESPONSE};q=0.5", JSON),
        (f"{JSON};q=0.5, {RESPONSE};q=0.500", RESPONSE),
        (f"{JSON}, {RESPONSE}x", JSON),
        (f"{JSON}, application/graphql-response+jsonx;q=1", JSON),
        (f'{JSON}; note="{RESPONSE}"', JSON),
        (f'{JSON}; note="a, {RESPONSE}, b"', JSON),
        (f'text/html; note="\\", {RESPONSE}', JSON),
        ("APPLICATION/GraphQL-Response+JSON", RESPONSE),
        (f"{JSON};Q=0.1, {RESPONSE};q=0.2", RESPONSE),
        (f"{JSON} ; q = 0.1 ,{RESPONSE} ; q = 0.05", JSON),
        (f"{RESPONSE};q=0, */*", JSON),
        (f"{RESPONSE};q=0.1, application/*;q=0.2", JSON),
        (f"{JSON};q=0, */*;q=0.1", RESPONSE),
        ("*/*;q=0", None),
        (f"{JSON};q=0, {RESPONSE};q=0", None),
        (f"{JSON};q=0", RESPONSE),
        (f"{RESPONSE};q=0", JSON),
        (f"{RESPONSE};q=2, {JSON}", JSON),
        (f"{RESPONSE};q=high", JSON),
        (f"{RESPONSE};charset=utf-8", RESPONSE),
        (",, ,", JSON),
    ],
)
def test_the_preferred_type_is_chosen(header: str, chosen: str | None) -> None:
    assert choose_media_type(header, OFFERED) == chosen


@given(st.text(alphabet='aq/*;,="\\ .01+-', max_size=60))
def test_any_header_is_read(header: str) -> None:
    assert choose_media_type(header, OFFERED) in {*OFFERED, None}
    assert all(0 <= each.quality <= 1 for each in parse_accept(header))


def test_a_long_header_is_read_in_one_pass() -> None:
    assert len(parse_accept(f"{JSON}," * 2_000)) == 2_000
    assert parse_accept('"' + "\\" * 30_000) == []
    assert parse_accept("a/b;" + ';"' * 15_000)[0].name == "a/b"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", Language.ENGLISH),
        ("zh", Language.CHINESE),
        ("ZH-cn", Language.CHINESE),
        ("zh-Hant-TW", Language.CHINESE),
        ("zh-CN,zh;q=0.9,en;q=0.8", Language.CHINESE),
        ("en-US,en;q=0.9,zh-CN;q=0.8", Language.ENGLISH),
        ("de, zh;q=0.1", Language.CHINESE),
        ("de", Language.ENGLISH),
        ("*", Language.ENGLISH),
        ("zh;q=0", Language.ENGLISH),
        ("zh;q=0, *", Language.ENGLISH),
        ("en;q=0.5, zh;q=0.7", Language.CHINESE),
        ("zh;q=0.5, en;q=0.5", Language.CHINESE),
        ("en;q=0.5, zh;q=0.5", Language.ENGLISH),
        ("zh;q=2", Language.ENGLISH),
        ('zh;a="x,en;q=1";q=0.5', Language.CHINESE),
        ("zhx, zh_CN", Language.ENGLISH),
    ],
)
def test_the_language_of_messages_follows_the_header(header: str, language: Language) -> None:
    assert choose_language(header) is language


@given(st.text(max_size=60))
def test_any_header_has_a_language(header: str) -> None:
    assert choose_language(header) in Language
