"""Tables that are made to burst, to lie or to collide, brought in as by anybody else."""

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
from services.exchange.table_reader import EXCESS_CELLS_MARK, MAX_CELLS_PER_ROW
from storage.mongo.client import StorageUnavailable
from tests.services.exchange.test_table_reader import rows, workbook
from tests.support.import_tables import (
    ImportDriver,
    csv_table,
    finding_codes,
    posting_row,
    serve_imports,
)
from tests.support.services import World, today

HIRED = {"$set": {"hires": 3}}
SHEET = "xl/worksheets/sheet1.xml"


def changed(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with other XML in its sheet."""
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


def far_away(content: bytes) -> bytes:
    """A cell in the first place, and one in the last that there can be."""
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return changed(content, lambda xml: xml.replace(b"</sheetData>", cell))


def burst(content: bytes) -> bytes:
    """A sheet that says that it is small, and unpacks to a thousand times as much."""
    packed = bytearray(changed(content, lambda xml: xml + b" " * (24 << 20)))
    entry = packed.rindex(SHEET.encode()) - 46
    packed[entry + 24 : entry + 28] = struct.pack("<I", 1_000)
    return bytes(packed)


@pytest.mark.parametrize("make", [far_away, burst])
async def test_a_workbook_that_bursts_bursts_alone_and_is_refused(
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


def test_a_row_of_a_million_cells_is_one_cell_too_long(folder: Path) -> None:
    ((_, cells),) = rows(folder, b"x," * 1_000_000)
    assert (len(cells), cells[-1]) == (MAX_CELLS_PER_ROW + 1, EXCESS_CELLS_MARK)


def test_of_merged_cells_the_first_has_the_value_and_no_other(folder: Path) -> None:
    def fill(book: Workbook, sheet: Worksheet) -> None:
        plain(book, sheet)
        sheet.merge_range(1, 0, 2, 0, "电工")
        sheet.write_column(1, 1, [6500, 7000])

    assert rows(folder, workbook(fill))[1:] == [(2, ["电工", "6500"]), (3, ["", "7000"])]


async def test_a_day_that_is_a_bare_number_is_a_finding_and_never_another_day(
    import_driver: ImportDriver, world: World
) -> None:
    # What a cell shows that was made a number: the days since 1899-12-30.
    serial = (today() - date(1899, 12, 30)).days + 30
    done = await import_driver.import_table(
        csv_table([posting_row(world, 有效期至=str(serial))]), world.token(world.officer)
    )
    assert [(row["outcome"], finding_codes(row)) for row in done["rows"]] == [
        ("FAILED", [("NOT_A_DATE", "有效期至")])
    ]


async def test_a_heading_that_stands_twice_refuses_the_table(
    import_driver: ImportDriver, world: World
) -> None:
    names = [column.zh for column in POSTING_COLUMNS]
    content = ",".join([*names, "岗位名称"]) + "\nx\n"
    answer = await import_driver.send(content.encode(), world.token(world.officer))
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert "stands twice" in answer.json()["error"]


async def test_the_same_table_from_two_accounts_at_once_makes_each_posting_once(
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
        # A process that ends without a word, as one does that has used up its memory.
        patched.setattr(sys, "executable", shutil.which("true"))
        answer = await import_driver.send(csv_table([posting_row(world)]), token)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert "cannot be read" in answer.json()["error"]
    assert (await import_driver.import_table(csv_table([posting_row(world)]), token))[
        "accepted"
    ] == 1


async def test_a_table_that_does_not_arrive_in_time_is_refused_and_frees_its_turn(
    import_driver: ImportDriver, world: World
) -> None:
    token = world.token(world.officer)
    limits = UploadLimits(max_concurrent=1, timeout_seconds=0.0)
    async with serve_imports(import_driver, limits) as driver:
        for _ in range(2):
            answer = await driver.send(csv_table([posting_row(world)]), token)
            assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
            assert "too long to arrive" in answer.json()["error"]


async def test_while_the_database_is_away_a_table_may_be_sent_again(
    import_driver: ImportDriver, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise StorageUnavailable("gone")

    monkeypatch.setattr(import_driver.running.store.imports, "is_active", away)
    answer = await import_driver.send(csv_table([posting_row(world)]), world.token(world.officer))
    assert (answer.status_code, answer.json()["code"]) == (503, "BUSY")


async def test_a_row_does_not_want_fewer_people_than_were_hired(
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
