"""Checks of lists that a client sends."""

from __future__ import annotations

from collections.abc import Sequence

from domain.refusals import InvalidInput


def check_list_length(items: Sequence[object], limit: int, field: tuple[str, ...]) -> None:
    """Check that a list has at most ``limit`` items.

    :raises InvalidInput: it has more.
    """
    if len(items) > limit:
        raise InvalidInput(f"List at most {limit}.", f"最多填写{limit}项。", field=field)


def check_each_once(items: Sequence[object], field: tuple[str, ...]) -> None:
    """Check that no item is listed twice.

    :raises InvalidInput: one is.
    """
    if len(items) > 1 and len(set(items)) != len(items):
        raise InvalidInput("List each value only once.", "同一选项请勿重复填写。", field=field)
