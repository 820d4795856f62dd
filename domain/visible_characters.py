"""Characters that a reader does not see: blank letters, and controls of the writing direction."""

from __future__ import annotations

import re
import unicodedata

_BIDI_CONTROLS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Unicode UAX 9, 2.1 to 2.6: they make a text read differently from what it says."""
_PLAINLY_VISIBLE = re.compile(r"[!-~\u3001-\u3011\u4e00-\u9fff\uff01-\uff5e]")
_BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and symbols that are drawn as nothing (Unicode, Default_Ignorable_Code_Point and the
blank Braille pattern)."""


def holds_bidi_control(text: str) -> bool:
    """Return whether a text holds a character that changes the direction of writing."""
    return _BIDI_CONTROLS.search(text) is not None


def holds_visible_character(text: str) -> bool:
    """Return whether a reader sees anything of a text."""
    # One search settles nearly every text.
    return _PLAINLY_VISIBLE.search(text) is not None or any(map(is_visible, text))


def is_visible(char: str) -> bool:
    """Return whether a character is drawn: a letter, number, punctuation mark or symbol."""
    return unicodedata.category(char)[0] in "LNPS" and char not in _BLANK_LETTERS
