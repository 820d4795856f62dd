"""Close codes are declared once, and docs/protocol.md lists the same."""

from __future__ import annotations

import re
from pathlib import Path

from realtime.close_codes import CloseCode

PROTOCOL_PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"
ROW = re.compile(r"\| (\d{4}) \| `(\w+)` \| [^|]+ \| ([^|]+?) \|")


def test_the_documented_table_is_the_enumeration() -> None:
    documented = [
        (int(number), name, retry)
        for number, name, retry in ROW.findall(PROTOCOL_PAGE.read_text("utf-8"))
    ]
    assert documented == [(code.value, code.name, code.retry.value) for code in CloseCode]


def test_every_reason_fits_into_a_close_frame() -> None:
    assert all(0 < len(code.reason.encode()) <= 123 for code in CloseCode)
