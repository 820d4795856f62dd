"""What became of the rows of an import, as lines to read or as CSV to work with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from unicodedata import east_asian_width

from domain.exchange.imports import COUNTER_FIELDS, Import, ImportRow, RowOutcome, find_heading
from domain.exchange.lead_rows import Cell, escape_formula
from domain.postings.postings import Finding
from schema.relay import global_id
from services.exchange.table_writer import Rows, stream_csv
from storage.mongo.paging import PageRequest
from storage.store import Store

ROWS_PER_READ = 100
"""Rows read at a time."""
CSV_HEADINGS = (
    "row",
    "outcome",
    "external_id",
    "posting",
    "employer",
    "column",
    "code",
    "severity",
    "message",
    "message_zh",
    "basis",
)
_HEADINGS = ("Row", "Outcome", "Number", "Column", "Finding")
_HEADINGS_ZH = ("行", "结果", "编号", "列", "说明")
_WIDTHS = (6, 10, 16, 16, 0)


def summarise(one: Import) -> str:
    """How many rows had each outcome."""
    counted = ", ".join(f"{getattr(one, field):,} {field}" for field in COUNTER_FIELDS.values())
    dry = "Dry run, nothing was written: " if one.dry_run else ""
    return f"{dry}{one.processed_rows:,} of {one.total:,} rows: {counted}."


async def format_outcome_lines(store: Store, one: Import, *, zh: bool) -> AsyncIterator[str]:
    """A line for each finding of rows that were not simply taken in, below headings; nothing
    without such rows."""
    headings: Sequence[str] | None = _HEADINGS_ZH if zh else _HEADINGS
    async for rows in _read_pages(store, one):
        for row in rows:
            for finding in _reported_findings(row):
                if headings is not None:
                    yield _line(headings)
                    headings = None
                yield _line(_cells(one, row, finding, zh=zh))


async def stream_outcomes_csv(store: Store, one: Import) -> AsyncIterator[bytes]:
    """Every row: a line for each finding, and one for a row without any."""

    async def pages() -> AsyncIterator[Rows]:
        async for rows in _read_pages(store, one):
            yield [
                _csv_cells(one, row, finding) for row in rows for finding in row.findings or (None,)
            ]

    async for piece in stream_csv(CSV_HEADINGS, pages()):
        yield piece


async def _read_pages(store: Store, one: Import) -> AsyncIterator[Sequence[ImportRow]]:
    after: tuple[int] | None = None
    while True:
        page = await store.imports.rows(one.id, None, PageRequest(limit=ROWS_PER_READ, after=after))
        yield page.items
        if not page.has_next:
            return
        after = (page.items[-1].number,)


def _reported_findings(row: ImportRow) -> Iterable[Finding | None]:
    """What is to be told of a row; None stands for its outcome alone."""
    if row.findings or row.outcome in {RowOutcome.ACCEPTED, RowOutcome.DUPLICATE}:
        return row.findings
    return (None,)


def _cells(one: Import, row: ImportRow, finding: Finding | None, *, zh: bool) -> Sequence[str]:
    outcome = row.outcome.zh if zh else row.outcome.value
    said = ""
    if finding is not None:
        basis = f", {finding.basis}" if finding.basis else ""
        said = f"{finding.message_zh if zh else finding.message} ({finding.code}{basis})"
    return str(row.number), outcome, row.external_id, _column_heading(one, finding), said


def _csv_cells(one: Import, row: ImportRow, finding: Finding | None) -> Sequence[Cell]:
    about = (
        row.number,
        row.outcome.value,
        escape_formula(row.external_id),
        global_id("Posting", row.posting_id) if row.posting_id else "",
        global_id("Employer", row.employer_id) if row.employer_id else "",
    )
    if finding is None:
        return (*about, *[""] * (len(CSV_HEADINGS) - len(about)))
    return (
        *about,
        escape_formula(_column_heading(one, finding)),
        finding.code,
        finding.severity.value,
        finding.message,
        finding.message_zh,
        finding.basis,
    )


def _column_heading(one: Import, finding: Finding | None) -> str:
    """The heading; a terminal gets none of the control characters that a file may hold."""
    heading = find_heading(one, finding.field) if finding else None
    return "".join(char for char in heading or "" if char.isprintable())


def _line(cells: Sequence[str]) -> str:
    return "  ".join(
        cell + " " * (width - _width(cell)) for cell, width in zip(cells, _WIDTHS, strict=True)
    ).rstrip()


def _width(text: str) -> int:
    """Columns that a terminal gives to the text."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
