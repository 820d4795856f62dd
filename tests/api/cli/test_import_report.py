"""The import report: its lines, their layout, and control characters that it removes."""

from __future__ import annotations

import csv
import io

import pytest

from api.cli import import_report as outcomes
from api.cli.import_report import CSV_HEADINGS, format_outcome_lines, stream_outcomes_csv, summarise
from domain.exchange.imports import (
    EMPLOYER_KNOWN_OTHERWISE,
    POSTING_CLOSED,
    Import,
    ImportRow,
    RowOutcome,
    make_row_finding,
    make_row_id,
)
from storage.mongo.client import Mongo, new_id
from storage.mongo.codec import to_document
from storage.store import Store
from tests.support import records

NO_NUMBER = make_row_finding("NOT_A_WHOLE_NUMBER", "pay", "Give a whole number.", "请填写整数。")


@pytest.fixture
async def store(mongo: Mongo) -> Store:
    return Store(mongo, "a secret for tests")


async def import_with(store: Store, *rows: ImportRow) -> Import:
    """Return an import with these rows, of a table whose second heading is hostile."""
    one = records.import_record(
        columns=("externalId", "pay.amount", "creditCode"),
        headings=("岗位编号", "\x1b[31m基本工资", "信用代码"),
    )
    numbered = [
        to_document(row) | {"_id": make_row_id(one.id, row.number), "import_id": one.id}
        for row in rows
    ]
    await store.mongo["import_rows"].insert_many(numbered)
    return one


def import_row(number: int, outcome: RowOutcome, *findings: object, **more: object) -> ImportRow:
    return records.import_row(number=number, outcome=outcome, findings=findings, **more)


async def report_lines(store: Store, one: Import, *, zh: bool = False) -> list[str]:
    return [line async for line in format_outcome_lines(store, one, zh=zh)]


async def test_accepted_rows_are_not_listed(store: Store) -> None:
    one = await import_with(
        store, import_row(2, RowOutcome.ACCEPTED), import_row(3, RowOutcome.DUPLICATE)
    )
    assert await report_lines(store, one) == []


async def test_each_finding_is_a_line_and_columns_stand_below_their_headings(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "ROWS_PER_READ", 2)
    one = await import_with(
        store,
        import_row(2, RowOutcome.HELD),
        import_row(3, RowOutcome.ACCEPTED),
        import_row(4, RowOutcome.FAILED, NO_NUMBER, POSTING_CLOSED, external_id="甲-1"),
        import_row(5, RowOutcome.DUPLICATE, EMPLOYER_KNOWN_OTHERWISE),
    )
    message = "Give a whole number. (NOT_A_WHOLE_NUMBER)"
    closed = f"{POSTING_CLOSED.message} (POSTING_CLOSED)"
    differs = f"{EMPLOYER_KNOWN_OTHERWISE.message} (EMPLOYER_KNOWN_OTHERWISE)"
    assert await report_lines(store, one) == [
        "Row     Outcome     Number            Column            Finding",
        "2       HELD",
        f"4       FAILED      甲-1              [31m基本工资      {message}",
        f"4       FAILED      甲-1              岗位编号          {closed}",
        f"5       DUPLICATE                     信用代码          {differs}",
    ]


async def test_the_chinese_report_is_entirely_chinese(store: Store) -> None:
    one = await import_with(store, import_row(4, RowOutcome.FAILED, NO_NUMBER))
    assert await report_lines(store, one, zh=True) == [
        "行      结果        编号              列                说明",
        "4       无法读取                      [31m基本工资      请填写整数。 (NOT_A_WHOLE_NUMBER)",
    ]


async def test_the_csv_report_names_every_row_and_holds_no_formula(store: Store) -> None:
    posting = new_id()
    one = await import_with(
        store,
        import_row(
            2, RowOutcome.ACCEPTED, external_id="=1+1", posting_id=posting, employer_id=posting
        ),
        import_row(3, RowOutcome.FAILED, NO_NUMBER, POSTING_CLOSED),
    )
    text = b"".join([piece async for piece in stream_outcomes_csv(store, one)]).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert tuple(lines[0]) == CSV_HEADINGS
    assert {len(line) for line in lines} == {len(CSV_HEADINGS)}
    assert [line[:3] for line in lines[1:]] == [
        ["2", "ACCEPTED", "'=1+1"],
        ["3", "FAILED", ""],
        ["3", "FAILED", ""],
    ]
    assert all(lines[1][3:5])
    assert [line[5:7] for line in lines[2:]] == [
        ["[31m基本工资", "NOT_A_WHOLE_NUMBER"],
        ["岗位编号", "POSTING_CLOSED"],
    ]


def test_the_summary_states_each_count() -> None:
    one = records.import_record(total=1_500, accepted=1_200, held=3, dry_run=True)
    assert summarise(one) == (
        "Dry run, nothing was written: 1,203 of 1,500 rows: "
        "1,200 accepted, 3 held, 0 refused, 0 duplicates, 0 failed."
    )
