"""Employers: the firms that offer the jobs, and the code that names each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from domain.errors import InvalidInput
from domain.texts import check_text

# GB 32100-2015: digits and letters without I, O, S, V and Z; the 18th character checks the rest.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE = re.compile(f"[{_ALPHABET}]{{18}}")


@dataclass(frozen=True, kw_only=True)
class Employer:
    """A firm; ``credit_code`` is its 统一社会信用代码 (GB 32100-2015, 18 characters)."""

    id: str
    name: str
    credit_code: str
    place_code: str
    description: str = ""
    union_id: str
    created_by: str
    created_at: datetime
    synthetic: bool = False


def check_character(code: str) -> str:
    """The check character for the first 17 of a credit code (GB 32100-2015, annex: mod 31)."""
    total = sum(_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code))
    return _ALPHABET[-total % 31]


def check_credit_code(raw: str, field: tuple[str, ...]) -> str:
    """The code in capitals, without blanks around it.

    :raises InvalidInput: not 18 characters of the alphabet, or mistyped.
    """
    code = raw.strip().upper()
    if not _CODE.fullmatch(code) or code[17] != check_character(code[:17]):
        raise InvalidInput(
            "A credit code has 18 digits and letters, the last of which checks the others; copy "
            "it from the business licence.",
            field=field,
        )
    return code


def check_employer_name(raw: str, field: tuple[str, ...]) -> str:
    """The registered name, without blanks around it.

    :raises InvalidInput: there is none, it is longer than 120 characters or no readable text.
    """
    name = raw.strip()
    if not name:
        raise InvalidInput("Give the employer's registered name.", field=field)
    check_text(name, 120, field)
    return name
