"""People: their names and phones, checked on the way in and masked on the way out.

No message here repeats what was given, because messages end up in logs.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from domain.errors import InvalidInput, PhoneInvalid

_MAX_NAME = 50
_MAX_RAW = 64
_PHONE_FIELD = ("input", "contact", "phone")
_NAME_FIELD = ("input", "contact", "name")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SEPARATORS = re.compile(r"[\s().\u2010-\u2015-]+")
_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[0-9]{10})")
_DEMO_PREFIX = "144"
_E164 = re.compile(r"\+86(1[0-9]{10})")

# The lookahead finds candidates that overlap; a run of more than 18 digits holds none.
_IDENTITY = re.compile(r"(?<![0-9])(?=([0-9](?:[ -]?[0-9]){16}[ -]?[0-9Xx])(?![0-9]))")
_BORN = re.compile(r"(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
# The digits around it must end: a number of an order or of an account is no phone.
_CALLABLE = re.compile(r"(?<![0-9])(?:(?:0086|86)[ -]?)?1[ -]?[3-9](?:[ -]?[0-9]){9}(?![0-9])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def normalise_phone(raw: str, *, demo: bool) -> str:
    """The E.164 form of a Chinese mobile number, ``+86`` and eleven digits.

    Accepts spaces, dashes, brackets, full-width digits and the prefix +86, 0086 or 86. ``demo``
    also admits 144 and eight digits, which are no valid numbers and so reach nobody.

    :raises PhoneInvalid: not a valid mobile number.
    """
    refused = PhoneInvalid(
        "Give a Chinese mobile number: eleven digits that begin with 1, such as the one on your "
        "SIM card, with or without +86.",
        field=_PHONE_FIELD,
    )
    if len(raw) > _MAX_RAW:
        raise refused
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", raw))
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

    :raises InvalidInput: empty, over 50 characters, without a single letter, or with characters
        that cannot be seen.
    """
    # Normalising can lengthen a text, so that its length is checked before and after.
    name = unicodedata.normalize("NFC", raw[: _MAX_NAME * 4]).strip()
    if not name or len(name) > _MAX_NAME or len(raw) > _MAX_NAME * 4:
        raise InvalidInput(f"Give a name of 1 to {_MAX_NAME} characters.", field=field)
    kinds = {unicodedata.category(char) for char in name}
    if kinds & _UNSEEN or not any(kind.startswith("L") for kind in kinds):
        raise InvalidInput(
            "Give a name in letters or Chinese characters, on one line.", field=field
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


def holds_identity_number(text: str) -> bool:
    """Whether a text holds a citizen's identity number (GB 11643-1999, 18 characters).

    One counts when its birthday and its check character are possible, also in full-width digits
    and with single blanks or dashes between.
    """
    plain = unicodedata.normalize("NFKC", text)
    return any(_is_identity_number(found[1]) for found in _IDENTITY.finditer(plain))


def holds_mobile_number(text: str) -> bool:
    """Whether a text holds eleven digits that read as a Chinese mobile number.

    Also in full-width digits, after +86, with single blanks or dashes between, or with characters
    between that cannot be seen.
    """
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    return _CALLABLE.search(seen) is not None


def _is_identity_number(candidate: str) -> bool:
    number = candidate.replace(" ", "").replace("-", "").upper()
    weighted = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return bool(_BORN.fullmatch(number[6:14])) and number[17] == _CHECK[weighted % 11]
