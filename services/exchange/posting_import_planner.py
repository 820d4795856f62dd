"""Plans the import of postings. Each row is screened like a posting that a person submits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from domain.exchange.import_rows import finding_from_refusal
from domain.exchange.imports import (
    EMPLOYER_OUT_OF_SCOPE,
    OUTCOME_BY_STATUS,
    POSTING_CLOSED,
    Import,
    RawRow,
    RowOutcome,
)
from domain.exchange.occupation_cells import note_occupation
from domain.identity.scopes import may_submit_posting
from domain.postings.lifecycle import change_terms, check_headcount, create_posting
from domain.postings.postings import Finding, Posting, PostingStatus, PostingTerms, Severity
from domain.postings.term_changes import diff_terms, fingerprint_terms
from domain.postings.usual_pay import check_pay_is_usual
from domain.reference.calendar import day_in_china
from domain.reference.occupation_book import OccupationBook
from domain.refusals import InvalidInput, PayUnusual
from domain.screening.wage_table import WageTable
from services.exchange.import_plan import ImportPlan
from services.exchange.import_planner import ImportPlanner, TimeSlice
from services.exchange.known_jobs import KnownJobs
from services.exchange.parsed_rows import ParsedRow
from services.exchange.row_employers import RowEmployers
from services.exchange.row_processes import RowProcesses
from services.exchange.written_rows import RowReader, RowRules, WrittenRow, WrittenTerms
from services.postings.pay_comparison import PayComparison
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store


class PostingImportPlanner(ImportPlanner):
    """Plans one chunk of an import of postings."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        wages: WageTable,
        record: Import,
        comparison: PayComparison,
        *,
        book: OccupationBook,
        processes: RowProcesses,
    ) -> None:
        super().__init__(store, clock, record)
        self._wages = wages
        self._today = day_in_china(self._at)
        self._employers = RowEmployers(store, record)
        self._stored: dict[str, Posting] = {}
        self._comparison = comparison
        self._processes = processes
        rules = RowRules(
            columns=record.columns, today=self._today, additions=book.additions, wages=wages.rows
        )
        self._reader = RowReader(rules, book=book, wages=wages)
        self._usual_yuan: dict[tuple[str, str], int] = {}
        self._known_jobs = KnownJobs()
        self._found: dict[int, tuple[PostingTerms, tuple[Finding, ...]]] = {}
        """What processes found on the terms of rows, by the number of the row."""
        self._written: Sequence[WrittenRow] | None = None

    async def read_ahead(self, rows: Sequence[RawRow]) -> None:
        # Unchanged postings are not screened: a table that comes again consists of them.
        is_mostly_new = 2 * self._import.duplicates <= self._import.processed_rows
        self._written = await self._processes.read(
            self._reader, rows, import_rows=self._import.total, screens=is_mostly_new
        )

    async def plan(self, rows: Sequence[RawRow]) -> ImportPlan:
        if self._written is None:
            await self.read_ahead(rows)
        written = self._written or ()
        await self._employers.load({row.credit_code for row in written if row.credit_code})
        parsed = [(row.number, self._parse_row(row)) for row in written]
        readable = [each for _, each in parsed if isinstance(each, ParsedRow)]
        await self._load_postings(readable)
        await self._screen_ahead(readable)
        time_slice = TimeSlice()
        for number, each in parsed:
            if isinstance(each, ParsedRow):
                self._plan_row(each)
            else:
                self._record_outcome(number, RowOutcome.FAILED, each)
            await time_slice.yield_if_used_up()
        return self._plan

    def _parse_row(self, row: WrittenRow) -> ParsedRow | tuple[Finding, ...]:
        """Return the row if the import may write it, else why not."""
        if row.credit_code is None:
            return cast("tuple[Finding, ...]", row.offer)
        employer = self._employers.resolve(row.credit_code)
        if isinstance(employer, Finding):
            return (employer,)
        path = self._employers.union_path(employer.union_id)
        if not may_submit_posting(self._import.principal, employer, path):
            return (EMPLOYER_OUT_OF_SCOPE,)
        if not isinstance(row.offer, WrittenTerms):
            return row.offer
        if row.offer.found is not None:
            self._found[row.number] = row.offer.terms, row.offer.found
        return ParsedRow(
            number=row.number,
            employer=employer,
            external_id=row.offer.external_id,
            terms=row.offer.terms,
            is_pay_confirmed=row.offer.is_pay_confirmed,
            notes=row.offer.notes,
            is_open_ended=row.offer.is_open_ended,
        )

    async def _load_postings(self, rows: Sequence[ParsedRow]) -> None:
        self._plan.row_keys = {row.key for row in rows}
        wanted = {(row.employer.id, row.external_id) for row in rows}
        for posting in await self._store.postings.by_external_ids(wanted):
            self._stored[f"{posting.employer_id}/{posting.external_id}"] = posting
        job_keys = [row.job_key for row in rows]
        self._plan.row_keys.update(job_keys)
        await self._known_jobs.load(self._store, job_keys)
        for row in {row.pay_group: row for row in rows}.values():
            self._usual_yuan[row.pay_group] = await self._comparison.find_usual_yuan(row.terms)
        if self._import.dry_run:
            keys = [row.key for row in rows]
            self._digests = await self._store.imports.digests_by_key(self._import.id, keys)

    async def _screen_ahead(self, rows: Sequence[ParsedRow]) -> None:
        """Let the processes screen terms that will be written and that they have not screened.

        What they do not screen is screened here.
        """
        final = [self._with_stored_last_day(row, self._stored.get(row.key)) for row in rows]
        wanted = [
            row for row in final if self._found_ahead(row) is None and self._may_be_screened(row)
        ]
        found = await self._processes.screen(
            self._reader, [row.terms for row in wanted], import_rows=self._import.total
        )
        for row, findings in zip(wanted, found, strict=True):
            if findings is not None:
                self._found[row.number] = row.terms, findings

    def _may_be_screened(self, row: ParsedRow) -> bool:
        before = self._stored.get(row.key)
        if before is None or row.key in self._digests:
            return True
        return before.status is not PostingStatus.CLOSED and before.terms != row.terms

    def _with_stored_last_day(self, row: ParsedRow, before: Posting | None) -> ParsedRow:
        if row.is_open_ended and before is not None:
            return row.with_last_day_of(before.terms, self._today)
        return row

    def _found_ahead(self, row: ParsedRow) -> tuple[Finding, ...] | None:
        """Return what a process found on exactly these terms; None if none screened them."""
        terms, findings = self._found.get(row.number, (None, None))
        return findings if terms is row.terms or terms == row.terms else None

    def _plan_row(self, row: ParsedRow) -> None:
        before = self._latest(row.key)
        row = self._with_stored_last_day(row, before)
        if self._is_unchanged(row, before):
            self._record_unchanged(row, before)
        elif before is not None and before.status is PostingStatus.CLOSED:
            self._record_failure(row, POSTING_CLOSED)
        else:
            self._plan_write(row, before)

    def _plan_write(self, row: ParsedRow, before: Posting | None) -> None:
        """Plan a new posting or other terms, unless pay, headcount or the job is refused."""
        posting_id = before.id if before is not None else new_id()
        job_key, twin = self._known_jobs.claim(
            row.job_key, external_id=row.external_id, posting_id=posting_id
        )
        try:
            if not row.is_pay_confirmed and (before is None or before.terms.pay != row.terms.pay):
                check_pay_is_usual(row.terms.pay, self._usual_yuan[row.pay_group])
            if before is not None:
                check_headcount(before, row.terms.headcount, ("input", "headcount"))
        except (InvalidInput, PayUnusual) as refusal:
            self._record_failure(row, finding_from_refusal(refusal))
            return
        if twin is not None and twin.severity is Severity.REFUSE:
            self._record_failure(row, twin)
        elif before is None:
            posting = self._screen_new(row, posting_id, job_key)
            self._plan.new_postings[row.key] = posting
            self._record_verdict(row, posting, twin)
        else:
            self._record_verdict(row, self._apply_terms(row, before, job_key), twin)

    def _latest(self, key: str) -> Posting | None:
        """Return the posting as earlier rows of the chunk leave it."""
        if key in self._plan.changed_postings:
            return self._plan.changed_postings[key][1]
        return self._plan.new_postings.get(key) or self._stored.get(key)

    def _is_unchanged(self, row: ParsedRow, before: Posting | None) -> bool:
        if row.key in self._digests:
            return self._digests[row.key] == fingerprint_terms(row.terms)
        return before is not None and not diff_terms(before.terms, row.terms)

    def _screen_new(self, row: ParsedRow, posting_id: str, job_key: str | None = None) -> Posting:
        return create_posting(
            posting_id,
            employer=row.employer,
            union_path=self._employers.union_path(row.employer.union_id),
            terms=row.terms,
            table=self._wages,
            by=self._import.account_id,
            at=self._at,
            external_id=row.external_id,
            job_key=job_key,
            found=self._found_ahead(row),
        )

    def _apply_terms(self, row: ParsedRow, before: Posting, job_key: str) -> Posting:
        after = change_terms(
            before,
            row.terms,
            employer=row.employer,
            table=self._wages,
            at=self._at,
            job_key=job_key,
            found=self._found_ahead(row),
        )
        if row.key in self._plan.new_postings:
            self._plan.new_postings[row.key] = after
        else:
            self._plan.changed_postings[row.key] = (self._stored[row.key], after)
        return after

    def _record_failure(self, row: ParsedRow, fault: Finding) -> None:
        self._record_outcome(row.number, RowOutcome.FAILED, [fault], external_id=row.external_id)

    def _record_verdict(self, row: ParsedRow, posting: Posting, twin: Finding | None) -> None:
        """Record the verdict of screening, and that the employer has the same job if it has.

        A dry run writes no posting: it keeps a digest of the terms, so that a later row about the
        same posting can be compared.
        """
        digest = {}
        if self._import.dry_run:
            self._digests[row.key] = fingerprint_terms(row.terms)
            digest = {"key": row.key, "digest": self._digests[row.key]}
        outcome = OUTCOME_BY_STATUS[posting.status]
        findings = (*posting.findings, *row.notes, *note_occupation(row.terms))
        if twin is not None and posting.status is not PostingStatus.REFUSED:
            findings = (*findings, twin)
        self._record_outcome(
            row.number, outcome, findings, **self._references(row, posting), **digest
        )

    def _record_unchanged(self, row: ParsedRow, before: Posting | None) -> None:
        if before is None or row.key in self._digests:
            findings = self._screen_new(row, new_id()).findings
        else:
            findings = before.findings
        self._record_outcome(
            row.number, RowOutcome.DUPLICATE, findings, **self._references(row, before)
        )

    def _references(self, row: ParsedRow, posting: Posting | None) -> dict[str, Any]:
        is_stored = not self._import.dry_run or row.key in self._stored
        return {
            "external_id": row.external_id,
            "employer_id": row.employer.id,
            "posting_id": posting.id if posting is not None and is_stored else None,
        }
