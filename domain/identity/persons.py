"""People: their names and phones, checked on the way in and masked on the way out.

No message here repeats what was given, because messages end up in logs.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from domain.errors import InvalidInput, PhoneInvalid

_MAX_NAME_LENGTH = 50
_MAX_RAW_PHONE_LENGTH = 64
_PHONE_FIELD = ("input", "contact", "phone")
_NAME_FIELD = ("input", "contact", "name")
_UNREADABLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ZERO_WIDTH_CATEGORIES = frozenset({"Cf", "Mn", "Me"})
"""What cannot be seen, and marks that lie upon the character before."""
_SEPARATORS = re.compile(r"[\s().\u2010-\u2015-]+")
_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[0-9]{10})")
_DEMO_PREFIX = "144"
_E164 = re.compile(r"\+86(1[0-9]{10})")

_GAP = r"[\s.,/_·•、\u2010-\u2015-]{0,3}"
# The lookahead finds candidates that overlap; a run of more than 18 digits holds none.
_IDENTITY_CANDIDATE = re.compile(
    rf"(?<![0-9])(?=([0-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx])(?![0-9]))"
)
# Characters of which none but these digits is one in any width or script, nor becomes one.
_PLAIN_CHARACTERS = re.compile(r"[\t\n\r\x20-\x7e\u3000-\u3020\u4e00-\u9fff\uff01-\uff5e·…“”‘’—–]*")
_DIGIT = re.compile(r"[0-9\uff10-\uff19]")
_NOT_IN_IDENTITY = re.compile(r"[^0-9X]")
_BIRTH_DATE = re.compile(r"(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
# The digits around it must end: a number of an order or of an account is no phone. What stands
# between three, four and four digits may be anything but letters.
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


def normalise_phone(raw: str, *, demo: bool) -> str:
    """The E.164 form of a Chinese mobile number, ``+86`` and eleven digits.

    Accepts spaces, dashes, brackets, full-width digits, the prefix +86, 0086 or 86, and what
    cannot be seen, which a number brings along that was copied from an address book. ``demo`` also
    admits 144 and eight digits, which are no valid numbers and so reach nobody.

    :raises PhoneInvalid: not a valid mobile number.
    """
    refused = PhoneInvalid(
        "Give a Chinese mobile number: eleven digits that begin with 1, such as the one on your "
        "SIM card, with or without +86.",
        field=_PHONE_FIELD,
    )
    if len(raw) > _MAX_RAW_PHONE_LENGTH:
        raise refused
    plain = _SEPARATORS.sub("", _strip_invisible(raw))
    match = _MOBILE.fullmatch(plain)
    if match is None:
        raise refused
    digits = match[1]
    # The numbering plan gives 144 to machines, so that no person is ever reached there.
    if not (demo if digits.startswith(_DEMO_PREFIX) else _is_mobile(digits)):
        raise refused
    return f"+86{digits}"


def _is_mobile(digits: str) -> bool:
    number = phonenumbers.parse(digits, "CN")
    return (
        phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    )


def check_name(raw: str, *, field: tuple[str, ...] = _NAME_FIELD) -> str:
    """The name without blanks around it, in Unicode normal form C.

    :raises InvalidInput: empty, over 50 characters, without a single letter, with characters
        that cannot be seen, or with an identity-card number.
    """
    # Normalising can lengthen a text, so that its length is checked before and after.
    name = unicodedata.normalize("NFC", raw[: _MAX_NAME_LENGTH * 4]).strip()
    if not name or len(name) > _MAX_NAME_LENGTH or len(raw) > _MAX_NAME_LENGTH * 4:
        raise InvalidInput(f"Give a name of 1 to {_MAX_NAME_LENGTH} characters.", field=field)
    kinds = {unicodedata.category(char) for char in name}
    if kinds & _UNREADABLE_CATEGORIES or not any(kind.startswith("L") for kind in kinds):
        raise InvalidInput(
            "Give a name in letters or Chinese characters, on one line.", field=field
        )
    if holds_identity_number(name):
        raise InvalidInput(
            "Give the name alone: identity-card numbers are never collected here.", field=field
        )
    return name


def mask_name(name: str) -> str:
    """The first character, and one star for each further one, one at least and two at most."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 2)


def mask_phone(phone: str) -> str:
    """The first three and last four digits of a number from :func:`normalise_phone`.

    Of anything else nothing is shown.
    """
    match = _E164.fullmatch(phone)
    return f"{match[1][:3]}****{match[1][-4:]}" if match else "****"


def mask_phones_in_text(text: str) -> str:
    """The text with the middle of each mobile number masked."""
    return _PHONE.sub(r"\1****\2", text)


def holds_identity_number(text: str) -> bool:
    """Whether a text holds a citizen's identity number (GB 11643-1999, 18 characters).

    One counts when its birthday and its check character are possible, also in the digits of
    another width or script, with up to three blanks, dots, commas or dashes between two of them,
    and with characters between that cannot be seen.
    """
    if _has_fewer_digits(text, 17):
        return False
    return any(
        _is_identity_number(found[1])
        for found in _IDENTITY_CANDIDATE.finditer(_with_ascii_digits(text))
    )


def holds_mobile_number(text: str) -> bool:
    """Whether a text holds eleven digits that read as a Chinese mobile number.

    Also in the digits of another width or script, after +86, with single blanks or dashes between,
    with whatever is no letter between three, four and four of them, or with characters between
    that cannot be seen.
    """
    return (
        not _has_fewer_digits(text, 11)
        and _MOBILE_IN_TEXT.search(_with_ascii_digits(text)) is not None
    )


def _strip_invisible(text: str) -> str:
    """The text in one width, without what cannot be seen."""
    plain = unicodedata.normalize("NFKC", text)
    if plain.isascii():
        return plain
    return "".join(
        char for char in plain if unicodedata.category(char) not in _ZERO_WIDTH_CATEGORIES
    )


def _has_fewer_digits(text: str, than: int) -> bool:
    """Whether that is sure at a glance, as it is of most texts: they are spared a closer look."""
    return _PLAIN_CHARACTERS.fullmatch(text) is not None and len(_DIGIT.findall(text)) < than


def _with_ascii_digits(text: str) -> str:
    """The same with the digits of every script as 0 to 9."""
    seen = _strip_invisible(text)
    if seen.isascii():
        return seen
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in seen)


def _is_identity_number(candidate: str) -> bool:
    number = _NOT_IN_IDENTITY.sub("", candidate.upper())
    weighted = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return (
        bool(_BIRTH_DATE.fullmatch(number[6:14])) and number[17] == _CHECK_CHARACTERS[weighted % 11]
    )
