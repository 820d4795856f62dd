"""Parsers for the cells of import tables: text to number, date, time, yes or no, enumeration.

Unambiguous variants are accepted: full-width digits, 元 after an amount, slashes or 年月日 in a
date, the Chinese term or the value of an enumeration. Anything else is a ``CellFault``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, TypeVar
from unicodedata import normalize

from domain.labels import Labelled

L = TypeVar("L", bound=Labelled)
CellParser = Callable[[str], Any]

_NUMBER = re.compile(r"(-?\d{1,12})(?:\.0{1,6})?\s*[元人]?", re.ASCII)
_HOURS = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)\s*(?:小时|h)?", re.ASCII | re.IGNORECASE)
_DEGREES = re.compile(r"-?\d{1,3}(?:\.\d{1,15})?", re.ASCII)
_DAY = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?|(\d{2})(\d{2}))"
    r"(?:[T ]00:00(?::00(?:\.0+)?)?)?",
    re.ASCII,
)
_TIME = re.compile(r"(?:1899-12-3[01][T ])?(\d{1,2}):(\d{2})(?::00(?:\.0+)?)?", re.ASCII)
_TRUE_WORDS = frozenset({"是", "true", "yes", "y", "1"})
_FALSE_WORDS = frozenset({"", "否", "false", "no", "n", "0"})
_SEPARATORS = re.compile(r"[、,;；，/|\s+]+")


class CellFault(Exception):
    """A cell cannot be parsed. The messages say in English and Chinese what to enter."""

    def __init__(self, code: str, message: str, message_zh: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.message_zh = message_zh


@dataclass(frozen=True)
class CellReading:
    """A value that was read with an assumption; ``note`` says which, and what to enter instead."""

    value: Any
    note: CellFault


def normalise_text(cell: str) -> str:
    """Return the text with full-width forms as plain ones, without blanks at its ends."""
    return (cell if cell.isascii() else normalize("NFKC", cell)).strip()


def split_words(text: str) -> list[str]:
    """Return the words of a text: a cell may hold several, separated by 、, a comma or a blank."""
    return [word for word in _SEPARATORS.split(text) if word]


def strip_text(cell: str) -> str:
    """Return the text without blanks at its ends."""
    return cell.strip()


def parse_int(cell: str) -> int:
    """Parse a whole number: 6500, 6,500, 6500元.

    :raises CellFault: the text is not a whole number.
    """
    match = _NUMBER.fullmatch(normalise_text(cell).replace(",", ""))
    if match is None:
        raise CellFault("NOT_A_WHOLE_NUMBER", "Give a whole number.", "请填写整数。")
    return int(match[1])


def parse_hours(cell: str) -> Decimal:
    """Parse a number of hours, such as 8 or 7.5.

    :raises CellFault: the text is not such a number.
    """
    match = _HOURS.fullmatch(normalise_text(cell))
    if match is None:
        raise CellFault(
            "NOT_A_NUMBER", "Give a number of hours, such as 7.5.", "请填写小时数，如7.5。"
        )
    return Decimal(match[1]).normalize()


def parse_degrees(cell: str) -> float:
    """Parse degrees of latitude or longitude.

    :raises CellFault: the text is not such a number.
    """
    if _DEGREES.fullmatch(normalise_text(cell)) is None:
        raise CellFault(
            "NOT_A_NUMBER", "Give degrees as a number, such as 31.23.", "请填写度数，如31.23。"
        )
    return float(normalise_text(cell))


def parse_date(cell: str) -> date:
    """Parse a date: 2026-12-31, 2026/12/31, 2026年12月31日, 20261231.

    :raises CellFault: the text is not a date.
    """
    match = _DAY.fullmatch(normalise_text(cell))
    if match is not None:
        year, month, day = match[1], match[2] or match[4], match[3] or match[5]
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            pass
    raise CellFault(
        "NOT_A_DATE", "Give a date such as 2026-12-31.", "请按2026-12-31的格式填写日期。"
    )


def parse_time(cell: str) -> time:
    """Parse a time of day: 8:30, 08:30:00.

    :raises CellFault: the text is not a time of day.
    """
    match = _TIME.fullmatch(normalise_text(cell))
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise CellFault(
            "NOT_A_TIME", "Give hours and minutes such as 08:30.", "请按08:30的格式填写时间。"
        )
    return time(int(match[1]), int(match[2]))


def parse_bool(cell: str) -> bool:
    """Parse yes or no: 是 or 否, true or false, 1 or 0; an empty cell is no.

    :raises CellFault: the text is neither.
    """
    word = normalise_text(cell).lower()
    if word not in _TRUE_WORDS | _FALSE_WORDS:
        raise CellFault("NOT_YES_OR_NO", "Give yes or no (是 or 否).", "请填写“是”或“否”。")
    return word in _TRUE_WORDS


def make_enum_parser(kind: type[L], **synonyms: L) -> Callable[[str], L]:
    """Return a parser for one member of ``kind``, by its Chinese term, its value or a synonym."""
    member_by_word = {word.upper(): member for member in kind for word in (member.value, member.zh)}
    member_by_word |= {word.upper(): member for word, member in synonyms.items()}

    def parse(cell: str) -> L:
        member = member_by_word.get(cell) or member_by_word.get(normalise_text(cell).upper())
        if member is None:
            raise _not_in_list(cell, kind)
        return member

    return parse


def shorten_for_message(text: str, max_length: int) -> str:
    """Return the start of a text from a table, without characters that cannot be shown."""
    return "".join(char for char in text.strip()[:max_length] if char.isprintable())


def _not_in_list(cell: str, kind: type[Labelled]) -> CellFault:
    shown = shorten_for_message(cell, 20)
    return CellFault(
        "NOT_IN_THE_LIST",
        f"“{shown}” is not one of {', '.join(member.value for member in kind)}.",
        f"“{shown}”不在可选项中：{'、'.join(member.zh for member in kind)}。",
    )
