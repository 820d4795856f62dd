"""Hostile tables through ``POST /imports``: huge inside, lying about their size, colliding."""

from __future__ import annotations

import asyncio
import io
import shutil
import struct
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from api.http.limits import UploadLimits
from domain.exchange.import_columns import POSTING_COLUMNS
from domain.exchange.table_marks import MERGED_DOWN
from services.exchange.table_reader import DEFAULT_LIMITS, EXCESS_CELLS_MARK
from storage.mongo.client import StorageUnavailable
from tests.services.exchange.test_table_reader import rows, workbook
from tests.support.import_tables import (
    ImportDriver,
    csv_table,
    finding_codes,
    posting_row,
    serve_imports,
)
from tests.support.world import World, today

HIRED = {"$set": {"hires": 3}}
SHEET = "xl/worksheets/sheet1.xml"


def with_sheet_xml(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return the workbook with other XML in its sheet."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in given.namelist():
            data = given.read(name)
            packed.writestr(name, change(data) if name == SHEET else data)
    return file.getvalue()


def plain(_book: Workbook, sheet: Worksheet) -> None:
    sheet.write_row(0, 0, ["岗位名称", "工资"])


def with_last_cell(content: bytes) -> bytes:
    """Add a cell in the last row and column that Excel allows."""
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return with_sheet_xml(content, lambda xml: xml.replace(b"</sheetData>", cell))


def claiming_to_be_small(content: bytes) -> bytes:
    """Make the sheet claim a small size and unpack to a thousand times as much."""
    packed = bytearray(with_sheet_xml(content, lambda xml: xml + b" " * (24 << 20)))
    entry = packed.rindex(SHEET.encode()) - 46
    packed[entry + 24 : entry + 28] = struct.pack("<I", 1_000)
    return bytes(packed)


@pytest.mark.parametrize("make", [with_last_cell, claiming_to_be_small])
async def test_a_huge_workbook_breaks_only_its_reader_and_is_refused(
    import_driver: ImportDriver, world: World, make: Callable[[bytes], bytes]
) -> None:
    token = world.token(world.officer)
    content = make(workbook(plain))
    assert len(content) < 100_000
    answer = await import_driver.send(content, token)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert (await import_driver.import_table(csv_table([posting_row(world)]), token))[
        "accepted"
    ] == 1


def test_a_row_of_a_million_cells_is_truncated(folder: Path) -> None:
    ((_, cells),) = rows(folder, b"x," * 1_000_000)
    assert (len(cells), cells[-1]) == (DEFAULT_LIMITS.max_cells_per_row + 1, EXCESS_CELLS_MARK)


def test_each_of_merged_cells_has_the_value_and_a_mark(folder: Path) -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        plain(book, sheet)
        sheet.merge_range(1, 0, 2, 0, "电工")
        sheet.write_column(1, 1, [6500, 7000])

    assert rows(folder, workbook(fill))[1:] == [
        (2, [f"{MERGED_DOWN}电工", "6500"]),
        (3, [f"{MERGED_DOWN}电工", "7000"]),
    ]


async def test_a_date_given_as_a_number_is_a_finding(
    import_driver: ImportDriver, world: World
) -> None:
    # A date cell formatted as a number shows the days since 1899-12-30.
    serial = (today() - date(1899, 12, 30)).days + 30
    done = await import_driver.import_table(
        csv_table([posting_row(world, 有效期至=str(serial))]), world.token(world.officer)
    )
    assert [(row["outcome"], finding_codes(row)) for row in done["rows"]] == [
        ("FAILED", [("NOT_A_DATE", "有效期至")])
    ]


async def test_a_repeated_heading_refuses_the_table(
    import_driver: ImportDriver, world: World
) -> None:
    names = [column.zh for column in POSTING_COLUMNS]
    content = ",".join([*names, "岗位名称"]) + "\nx\n"
    answer = await import_driver.send(content.encode(), world.token(world.officer))
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert "stands twice" in answer.json()["error"]


async def test_one_table_from_two_accounts_at_once_creates_each_posting_once(
    import_driver: ImportDriver, world: World
) -> None:
    rows = [posting_row(world, str(number)) for number in range(30)]
    tokens = [world.token(world.officer), world.token(world.recruiter)]
    answers = await asyncio.gather(
        *(import_driver.send(csv_table(rows), token) for token in tokens)
    )
    assert [answer.status_code for answer in answers] == [202, 202]
    await import_driver.importer.run()
    done = [
        await import_driver.fetch_result(answer.json()["id"], token)
        for answer, token in zip(answers, tokens, strict=True)
    ]
    assert sorted((one["accepted"], one["duplicates"]) for one in done) == [(0, 30), (30, 0)]
    ids = [{row["posting"]["id"] for row in one["rows"]} for one in done]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 30


async def test_a_table_that_breaks_its_reader_is_refused(
    import_driver: ImportDriver, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = world.token(world.officer)
    with monkeypatch.context() as patched:
        # The process ends without its last line, as when it runs out of memory.
        patched.setattr(sys, "executable", shutil.which("true"))
        answer = await import_driver.send(csv_table([posting_row(world)]), token)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert "cannot be read" in answer.json()["error"]
    assert (await import_driver.import_table(csv_table([posting_row(world)]), token))[
        "accepted"
    ] == 1


async def test_an_upload_that_times_out_is_refused_and_frees_its_place(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    limits = UploadLimits(max_concurrent=1, timeout_seconds=0.0)
    async with serve_imports(import_driver, limits) as driver:
        for _ in range(2):
            answer = await driver.send(csv_table([posting_row(world)]), token)
            assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
            assert "too long to arrive" in answer.json()["error"]


async def test_without_the_database_an_upload_is_answered_busy(
    import_driver: ImportDriver, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise StorageUnavailable("gone")

    monkeypatch.setattr(import_driver.running.store.imports, "is_active", away)
    answer = await import_driver.send(csv_table([posting_row(world)]), world.token(world.officer))
    assert (answer.status_code, answer.json()["code"]) == (503, "BUSY")


async def test_a_row_with_fewer_people_than_were_hired_fails(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    await import_driver.import_table(csv_table([posting_row(world, 招聘人数="5")]), token)
    postings = import_driver.running.store.mongo["postings"]
    await postings.update_one({"employer_id": world.employer.id, "external_id": "A-1"}, HIRED)
    done = await import_driver.import_table(
        csv_table([posting_row(world, 招聘人数="3"), posting_row(world, 招聘人数="4")]), token
    )
    assert [(row["outcome"], finding_codes(row)) for row in done["rows"]] == [
        ("FAILED", [("INVALID_INPUT", "招聘人数")]),
        ("ACCEPTED", []),
    ]
