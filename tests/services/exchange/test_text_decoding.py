"""Text tables in every encoding that offices send; a bad byte costs one row."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.exchange.table_marks import LOST_CHARACTER, MERGED_ACROSS, MERGED_DOWN
from services.exchange.table_reader import read_rows
from services.exchange.text_decoding import detect_encoding

HEADING = "岗位名称,工资\r\n"


def rows(folder: Path, content: bytes) -> list[list[str]]:
    path = folder / "table"
    path.write_bytes(content)
    return [cells for _, cells in read_rows(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_text_without_a_byte_order_mark_is_recognised(folder: Path, encoding: str) -> None:
    content = (HEADING + "电工,6500\r\n" * 50).encode(encoding)
    assert rows(folder, content) == [["岗位名称", "工资"], *[["电工", "6500"]] * 50]


def test_utf_16_with_separators_only_between_chinese_words_is_recognised(folder: Path) -> None:
    content = ("岗位名称\t工作地点\n" + "电工\t浦东新区张江镇\n" * 3).encode("utf-16-le")
    assert rows(folder, content)[1:] == [["电工", "浦东新区张江镇"]] * 3


def test_byte_80_is_the_euro_sign_of_code_page_936(folder: Path) -> None:
    content = HEADING.encode("gbk") + "外贸跟单".encode("gbk") + b",\x80500\r\n"
    assert rows(folder, content)[1] == ["外贸跟单", "€500"]


@pytest.mark.parametrize(
    "bad",
    [b"\xff", b"\xa0", b"\xc4", b"\xfe", b"\x81\x30\xff", b"\xff\xff\xff"],
    ids=["FF", "A0", "half a character", "FE", "a cut character of four bytes", "three"],
)
@pytest.mark.parametrize("end", [b",6500\r\n", b"\r\n"], ids=["before a comma", "at a line end"])
def test_a_bad_byte_marks_its_cell_and_the_others_are_read(
    folder: Path, bad: bytes, end: bytes
) -> None:
    fine = "焊工,7000\r\n".encode("gbk")
    content = HEADING.encode("gbk") + fine + "电工".encode("gbk") + bad + end + fine
    found = rows(folder, content)
    assert found[1] == found[3] == ["焊工", "7000"]
    assert found[2][0].startswith(f"电工{LOST_CHARACTER}")
    assert LOST_CHARACTER not in "".join(found[2][1:])


def test_a_bad_byte_in_utf_8_does_not_make_the_file_gb18030(folder: Path) -> None:
    content = (HEADING + "焊工,7000\r\n").encode() + b"\xe7\x94,1\r\n" + "电工,2\r\n".encode()
    found = rows(folder, content)
    assert found[1] == ["焊工", "7000"]
    assert found[2] == [LOST_CHARACTER, "1"]
    assert found[3] == ["电工", "2"]


def test_the_last_byte_of_utf_16_may_be_missing(folder: Path) -> None:
    content = (HEADING + "电工,6500\r\n焊工").encode("utf-16")[:-1]
    assert rows(folder, content)[1:] == [["电工", "6500"], [f"焊{LOST_CHARACTER}"]]


REMAPPED = {
    "A6D9": "︐",
    "A6DA": "︒",
    "A6DB": "︑",
    "A6DC": "︓",
    "A6DD": "︔",
    "A6DE": "︕",
    "A6DF": "︖",
    "A6EC": "︗",
    "A6ED": "︘",
    "A6F3": "︙",
    "FE59": "龴",
    "FE61": "龵",
    "FE66": "龶",
    "FE67": "龷",
    "FE6D": "龸",
    "FE7E": "龹",
    "FE90": "龺",
    "FEA0": "龻",
    "FE51": "𠂇",
    "FE52": "𠂉",
    "FE53": "𠃌",
    "FE6C": "𡗗",
    "FE76": "𢦏",
    "FE91": "𤇾",
}


def test_no_character_of_gb18030_2022_is_read_as_private_use(folder: Path) -> None:
    for code, character in REMAPPED.items():
        content = HEADING.encode("gb18030") + "工".encode("gb18030") + bytes.fromhex(code) + b",1\n"
        assert rows(folder, content)[1] == [f"工{character}", "1"]


def test_a_file_cannot_forge_the_marks_of_the_reader(folder: Path) -> None:
    content = f"{HEADING}{MERGED_DOWN}电工,{MERGED_ACROSS}\n".encode()
    assert rows(folder, content)[1] == [f"{LOST_CHARACTER}电工", LOST_CHARACTER]


def test_digits_behind_an_equals_sign_are_kept(folder: Path) -> None:
    content = HEADING.encode() + b'"=""320000000000012345""",1\n"=1+1",2\n'
    assert rows(folder, content)[1:] == [["320000000000012345", "1"], ["=1+1", "2"]]


def test_an_empty_file_is_utf_8(folder: Path) -> None:
    path = folder / "table"
    path.write_bytes(b"")
    assert detect_encoding(path) == "utf-8"
