"""Enumerations whose members carry a Chinese and an English label."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A string enumeration with labels; members are declared as ``NAME = "NAME", "中文"``.

    The value is used by the API and in storage. The English label is derived from it
    (``FULL_TIME`` becomes "Full time") unless a third element gives another one.
    """

    zh: str
    en: str

    def __new__(cls, value: str, zh: str, en: str | None = None) -> Self:
        """Create the member as the string ``value`` with its labels as attributes."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.en = en or value.replace("_", " ").capitalize()
        return member
