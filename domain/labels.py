"""Enumerations that carry their Chinese and English terms beside the value used by the API."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """An enumeration whose members are declared as ``NAME = "NAME", "中文"``.

    The English term follows from the value (``FULL_TIME`` is "Full time") unless a third part
    gives a better one.
    """

    zh: str
    en: str

    def __new__(cls, value: str, zh: str, en: str | None = None) -> Self:
        """Keep ``value`` as the string itself and the terms beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.en = en or value.replace("_", " ").capitalize()
        return member
