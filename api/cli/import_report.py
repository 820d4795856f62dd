"""Reports the rows of an import: as a table for a terminal, or as CSV."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from unicodedata import east_asian_width

from domain.exchange.cell_parsers import shorten_for_message
from domain.exchange.imports import COUNTER_FIELDS, Import, ImportRow, RowOutcome, find_heading
from domain.exchange.lead_rows import Cell, escape_formula
from domain.postings.postings import Finding
from schema.relay import global_id
from services.exchange.import_creation import CreatedImport
from services.exchange.table_writer import Rows, stream_csv
from storage.mongo.paging import PageRequest
from storage.store import Store

ROWS_PER_READ = 100
"""Rows read from the database at a time."""
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
    """Return a sentence with the number of rows per outcome."""
    counted = ", ".join(f"{getattr(one, field):,} {field}" for field in COUNTER_FIELDS.values())
    dry = "Dry run, nothing was written: " if one.dry_run else ""
    return f"{dry}{one.processed_rows:,} of {one.total:,} rows: {counted}."


async def format_outcome_lines(store: Store, one: Import, *, zh: bool) -> AsyncIterator[str]:
    """Yield headings and one line per finding; nothing when no row needs a report.

    Accepted and duplicate rows are reported only when they have findings.
    """
    headings: Sequence[str] | None = _HEADINGS_ZH if zh else _HEADINGS
    async for rows in _read_pages(store, one):
        for row in rows:
            for finding in _reported_findings(row):
                if headings is not None:
                    yield _format_line(headings)
                    headings = None
                yield _format_line(_cells(one, row, finding, zh=zh))


async def stream_outcomes_csv(store: Store, one: Import) -> AsyncIterator[bytes]:
    """Yield a CSV with one line per finding, and one line for a row without findings."""

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
    """Return the findings to report; ``(None,)`` reports only the outcome of the row."""
    if row.findings or row.outcome in {RowOutcome.ACCEPTED, RowOutcome.DUPLICATE}:
        return row.findings
    return (None,)


def _cells(one: Import, row: ImportRow, finding: Finding | None, *, zh: bool) -> Sequence[str]:
    outcome = row.outcome.zh if zh else row.outcome.value
    text = ""
    if finding is not None:
        basis = f", {finding.basis}" if finding.basis else ""
        text = f"{finding.message_zh if zh else finding.message} ({finding.code}{basis})"
    return str(row.number), outcome, row.external_id, _column_heading(one, finding), text


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
    """Return the heading without control characters, which a file may hold."""
    heading = find_heading(one, finding.field) if finding else None
    return "".join(char for char in heading or "" if char.isprintable())


def _format_line(cells: Sequence[str]) -> str:
    return "  ".join(
        cell + " " * (width - _display_width(cell))
        for cell, width in zip(cells, _WIDTHS, strict=True)
    ).rstrip()


def _display_width(text: str) -> int:
    """Return the number of columns that a terminal uses for the text."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def describe_reading(created: CreatedImport) -> list[str]:
    """Return lines about what is not certain in how a table was read; none for a plain table."""
    lines = [
        f"The column “{shorten_for_message(match.heading, 40)}” is "
        + (f"taken for {match.key}." if match.key else "not known.")
        for match in created.matches
        if match.heading and not (match.key and match.certain)
    ]
    if created.missing:
        lines.append(f"Missing columns: {', '.join(created.missing)}.")
    if created.hidden_rows:
        lines.append(f"Hidden rows: {created.hidden_rows}.")
    return lines
