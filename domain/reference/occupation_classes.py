"""The classes of 职业分类大典 (2022) above the occupations: major, middle and small classes."""

from __future__ import annotations

from dataclasses import dataclass

from domain.labels import Labelled
from domain.reference.tables import read_table


class ClassLevel(Labelled):
    """The level of a class."""

    MAJOR = "MAJOR", "大类"
    MIDDLE = "MIDDLE", "中类"
    SMALL = "SMALL", "小类"


@dataclass(frozen=True, kw_only=True, slots=True)
class OccupationClass:
    """A class by its code, such as 6-18-02; only the major ones have an English name."""

    code: str
    level: ClassLevel
    zh: str
    en: str | None


_LEVELS = {1: ClassLevel.MAJOR, 4: ClassLevel.MIDDLE, 7: ClassLevel.SMALL}
OCCUPATION_CLASSES = {
    code: OccupationClass(code=code, level=_LEVELS[len(code)], zh=zh, en=None if en == "-" else en)
    for code, zh, en in read_table("occupation_classes")
}
"""The classes by code, in the order of their codes."""


def list_class_path(code: str) -> tuple[OccupationClass, ...]:
    """Return the classes of an occupation or class, the major one first, itself included."""
    found = (OCCUPATION_CLASSES.get(code[:length]) for length in _LEVELS if length <= len(code))
    return tuple(each for each in found if each is not None)


def list_subclasses(code: str | None) -> tuple[OccupationClass, ...]:
    """Return the classes directly below a class, in code order; for None, the major classes."""
    if code is None:
        return tuple(each for each in OCCUPATION_CLASSES.values() if len(each.code) == 1)
    return tuple(
        each
        for each in OCCUPATION_CLASSES.values()
        if each.code.startswith(f"{code}-") and len(each.code) == len(code) + 3
    )
