"""What a row of postings says by itself: its cells, the terms, and the findings on the terms.

These are pure functions of the row and of ``RowRules``. A row process computes them, too, so
nothing here imports storage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from domain.exchange.cell_parsers import normalise_text
from domain.exchange.import_rows import finding_from_refusal, parse_row
from domain.exchange.imports import EXAMPLE_MARKER, EXAMPLE_ROW_FINDING, ImportKind, RawRow
from domain.exchange.row_terms import build_terms
from domain.exchange.word_cells import OPEN_ENDED
from domain.free_text import check_text
from domain.postings.postings import Finding, PostingTerms, Severity
from domain.postings.term_bounds import MAX_DAYS_AHEAD, check_terms
from domain.postings.term_changes import fingerprint_terms
from domain.reference.occupation_additions import OccupationAddition
from domain.reference.occupation_book import LISTED_OCCUPATIONS, OccupationBook
from domain.refusals import InvalidInput
from domain.screening.minimum_wages import MinimumWage
from domain.screening.posting_rules import screen_terms
from domain.screening.wage_table import WageTable

CONTENT_PREFIX = "content-"
"""Begins the external id of a row without a number of its own."""
MAX_EXTERNAL_ID_LENGTH = 64
"""Characters of the number that the employer gives its posting."""
NOTES = "notes"
"""The key, among the values of a row, of the findings that only say how it was read."""


@dataclass(frozen=True, kw_only=True)
class RowRules:
    """What reading and screening the rows of an import depend on, as plain data.

    ``columns`` are the keys of the table's columns, ``today`` is the day in China.
    """

    columns: tuple[str, ...]
    today: date
    additions: tuple[OccupationAddition, ...]
    wages: tuple[MinimumWage, ...]


@dataclass(frozen=True, kw_only=True)
class WrittenTerms:
    """The terms that a row describes, its posting's external id, and how cells were read.

    The job ``is_open_ended`` if the row names no last day; the terms then have one. ``found`` is
    what ``screen_terms`` returns for the terms; None if they were not screened.
    """

    external_id: str
    terms: PostingTerms
    is_pay_confirmed: bool
    is_open_ended: bool
    notes: tuple[Finding, ...]
    found: tuple[Finding, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class WrittenRow:
    """A row before its employer is looked up: ``offer`` is its terms, or why there are none.

    ``credit_code`` is None when the cells cannot be read; the findings of ``offer`` say why.
    """

    number: int
    credit_code: str | None
    offer: WrittenTerms | tuple[Finding, ...]


class RowReader:
    """Reads and screens the rows of one import."""

    def __init__(
        self, rules: RowRules, *, book: OccupationBook | None = None, wages: WageTable | None = None
    ) -> None:
        self.rules = rules
        if book is None:
            book = OccupationBook(rules.additions) if rules.additions else LISTED_OCCUPATIONS
        self._book = book
        self._wages = wages if wages is not None else WageTable(rules.wages)

    def read(self, row: RawRow) -> WrittenRow:
        """Return what the row says, whatever it holds."""
        columns = self.rules.columns
        values, faults = read_cells(ImportKind.POSTINGS, columns, row, "externalId")
        if faults:
            return WrittenRow(number=row.number, credit_code=None, offer=faults)
        code = normalise_text(values["creditCode"]).upper()
        return WrittenRow(number=row.number, credit_code=code, offer=self._build_offer(values))

    def read_and_screen(self, row: RawRow) -> WrittenRow:
        """Return what the row says, with the findings on its terms."""
        written = self.read(row)
        if not isinstance(written.offer, WrittenTerms):
            return written
        found = self.screen(written.offer.terms)
        return replace(written, offer=replace(written.offer, found=found))

    def screen(self, terms: PostingTerms) -> tuple[Finding, ...]:
        """Return the findings on the terms (``screen_terms``)."""
        return screen_terms(terms, self._wages, self.rules.today)

    def _build_offer(self, values: Mapping[str, Any]) -> WrittenTerms | tuple[Finding, ...]:
        external_id = values["externalId"]
        try:
            check_text(external_id, MAX_EXTERNAL_ID_LENGTH, ("input", "externalId"))
            written = build_terms(values, self._book)
            terms = self._limit_last_day(written)
            check_terms(terms, self.rules.today)
        except InvalidInput as refusal:
            return (finding_from_refusal(refusal),)
        if not external_id:
            # What is written identifies the row: a job without an end is the same one tomorrow.
            external_id = f"{CONTENT_PREFIX}{fingerprint_terms(written)[:32]}"
        return WrittenTerms(
            external_id=external_id,
            terms=terms,
            is_pay_confirmed=values["payConfirmed"],
            is_open_ended=written.valid_until == OPEN_ENDED,
            notes=values[NOTES],
        )

    def _limit_last_day(self, terms: PostingTerms) -> PostingTerms:
        """Return the terms with a last day, a year from now if they have none."""
        if terms.valid_until != OPEN_ENDED:
            return terms
        return replace(terms, valid_until=self.rules.today + timedelta(days=MAX_DAYS_AHEAD))


def read_cells(
    kind: ImportKind, columns: Sequence[str], row: RawRow, example_key: str
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """Return the values of a row by column key, and what is wrong with them.

    Findings that refuse nothing are among the values, under ``NOTES``. ``example_key`` is the
    column that marks the example row of the template.
    """
    values, findings = parse_row(kind, columns, row.cells)
    faults = tuple(each for each in findings if each.severity is Severity.REFUSE)
    values[NOTES] = tuple(each for each in findings if each.severity is not Severity.REFUSE)
    if values.get(example_key) == EXAMPLE_MARKER:
        return {}, (EXAMPLE_ROW_FINDING,)
    return values, faults
