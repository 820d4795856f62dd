"""Decodes text tables in the encodings that spreadsheets in China write.

A byte that is no character becomes ``LOST_CHARACTER``: only its row fails, not the file.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from domain.exchange.table_marks import LOST_CHARACTER

DECODE_ERRORS = "songgang-table"
"""The name of the error handler to open a table with."""
CHARACTER_FIXES = str.maketrans(
    {
        # GB 18030-2022 assigns these; Python's codec has the private use of the year 2000.
        bytes.fromhex(code).decode("gb18030"): chr(point)
        for code, point in (
            *(("a6d9", 0xFE10), ("a6da", 0xFE12), ("a6db", 0xFE11), ("a6dc", 0xFE13)),
            *(("a6dd", 0xFE14), ("a6de", 0xFE15), ("a6df", 0xFE16), ("a6ec", 0xFE17)),
            *(("a6ed", 0xFE18), ("a6f3", 0xFE19), ("fe59", 0x9FB4), ("fe61", 0x9FB5)),
            *(("fe66", 0x9FB6), ("fe67", 0x9FB7), ("fe6d", 0x9FB8), ("fe7e", 0x9FB9)),
            *(("fe90", 0x9FBA), ("fea0", 0x9FBB)),
            # Private use in all editions; Unicode has the characters in extension B.
            *(("fe51", 0x20087), ("fe52", 0x20089), ("fe53", 0x200CC), ("fe6c", 0x215D7)),
            *(("fe76", 0x2298F), ("fe91", 0x241FE)),
        )
    }
)
"""Translates private-use characters, which no font shows, into those of Unicode."""

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_EURO_IN_CP936 = 0x80
_READ_SIZE_BYTES = 1 << 20
_CHARACTERS_PER_LOSS = 10
_ENOUGH_CHARACTERS = 4_096
"""Characters beyond ASCII by which UTF-8 is told from GB18030."""
_MIN_NULL_SHARE = 0.01
"""In UTF-16, separators and digits have a null byte; other text has none."""


def _replace_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    is_euro = error.encoding == "gb18030" and error.object[error.start] == _EURO_IN_CP936
    return ("€", error.start + 1) if is_euro else (LOST_CHARACTER, error.end)


codecs.register_error(DECODE_ERRORS, _replace_bytes)


def detect_encoding(path: Path) -> str | None:
    """Return the encoding of a text file, or None if it is no text.

    A byte order mark decides. Without one: UTF-16 if every other byte is often null; UTF-8 if of
    the first characters that are not ASCII at most a tenth is lost in it; else GB18030, which
    Excel on Chinese Windows writes. A file that loses more than a tenth of its characters is no
    text.
    """
    with path.open("rb") as file:
        head = file.read(_READ_SIZE_BYTES)
    for mark, name in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return name
    nulls_even, nulls_odd = head[::2].count(0), head[1::2].count(0)
    if max(nulls_even, nulls_odd) >= max(1, len(head) * _MIN_NULL_SHARE):
        encoding = "utf-16-le" if nulls_odd > nulls_even else "utf-16-be"
    else:
        losses = _count_losses(path, "utf-8", enough=_ENOUGH_CHARACTERS)
        if losses.lost * _CHARACTERS_PER_LOSS <= losses.beyond_ascii:
            return "utf-8"
        encoding = "gb18030"
    losses = _count_losses(path, encoding)
    return encoding if losses.lost * _CHARACTERS_PER_LOSS <= losses.characters else None


@dataclass(kw_only=True)
class _Losses:
    """How many characters a file has in an encoding, and how many of them are lost."""

    characters: int = 0
    beyond_ascii: int = 0
    lost: int = 0


def _count_losses(path: Path, encoding: str, *, enough: int | None = None) -> _Losses:
    """Count in the whole file, or until ``enough`` characters beyond ASCII were read.

    Each lost character is a call of the error handler, and GB18030 read as UTF-8 is full of them.
    """
    losses = _Losses()
    size = _READ_SIZE_BYTES if enough is None else enough
    with path.open(encoding=encoding, errors=DECODE_ERRORS, newline="") as file:
        while (enough is None or losses.beyond_ascii < enough) and (text := file.read(size)):
            losses.characters += len(text)
            losses.lost += text.count(LOST_CHARACTER)
            if not text.isascii():
                losses.beyond_ascii += len(text) - len(text.encode("ascii", "ignore"))
    return losses
