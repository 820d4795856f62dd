"""Enumerations that carry their Chinese term beside the value used by the API."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """An enumeration whose members are declared as ``NAME = "NAME", "中文"``."""

    zh: str

    def __new__(cls, value: str, zh: str) -> Self:
        """Keep ``value`` as the string itself and ``zh`` beside it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        return member
