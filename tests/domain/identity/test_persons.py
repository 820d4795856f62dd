"""Phones, names, masks, and the search for identity and mobile numbers in text."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity import persons
from domain.identity.persons import (
    check_name,
    holds_identity_number,
    holds_mobile_number,
    mask_name,
    mask_phone,
    normalise_phone,
)
from domain.refusals import ErrorCode, InvalidInput, PhoneInvalid

IDENTITY_NUMBER = "11010519491231002X"
tails = st.integers(0, 99_999_999).map(lambda number: f"{number:08}")
mobiles = st.builds(lambda head, tail: head + tail, st.sampled_from(["138", "199", "170"]), tails)


@pytest.mark.parametrize(
    "raw",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138–0013–8000",
        " +86 138 0013 8000 ",
        "+8613800138000",
        "008613800138000",
        "8613800138000",
        "(+86) 138.0013.8000",
        "１３８００１３８０００",
        "＋８６　１３８００１３８０００",
        "\u202d138 0013 8000\u202c",
        "\u2066+86 138\u200b0013\u200b8000\u2069",
        "\ufeff13800138000",
    ],
)
def test_usual_spellings_of_a_mobile_give_the_same_number(raw: str) -> None:
    assert normalise_phone(raw, demo=False) == "+8613800138000"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "1380013800",
        "138001380001",
        "12345678901",
        "010-12345678",
        "11012345678",
        "+1 650 253 0000",
        "+8513800138000",
        "1380013800a",
        "١٣٨٠٠١٣٨٠٠٠",
        "13800138000" + " " * 64,
        "+86+8613800138000",
    ],
)
def test_other_text_is_refused_as_a_phone_without_repeating_it(raw: str) -> None:
    for demo in (False, True):
        with pytest.raises(PhoneInvalid) as caught:
            normalise_phone(raw, demo=demo)
        assert caught.value.code is ErrorCode.PHONE_INVALID
        assert caught.value.field == ("input", "contact", "phone")
        assert not raw.strip() or raw.strip() not in caught.value.message
        assert caught.value.__cause__ is None


@given(tails)
def test_144_is_admitted_only_in_the_demo(tail: str) -> None:
    assert normalise_phone(f"144{tail}", demo=True) == f"+86144{tail}"
    with pytest.raises(PhoneInvalid):
        normalise_phone(f"144{tail}", demo=False)


@given(mobiles, st.booleans())
def test_normalising_is_idempotent(mobile: str, demo: bool) -> None:
    with suppress(PhoneInvalid):
        once = normalise_phone(mobile, demo=demo)
        assert once == f"+86{mobile}"
        assert normalise_phone(once, demo=demo) == once


@given(st.text(max_size=80))
def test_any_text_is_a_phone_or_is_refused(raw: str) -> None:
    with suppress(PhoneInvalid):
        assert len(normalise_phone(raw, demo=True)) == 14


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("王伟", "王伟"),
        (" 欧阳修\n", "欧阳修"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("O'Brien", "O'Brien"),
        ("e\u0301va", "\u00e9va"),
        ("王", "王"),
        ("𠮷" * 50, "𠮷" * 50),
    ],
)
def test_a_name_is_stripped_and_composed(raw: str, name: str) -> None:
    assert check_name(raw) == name


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "123",
        "---",
        "王\x00伟",
        "王\n伟",
        "王\u202e伟",
        "王\ud800",
        "王" * 51,
        " " * 201 + "王",
        f"王伟{IDENTITY_NUMBER}",
        "王伟 110105.1949.1231.002X",
    ],
)
def test_an_invalid_name_is_refused_with_its_field(raw: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_name(raw)
    assert caught.value.field == ("input", "contact", "name")


@given(st.text(max_size=210))
def test_a_checked_name_is_short_composed_and_stays_the_same(raw: str) -> None:
    with suppress(InvalidInput):
        name = check_name(raw)
        assert 1 <= len(name) <= 50
        assert name == name.strip() == unicodedata.normalize("NFC", name)
        assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王伟", "王*"), ("欧阳修", "欧**"), ("John Smith", "J**"), ("王", "王*"), ("", "*")],
)
def test_a_masked_name_shows_its_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text())
def test_a_masked_name_hides_the_rest_and_the_length(name: str) -> None:
    masked = mask_name(name)
    assert masked[:1] == (name[:1] or "*")
    assert set(masked[1:]) <= {"*"}
    assert len(masked) <= 3


@given(mobiles)
def test_a_masked_phone_shows_seven_digits(mobile: str) -> None:
    assert mask_phone(f"+86{mobile}") == f"{mobile[:3]}****{mobile[7:]}"


@pytest.mark.parametrize("phone", ["", "13800138000", "+16502530000", "+861380013800", "王伟"])
def test_other_text_is_masked_completely(phone: str) -> None:
    assert mask_phone(phone) == "****"


@pytest.mark.parametrize(
    "text",
    [
        IDENTITY_NUMBER,
        IDENTITY_NUMBER.lower(),
        f"身份证：{IDENTITY_NUMBER}，请联系",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002X",
        "110105-19491231-002X",
        f"10 {IDENTITY_NUMBER}",
        "440524188001010014",
        "110105\u200b19491231\u2060002X",
        "110105  1949 12 31  002 x",
        "110105.1949.12.31.002X",
        "110105–19491231·002X",
        "110105, 1949, 1231, 002, X",
        "1\ufe0f\u20e310105194912310\u030102X",
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X",
    ],
)
def test_an_identity_number_is_found_in_every_spelling(text: str) -> None:
    assert holds_identity_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "月薪3000-5000元，电话13800138000",
        "110105194912310021",
        "11010519491331002X",
        "1101051949123100",
        f"1{IDENTITY_NUMBER}",
        "91110108551385082Q",
        "6222021234567890123",
        "110105    19491231002X",
        "110105a19491231002X",
        "110105\u04351949123100\u04302X",
    ],
)
def test_other_numbers_are_not_identity_numbers(text: str) -> None:
    assert not holds_identity_number(text)


@given(st.text())
def test_any_text_can_be_searched_for_identity_numbers(text: str) -> None:
    assert holds_identity_number(f"{text} 号{IDENTITY_NUMBER}号 {text}")


@given(tails, st.sampled_from(["", " ", "-"]), st.sampled_from(["", "+86", "+86 ", "0086", "86-"]))
def test_a_mobile_number_is_found_in_every_grouping(tail: str, between: str, prefix: str) -> None:
    number = f"{prefix}138{between}{tail[:4]}{between}{tail[4:]}"
    assert holds_mobile_number(f"请打{number}，谢谢")


@pytest.mark.parametrize(
    "text",
    [
        "１３８００１３８０００",
        "138\u200b0013\u200b8000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "138.0013.8000",
        "138_0013_8000",
        "138 - 0013 - 8000",
        "138、0013、8000",
        "1\ufe0f\u20e33800138000",
        "١٣٨٠٠١٣٨٠٠٠",
    ],
)
def test_a_mobile_number_is_found_among_hiding_characters(text: str) -> None:
    assert holds_mobile_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12800138000",
        "1380013800",
        "138001380001",
        "20261102143055",
        "工资 3000-5000 元",
        "13.00-17.30，18.00 到岗",
        "138号0013室8000元",
    ],
)
def test_other_numbers_are_not_mobile_numbers(text: str) -> None:
    assert not holds_mobile_number(text)


def test_the_fast_digit_count_misses_no_digit() -> None:
    ordinary = [
        char for char in map(chr, range(0x10000)) if persons._PLAIN_CHARACTERS.fullmatch(char)
    ]
    read = [char for char in ordinary if re.search("[0-9]", persons._with_ascii_digits(char))]
    written = {*"0123456789０１２３４５６７８９", *map(chr, persons._NUMERALS)}
    assert set(read) == written & set(ordinary)
    assert all(persons._DIGIT.fullmatch(char) for char in read)
