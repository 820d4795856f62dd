"""Characters by which the table reader tells the row parser what happened to a cell.

They are no characters of any text (Unicode noncharacters), so a file cannot contain them: the
reader replaces those of the file by ``LOST_CHARACTER``.
"""

from __future__ import annotations

import re

LOST_CHARACTER = "\ufffd"
"""Stands for bytes that are no character in the encoding of the file."""
MERGED_DOWN = "\ufdd0"
"""The first character of a cell that is merged over several rows; the value of all follows."""
MERGED_ACROSS = "\ufdd1"
"""The whole text of a cell that is covered by a cell to the left, with which it is merged."""
FOREIGN_MARKS = str.maketrans({MERGED_DOWN: LOST_CHARACTER, MERGED_ACROSS: LOST_CHARACTER})
"""Translates texts of a file."""

_LOST_DIGITS = re.compile(r"[-+]?\d(?:\.\d+)?E\+\d{1,3}", re.ASCII | re.IGNORECASE)


def has_lost_digits(cell: str) -> bool:
    """Return whether a cell holds a number whose last digits a spreadsheet has dropped.

    A spreadsheet keeps 15 digits and writes the rest as an exponent, such as ``3.2E+17``.
    """
    return ("E+" in cell or "e+" in cell) and _LOST_DIGITS.fullmatch(cell.strip()) is not None


def remove_marks(cell: str) -> str:
    """Return the text of a cell as a person sees it."""
    return cell.removeprefix(MERGED_DOWN).replace(MERGED_ACROSS, "")
