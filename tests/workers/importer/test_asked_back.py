"""Rows about a job that the employer has already, and rows with an unusual pay."""

from __future__ import annotations

from domain.exchange.imports import RawRow, RowOutcome
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.workers.importer.queued_imports import KEYS, posting_row, queue_import
from workers.importer import Importer

Found = list[tuple[RowOutcome, list[str]]]


def row(number: int, **cells: str) -> RawRow:
    """Return a row with other cells, by column key; dots in keys are underscores."""
    changed = {key.replace("_", "."): cell for key, cell in cells.items()}
    base = posting_row(number, f"job-{number}")
    pairs = zip(KEYS, base.cells, strict=True)
    return RawRow(number=number, cells=tuple(changed.get(key, cell) for key, cell in pairs))


async def run(store: Store, importer: Importer, *rows: RawRow) -> Found:
    employer = records.employer()
    await store.employers.add([employer])
    one = await queue_import(store, [list(rows)], employer)
    await importer.run()
    page = await store.imports.rows(one.id, None, PageRequest(limit=100))
    return [(each.outcome, [finding.code for finding in each.findings]) for each in page.items]


async def test_a_number_of_its_own_makes_a_job_separate(store: Store, importer: Importer) -> None:
    assert await run(store, importer, row(2), row(3), row(4, title="高级电工")) == [
        (RowOutcome.ACCEPTED, []),
        (RowOutcome.ACCEPTED, ["ALREADY_EXISTS"]),
        (RowOutcome.ACCEPTED, []),
    ]
    assert await store.mongo["postings"].count_documents({"job_key": {"$gt": ""}}) == 3


async def test_a_row_without_a_number_is_not_a_second_job(store: Store, importer: Importer) -> None:
    first, again = row(2, externalId=""), row(3, externalId="", duties="别的工作。")
    repeated = RawRow(number=4, cells=first.cells)
    assert await run(store, importer, first, again, repeated) == [
        (RowOutcome.ACCEPTED, []),
        (RowOutcome.FAILED, ["ALREADY_EXISTS"]),
        (RowOutcome.DUPLICATE, []),
    ]


async def test_an_unusual_pay_needs_a_confirmation(store: Store, importer: Importer) -> None:
    rows = (row(2, pay_amount="65000"), row(3, pay_amount="66000", payConfirmed="是"))
    assert await run(store, importer, *rows) == [
        (RowOutcome.FAILED, ["PAY_UNUSUAL"]),
        (RowOutcome.ACCEPTED, []),
    ]
