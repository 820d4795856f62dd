"""Names, mobile numbers and identity-card numbers: checking, finding in text, and masking.

Messages never repeat the input, because messages are logged.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from domain.refusals import InvalidInput, PhoneInvalid
from domain.visible_characters import is_visible

_MAX_NAME_LENGTH = 50
_MAX_RAW_PHONE_LENGTH = 64
_PHONE_FIELD = ("input", "contact", "phone")
_NAME_FIELD = ("input", "contact", "name")
_UNREADABLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ZERO_WIDTH_CATEGORIES = frozenset({"Cf", "Mn", "Me"})
"""Invisible characters and combining marks."""
_SEPARATORS = re.compile(r"[\s().\u2010-\u2015-]+")
_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[0-9]{10})")
_DEMO_PREFIX = "144"
_E164 = re.compile(r"\+86(1[0-9]{10})")

_GAP = r"[\s.,/_·•、\u2010-\u2015-]{0,3}"
# The lookahead finds overlapping candidates. A run of more than 18 digits holds none.
_IDENTITY_CANDIDATE = re.compile(
    rf"(?<![0-9])(?=([0-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx])(?![0-9]))"
)
# Text of these characters only needs no normalisation: its digits are ASCII or full-width.
_PLAIN_CHARACTERS = re.compile(r"[\t\n\r\x20-\x7e\u3000-\u3020\u4e00-\u9fff\uff01-\uff5e·…“”‘’—–]*")
_NUMERALS = str.maketrans(
    "零〇○洞一壹幺么二贰貳两兩三叁參四肆五伍六陆陸七柒拐八捌九玖勾",
    "0000111122222333445566677788999",
)
"""Digits as they are written and as they are said on the telephone."""
_NUMERAL = f"[{''.join(map(chr, _NUMERALS))}]"
# Eleven numerals, separated as people separate what they dictate.
_SPELT_NUMBER = re.compile(rf"{_NUMERAL}(?:{_GAP}{_NUMERAL}){{10}}")
_MOBILE_DIGITS = re.compile(r"1[3-9][0-9]{9}")
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_DIGIT = re.compile(rf"[0-9\uff10-\uff19]|{_NUMERAL}")
_NOT_IN_IDENTITY = re.compile(r"[^0-9X]")
_BIRTH_DATE = re.compile(r"(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
# No digit may come directly before or after: an order or account number is no phone number. In
# the 3-4-4 grouping the separators may be any characters but letters and digits.
_PHONE_SEPARATOR = r"(?:[^\w\n]|_){1,3}"
_MOBILE_IN_TEXT = re.compile(
    r"(?<![0-9])(?:(?:0086|86)[ -]?)?"
    r"(?:1[ -]?[3-9](?:[ -]?[0-9]){9}"
    rf"|1[3-9][0-9]{_PHONE_SEPARATOR}[0-9]{{4}}{_PHONE_SEPARATOR}[0-9]{{4}})"
    r"(?![0-9])"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_PHONE = re.compile(r"(?<![0-9])(1[3-9][0-9])[ -]?[0-9]{4}[ -]?([0-9]{4})(?![0-9])")


def normalise_phone(raw: str, *, demo: bool, field: tuple[str, ...] = _PHONE_FIELD) -> str:
    """Return a Chinese mobile number in E.164 form: ``+86`` and eleven digits.

    Spaces, dashes, brackets, full-width digits, the prefixes +86, 0086 and 86, and invisible
    characters (as copied from an address book) are accepted. ``demo`` also admits 144 followed by
    eight digits; these are not valid numbers and reach nobody.

    :raises PhoneInvalid: it is not a valid mobile number.
    """
    refusal = PhoneInvalid(
        "Give a Chinese mobile number: eleven digits that begin with 1, with or without +86.",
        "请填写以1开头的11位中国大陆手机号码，可加+86。",
        field=field,
    )
    if len(raw) > _MAX_RAW_PHONE_LENGTH:
        raise refusal
    match = _MOBILE.fullmatch(_SEPARATORS.sub("", _strip_invisible(raw)))
    if match is None:
        raise refusal
    digits = match[1]
    # The numbering plan reserves 144 for machines: no person has such a number.
    if not (demo if digits.startswith(_DEMO_PREFIX) else _is_mobile(digits)):
        raise refusal
    return f"+86{digits}"


def _is_mobile(digits: str) -> bool:
    number = phonenumbers.parse(digits, "CN")
    return (
        phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    )


def check_name(raw: str, *, field: tuple[str, ...] = _NAME_FIELD) -> str:
    """Return a name without blanks at its ends, in Unicode normal form C.

    :raises InvalidInput: the name is empty, has over 50 characters or no letter, or holds invisible
        characters or an identity-card number.
    """
    # Normalising can make a text longer, so its length is checked before and after.
    name = unicodedata.normalize("NFC", raw[: _MAX_NAME_LENGTH * 4]).strip()
    if not name or len(name) > _MAX_NAME_LENGTH or len(raw) > _MAX_NAME_LENGTH * 4:
        raise InvalidInput(
            f"Give a name of 1 to {_MAX_NAME_LENGTH} characters.",
            f"请填写1至{_MAX_NAME_LENGTH}个字的名称。",
            field=field,
        )
    categories = {unicodedata.category(char) for char in name}
    has_letter = any(char.isalpha() and is_visible(char) for char in name)
    if categories & _UNREADABLE_CATEGORIES or not has_letter:
        raise InvalidInput(
            "Give a name in letters or Chinese characters, on one line.",
            "名称请使用汉字或字母，不要换行。",
            field=field,
        )
    if holds_identity_number(name):
        raise InvalidInput(
            "Give only the name: this service never collects identity-card numbers.",
            "请只填写名称，本服务不收集身份证号码。",
            field=field,
        )
    return name


def mask_name(name: str) -> str:
    """Return the first character and one star for each other one, at least one and at most two."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 2)


def mask_phone(phone: str) -> str:
    """Return the first three and last four digits of a number from :func:`normalise_phone`.

    Any other text is masked completely.
    """
    match = _E164.fullmatch(phone)
    return f"{match[1][:3]}****{match[1][-4:]}" if match else "****"


def mask_phones_in_text(text: str) -> str:
    """Return a text in which the middle digits of each mobile number are masked."""
    return _PHONE.sub(r"\1****\2", text)


def holds_identity_number(text: str) -> bool:
    """Return whether a text holds a citizen identity number (GB 11643-1999, 18 characters).

    A number counts if its date of birth and its check character are valid. Digits of any width or
    script are read, also as Chinese numerals, with up to three blanks, dots, commas or dashes
    between two digits; invisible characters are ignored.
    """
    if _has_fewer_digits(text, 17):
        return False
    return any(
        _is_identity_number(found[1])
        for found in _IDENTITY_CANDIDATE.finditer(_with_ascii_digits(text))
    )


def holds_mobile_number(text: str) -> bool:
    """Return whether a text holds eleven digits that read as a Chinese mobile number.

    Digits of any width or script are read, also as Chinese numerals, with or without +86, with
    single blanks or dashes between two digits (between numerals also commas), or in the grouping
    3-4-4 with up to three characters between the groups that are neither letters nor digits.
    Invisible characters are ignored.
    """
    if _has_fewer_digits(text, 11):
        return False
    digits = _with_ascii_digits(text)
    if _MOBILE_IN_TEXT.search(digits) is not None:
        return True
    return any(
        _MOBILE_DIGITS.fullmatch(_NOT_A_DIGIT.sub("", found[0].translate(_NUMERALS)))
        for found in _SPELT_NUMBER.finditer(_strip_invisible(text))
    )


def _strip_invisible(text: str) -> str:
    """Return the text in compatibility form (NFKC), without invisible characters."""
    normalised = unicodedata.normalize("NFKC", text)
    if normalised.isascii():
        return normalised
    return "".join(
        char for char in normalised if unicodedata.category(char) not in _ZERO_WIDTH_CATEGORIES
    )


def _has_fewer_digits(text: str, count: int) -> bool:
    """Return True if the text surely has fewer than ``count`` digits.

    This fast check settles most texts without normalising them.
    """
    return _PLAIN_CHARACTERS.fullmatch(text) is not None and len(_DIGIT.findall(text)) < count


def _with_ascii_digits(text: str) -> str:
    """Return the normalised text with the digits of every script, and numerals, as 0 to 9."""
    if text.isascii():
        return text
    # Before normalising, which makes "(1)" of a digit in brackets.
    return _strip_invisible("".join(map(_as_ascii_digit, text))).translate(_NUMERALS)


def _as_ascii_digit(char: str) -> str:
    digit = unicodedata.digit(char, None)
    return char if digit is None else str(digit)


def _is_identity_number(candidate: str) -> bool:
    number = _NOT_IN_IDENTITY.sub("", candidate.upper())
    weighted = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return (
        bool(_BIRTH_DATE.fullmatch(number[6:14])) and number[17] == _CHECK_CHARACTERS[weighted % 11]
    )
