"""Conversion of traditional to simplified Chinese characters."""

from __future__ import annotations

from opencc import OpenCC

_CONVERTER = OpenCC("t2s")


def to_simplified(text: str) -> str:
    """Return the text in simplified characters; its length may change."""
    simplified: str = _CONVERTER.convert(text)
    return simplified
