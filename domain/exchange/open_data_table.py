"""What a column of the open data is, and how columns of codes are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from domain.employers.employers import Employer
from domain.labels import Labelled
from domain.postings.postings import Posting

ColumnValue = str | int | float | bool | None

CODE_SEPARATOR = "|"
"""Separates the codes in a column that may hold several."""


@dataclass(frozen=True, kw_only=True)
class OpenDataColumn:
    """A column of the open data. ``zh`` and ``en`` are its titles.

    ``datatype`` is an XML Schema type as named by CSV on the Web. ``code_kind`` is the code list of
    the values, ``separator`` is set if there may be several. After each column of codes follow two
    columns with their Chinese and English names.
    """

    name: str
    zh: str
    en: str
    datatype: str
    value: Callable[[Posting, Employer], ColumnValue]
    code_kind: type[Labelled] | None = None
    separator: str | None = None


def code_columns(
    name: str,
    zh: str,
    en: str,
    kind: type[Labelled],
    members: Callable[[Posting], Iterable[Labelled]],
    *,
    multiple: bool = False,
) -> tuple[OpenDataColumn, ...]:
    """Return a column of codes and the columns of their Chinese and English names."""
    variants: tuple[tuple[str, str, str, Callable[[Labelled], str]], ...] = (
        (name, zh, en, lambda member: member.value),
        (f"{name}_zh", f"{zh}（中文）", f"{en}, in Chinese", lambda member: member.zh),
        (f"{name}_en", f"{zh}（英文）", f"{en}, in English", lambda member: member.en),
    )
    return tuple(
        OpenDataColumn(
            name=column_name,
            zh=column_zh,
            en=column_en,
            datatype="string",
            value=_join_codes(members, label),
            code_kind=kind if column_name == name else None,
            separator=CODE_SEPARATOR if multiple else None,
        )
        for column_name, column_zh, column_en, label in variants
    )


def _join_codes(
    members: Callable[[Posting], Iterable[Labelled]], label: Callable[[Labelled], str]
) -> Callable[[Posting, Employer], str]:
    return lambda posting, _: CODE_SEPARATOR.join(label(member) for member in members(posting))


def column(
    name: str, zh: str, en: str, datatype: str, value: Callable[[Posting, Employer], ColumnValue]
) -> OpenDataColumn:
    return OpenDataColumn(name=name, zh=zh, en=en, datatype=datatype, value=value)
