"""Searches text and files for the canary's name and phone in every usual encoding."""

from __future__ import annotations

import base64
import json
import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.canary import CORRECTED_NAME, NAME, PHONE


def compile_needles() -> re.Pattern[bytes]:
    """Return a pattern of name and phone as given, and in every usual encoding."""
    texts = [text.encode() for text in (NAME, CORRECTED_NAME)]
    texts += [json.dumps(text)[1:-1].encode() for text in (NAME, CORRECTED_NAME)]
    texts += [
        text.encode(code) for text in (NAME, CORRECTED_NAME) for code in ("utf-16-le", "gb18030")
    ]
    texts += [
        base64.b64encode(text.encode()) for text in (NAME, CORRECTED_NAME, PHONE, f"+86{PHONE}")
    ]
    plain = b"|".join(re.escape(text) for text in texts)
    digits = b"144[^0-9]{0,3}9876[^0-9]{0,3}1234"
    return re.compile(plain + b"|" + digits + "|１４４９８７６１２３４".encode())


NEEDLES = compile_needles()


def find_needles(written: str | bytes) -> list[bytes]:
    """Return the surroundings of every match."""
    raw = written.encode() if isinstance(written, str) else written
    return [raw[max(0, match.start() - 60) : match.end() + 20] for match in NEEDLES.finditer(raw)]


def map_files(folder: Path) -> Iterator[tuple[Path, mmap.mmap]]:
    """Yield every file below the folder that is not empty, mapped into memory."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size:
            with (
                path.open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
            ):
                yield path, content
