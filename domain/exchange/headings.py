"""Finds the headings of an import table, and the column of the template that each one means.

Title rows above the headings are passed over, and a heading of two levels is read as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from domain.exchange import cell_parsers
from domain.exchange.cell_parsers import shorten_for_message
from domain.exchange.import_columns import COLUMNS_BY_KIND
from domain.exchange.imports import ImportKind
from domain.exchange.table_marks import MERGED_ACROSS, remove_marks
from domain.refusals import InvalidInput

MAX_ROWS_ABOVE = 10
"""Rows that are searched for the headings."""
LEFT_OUT = "-"
"""The key of a column that is not imported."""

_REMARK = re.compile(r"[（(\[【].*|[*＊:：\s]")
_ROW_NUMBERS = frozenset({"序号", "no", "no.", "#"})
"""Headings of columns that only count the rows."""
_MIN_WORD_LENGTH = 2
_MIN_SIMILARITY = 0.75


@dataclass(frozen=True, kw_only=True)
class HeadingMatch:
    """A heading of a table and the ``key`` of the column that it means.

    ``key`` is empty if none is known, and ``LEFT_OUT`` for a column that is not imported. A match
    that is not ``certain`` is a guess by similar words, which a person must confirm.
    """

    heading: str
    key: str
    certain: bool = True

    @property
    def is_imported(self) -> bool:
        """Whether the heading is taken for a column of the template."""
        return self.key not in {"", LEFT_OUT}


@dataclass(frozen=True, kw_only=True)
class HeadingRows:
    """Where the headings of a table are: ``rows_used`` rows are headings or stand above them."""

    rows_used: int
    matches: tuple[HeadingMatch, ...]


def find_headings(
    kind: ImportKind,
    rows: Sequence[Sequence[str]],
    chosen: Mapping[str, str] | None = None,
) -> HeadingRows:
    """Return the headings among the first rows of a table.

    They are the row, or the two rows, that name most columns. ``chosen`` says for headings which
    column they mean, and counts more than a guess. ``rows`` must not be empty.
    """
    found = [
        HeadingRows(rows_used=rows_used, matches=guess_columns(kind, headings, chosen))
        for rows_used, headings in _list_layouts(rows)
    ]
    return max(found, key=_score)


def _list_layouts(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield what may be the headings, from the top, with the number of rows down to them."""
    for index, row in enumerate(rows[:MAX_ROWS_ABOVE]):
        yield index + 1, _texts(row)
        if index + 1 < len(rows):
            yield index + 2, _join_levels(row, rows[index + 1])


def _score(found: HeadingRows) -> int:
    """Count certain matches twice, guesses once."""
    return sum(1 + each.certain for each in found.matches if each.key)


def _texts(row: Sequence[str]) -> list[str]:
    return [remove_marks(cell).strip() for cell in row]


def _join_levels(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return one heading a column, such as 工资最低 for 最低 below 工资.

    An upper heading stands for the columns to its right that have only a lower one.
    """
    width = max(len(upper), len(lower))
    upper = [*upper, *[""] * (width - len(upper))]
    below = [*_texts(lower), *[""] * (width - len(lower))]
    joined, group = [], ""
    for cell, sub in zip(upper, below, strict=True):
        text = remove_marks(cell).strip()
        group = text or (group if sub or cell == MERGED_ACROSS else "")
        joined.append(group if not sub or sub == group else f"{text or group}{sub}")
    return joined


@lru_cache
def _keys_by_heading(kind: ImportKind) -> dict[str, str]:
    return dict.fromkeys(_ROW_NUMBERS, LEFT_OUT) | {
        _normalise(word): column.key
        for column in COLUMNS_BY_KIND[kind]
        for word in (column.key, column.zh, *column.aliases)
    }


def _normalise(heading: str) -> str:
    """Return a heading without its remark; one that is only a remark stays, so it is not empty."""
    text = cell_parsers.normalise_text(heading).lower()
    return _REMARK.sub("", text) or text


def guess_columns(
    kind: ImportKind, headings: Sequence[str], chosen: Mapping[str, str] | None = None
) -> tuple[HeadingMatch, ...]:
    """Return what each heading means, as ``chosen``, as the template has it, or as a guess."""
    keys = _keys_by_heading(kind)
    choices = {_normalise(heading): key for heading, key in (chosen or {}).items()}
    found: list[HeadingMatch] = []
    for heading in headings:
        word = _normalise(heading)
        # A choice for "" would give a meaning to every column without a heading.
        key = word and (choices.get(word) or keys.get(word, ""))
        found.append(HeadingMatch(heading=heading, key=key))
    taken = {each.key for each in found}
    for place, each in enumerate(found):
        word = _normalise(each.heading)
        if each.key or not word:
            continue
        key = _guess(word, keys)
        if key and key not in taken:
            found[place] = HeadingMatch(heading=each.heading, key=key, certain=False)
            taken.add(key)
    return tuple(found)


def _guess(word: str, keys: Mapping[str, str]) -> str:
    """Return the column whose longest name is part of the heading, or is spelt almost like it."""
    parts = [name for name in keys if len(name) >= _MIN_WORD_LENGTH and name in word]
    if parts:
        return keys[max(parts, key=len)]
    similar = get_close_matches(word[:40], keys, n=1, cutoff=_MIN_SIMILARITY)
    return keys[similar[0]] if similar else ""


def check_headings(kind: ImportKind, matches: Sequence[HeadingMatch]) -> tuple[str, ...]:
    """Return the column key for each heading; an empty key for an empty heading.

    :raises InvalidInput: a heading is unknown or guessed (no column is ignored or taken for another
        silently) or repeated, or a required column is missing.
    """
    for match in matches:
        shown = shorten_for_message(match.heading, 40)
        if not match.key and _normalise(match.heading):
            raise InvalidInput(
                f"The column “{shown}” is not known. Use a heading of the template, remove the "
                "column, or say in columns what it means.",
                f"无法识别“{shown}”列，请使用模板中的标题，"
                "或删除该列，或在 columns 参数中说明其含义。",
                field=("file",),
            )
        if not match.certain:
            column = next(each for each in COLUMNS_BY_KIND[kind] if each.key == match.key)
            raise InvalidInput(
                f"The column “{shown}” seems to be {column.key}. Confirm it in columns, or use the "
                f"heading {column.zh}.",
                f"“{shown}”列可能是“{column.zh}”，请在 columns 参数中确认，"
                f"或把标题改为“{column.zh}”。",
                field=("file",),
            )
    check_unique(matches)
    missing = find_missing_columns(kind, matches)
    if missing:
        listed = "、".join(column.zh for column in COLUMNS_BY_KIND[kind] if column.key in missing)
        raise InvalidInput(
            f"The headings must be in the first {MAX_ROWS_ABOVE} rows. Missing: {listed}.",
            f"标题行须在前{MAX_ROWS_ABOVE}行内，缺少：{listed}。",
            field=("file",),
        )
    return tuple(match.key for match in matches)


def check_unique(matches: Sequence[HeadingMatch]) -> None:
    """Check that no column occurs twice.

    :raises InvalidInput: the first one that does.
    """
    keys = [match.key for match in matches]
    for match in matches:
        if match.is_imported and keys.count(match.key) > 1:
            shown = shorten_for_message(match.heading, 40)
            raise InvalidInput(
                f"The column “{shown}” stands twice. Remove one.",
                f"“{shown}”列重复，请删除其中一列。",
                field=("file",),
            )


def find_missing_columns(kind: ImportKind, matches: Sequence[HeadingMatch]) -> tuple[str, ...]:
    """Return the keys of the required columns that no heading names."""
    keys = {match.key for match in matches}
    return tuple(
        column.key for column in COLUMNS_BY_KIND[kind] if column.required and column.key not in keys
    )


def check_choices(kind: ImportKind, chosen: Mapping[str, str | None]) -> dict[str, str]:
    """Return the column key for each heading that the caller explains; None leaves a column out.

    :raises InvalidInput: a key is no column of the template. The message lists all.
    """
    known = {column.key for column in COLUMNS_BY_KIND[kind]}
    for heading, key in chosen.items():
        if key is not None and key not in known:
            listed = ", ".join(sorted(known))
            raise InvalidInput(
                f"“{shorten_for_message(heading, 40)}” must mean null or one of {listed}.",
                f"“{shorten_for_message(heading, 40)}”只能对应 null 或以下之一：{listed}。",
                field=("columns",),
            )
    return {heading: LEFT_OUT if key is None else key for heading, key in chosen.items()}
