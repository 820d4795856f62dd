"""Cells that people fill in: a text becomes a number, a day, a term; or a fault in two languages.

Reading is forgiving where nothing can be mistaken: full-width digits, 元 behind an amount, slashes
or 年月日 in a day, the Chinese term or the value of an enumeration.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar
from unicodedata import normalize

from domain.labels import Labelled

L = TypeVar("L", bound=Labelled)
CellParser = Callable[[str], Any]

_NUMBER = re.compile(r"(-?\d{1,12})(?:\.0{1,6})?\s*[元人]?", re.ASCII)
_HOURS = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)\s*(?:小时|h)?", re.ASCII | re.IGNORECASE)
_DEGREES = re.compile(r"-?\d{1,3}(?:\.\d{1,15})?", re.ASCII)
_DAY = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[T ]00:00(?::00(?:\.0+)?)?)?",
    re.ASCII,
)
_TIME = re.compile(r"(?:1899-12-3[01][T ])?(\d{1,2}):(\d{2})(?::00(?:\.0+)?)?", re.ASCII)
_TRUE_WORDS = frozenset({"是", "true", "yes", "y", "1"})
_FALSE_WORDS = frozenset({"", "否", "false", "no", "n", "0"})
_SEPARATORS = re.compile(r"[、,;；，/|\s]+")


class CellFault(Exception):
    """A cell cannot be read; says so in English and in Chinese."""

    def __init__(self, code: str, message: str, message_zh: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.message_zh = message_zh


def normalise_text(cell: str) -> str:
    """The text with full-width forms made plain and without blanks around it."""
    return (cell if cell.isascii() else normalize("NFKC", cell)).strip()


def strip_text(cell: str) -> str:
    """The text as it is, without blanks around it."""
    return cell.strip()


def parse_int(cell: str) -> int:
    """A whole number: 6500, 6,500, 6500元.

    :raises CellFault: it is none.
    """
    found = _NUMBER.fullmatch(normalise_text(cell).replace(",", ""))
    if found is None:
        raise CellFault("NOT_A_WHOLE_NUMBER", "Give a whole number.", "请填写整数。")
    return int(found[1])


def parse_hours(cell: str) -> Decimal:
    """Hours, such as 8 or 7.5.

    :raises CellFault: it is no such number.
    """
    found = _HOURS.fullmatch(normalise_text(cell))
    if found is None:
        raise CellFault(
            "NOT_A_NUMBER", "Give a number of hours, such as 7.5.", "请填写小时数，如7.5。"
        )
    return Decimal(found[1]).normalize()


def parse_degrees(cell: str) -> float:
    """Degrees of latitude or longitude.

    :raises CellFault: it is no such number.
    """
    if _DEGREES.fullmatch(normalise_text(cell)) is None:
        raise CellFault(
            "NOT_A_NUMBER", "Give degrees as a number, such as 31.23.", "请填写度数，如31.23。"
        )
    return float(normalise_text(cell))


def parse_date(cell: str) -> date:
    """A day: 2026-12-31, 2026/12/31, 2026年12月31日, 20261231.

    :raises CellFault: it is none.
    """
    found = _DAY.fullmatch(normalise_text(cell))
    if found is not None:
        year, month, of_month = found[1], found[2] or found[4], found[3] or found[5]
        try:
            return date(int(year), int(month), int(of_month))
        except ValueError:
            pass
    raise CellFault("NOT_A_DATE", "Give a day as 2026-12-31.", "请按2026-12-31的格式填写日期。")


def parse_time(cell: str) -> time:
    """Hours and minutes: 8:30, 08:30:00.

    :raises CellFault: it is no time of a day.
    """
    found = _TIME.fullmatch(normalise_text(cell))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise CellFault(
            "NOT_A_TIME", "Give hours and minutes as 08:30.", "请按08:30的格式填写时间。"
        )
    return time(int(found[1]), int(found[2]))


def parse_bool(cell: str) -> bool:
    """是 or 否, true or false, 1 or 0; nothing is no.

    :raises CellFault: it is neither.
    """
    said = normalise_text(cell).lower()
    if said not in _TRUE_WORDS | _FALSE_WORDS:
        raise CellFault("NOT_YES_OR_NO", "Say yes or no.", "请填写“是”或“否”。")
    return said in _TRUE_WORDS


def make_enum_parser(kind: type[L], **others: L) -> Callable[[str], L]:
    """Reads one member by its Chinese term or its value; ``others`` are further words for one."""
    known = {word.upper(): member for member in kind for word in (member.value, member.zh)}
    known |= {word.upper(): member for word, member in others.items()}

    def read(cell: str) -> L:
        found = known.get(cell) or known.get(normalise_text(cell).upper())
        if found is None:
            raise _not_in_list(cell, kind)
        return found

    return read


def make_enum_list_parser(
    kind: type[L], suffix: str = "", together: dict[str, tuple[L, ...]] | None = None
) -> Callable[[str], tuple[L, ...]]:
    """Reads any number of members, between them 、 or a comma, in the order of the enumeration.

    ``suffix`` may follow each term (养老保险), ``together`` has words for several (五险). Tables
    repeat themselves: what was read lately is known.
    """
    groups = together or {}
    one = make_enum_parser(kind)

    @lru_cache(maxsize=1_024)
    def read(cell: str) -> tuple[L, ...]:
        found: set[L] = set()
        for word in filter(None, _SEPARATORS.split(normalise_text(cell))):
            found |= set(groups[word]) if word in groups else {one(word.removesuffix(suffix))}
        return tuple(member for member in kind if member in found)

    return read


def _not_in_list(cell: str, kind: type[Labelled]) -> CellFault:
    shown = "".join(char for char in cell.strip()[:20] if char.isprintable())
    return CellFault(
        "NOT_IN_THE_LIST",
        f"“{shown}” is none of {', '.join(member.value for member in kind)}.",
        f"“{shown}”不在可选项中：{'、'.join(member.zh for member in kind)}。",
    )
