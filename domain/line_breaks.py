"""Breaks text into lines of a fixed width, in which a Chinese character counts twice."""

from __future__ import annotations

_ELLIPSIS = "…"


def width_of(text: str) -> int:
    """Return the width in half-width characters."""
    return sum(1 if character.isascii() else 2 for character in text)


def shorten(text: str, width: int) -> str:
    """Return the text, or as much of its beginning as fits in front of an ellipsis."""
    if width_of(text) <= width:
        return text
    while width_of(text) > width - width_of(_ELLIPSIS):
        text = text[:-1]
    return text + _ELLIPSIS


def break_lines(text: str, width: int, max_lines: int) -> list[str]:
    """Return the text in lines of this width; what does not fit ends with an ellipsis."""
    lines = [""]
    for character in text:
        if width_of(lines[-1] + character) > width:
            lines.append("")
        lines[-1] += character
    if len(lines) > max_lines:
        lines = lines[:max_lines]
        lines[-1] = shorten(lines[-1] + _ELLIPSIS, width)
    return lines
