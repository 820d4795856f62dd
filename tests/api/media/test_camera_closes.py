"""Close codes of cameras are declared once, and docs/stream.md lists the same."""

from __future__ import annotations

import re
from pathlib import Path

from api.media.camera_closes import CameraClose

STREAM_PAGE = Path(__file__).parents[3] / "docs" / "stream.md"
ROW = re.compile(r"^\| (\d{4}) \| `(\w+)` \| [^|]+ \| [^|]+ \|$", re.MULTILINE)


def test_the_documented_table_is_the_enumeration() -> None:
    documented = [
        (int(number), name) for number, name in ROW.findall(STREAM_PAGE.read_text("utf-8"))
    ]
    assert documented == [(close.value, close.name) for close in CameraClose]


def test_every_close_has_a_text_in_both_languages() -> None:
    for close in CameraClose:
        assert close.message.isascii()
        assert close.message.endswith(".")
        assert close.message_zh.endswith("。")
