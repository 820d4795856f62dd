"""A search for the canary's name and phone in text and in files, in every usual encoding."""

from __future__ import annotations

import base64
import json
import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.canary import CORRECTED_NAME, NAME, PHONE


def compile_needles() -> re.Pattern[bytes]:
    """The name and the phone as they were given, and as a careless program would write them."""
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
    """The places around what must not be there."""
    raw = written.encode() if isinstance(written, str) else written
    return [raw[max(0, match.start() - 60) : match.end() + 20] for match in NEEDLES.finditer(raw)]


def map_files(folder: Path) -> Iterator[tuple[Path, mmap.mmap]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size:
            with (
                path.open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
            ):
                yield path, content
