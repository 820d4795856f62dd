"""Plans the import of postings. Each row is screened like a posting that a person submits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.employers.employers import Employer
from domain.exchange import cell_parsers
from domain.exchange.import_rows import finding_from_refusal
from domain.exchange.imports import (
    EMPLOYER_MISSING,
    EMPLOYER_NOT_YOURS,
    EMPLOYER_OUT_OF_SCOPE,
    EMPLOYER_UNKNOWN,
    OUTCOME_BY_STATUS,
    POSTING_CLOSED,
    Import,
    RawRow,
    RowOutcome,
)
from domain.exchange.occupation_cells import note_occupation
from domain.exchange.row_terms import build_terms
from domain.exchange.word_cells import OPEN_ENDED
from domain.free_text import check_text
from domain.identity.scopes import may_submit_posting
from domain.identity.unions import Union
from domain.postings.lifecycle import change_terms, check_headcount, create_posting
from domain.postings.postings import Finding, Posting, PostingStatus, PostingTerms, Severity
from domain.postings.term_bounds import MAX_DAYS_AHEAD, check_terms
from domain.postings.term_changes import diff_terms, fingerprint_terms
from domain.postings.usual_pay import check_pay_is_usual
from domain.reference.calendar import day_in_china
from domain.reference.occupation_book import OccupationBook
from domain.refusals import InvalidInput, PayUnusual
from domain.screening.wage_table import WageTable
from services.exchange.import_plan import ImportPlan
from services.exchange.import_planner import NOTES, ImportPlanner, TimeSlice
from services.exchange.known_jobs import CONTENT_PREFIX, KnownJobs
from services.exchange.parsed_rows import ParsedRow
from services.postings.pay_comparison import PayComparison
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store

MAX_EXTERNAL_ID_LENGTH = 64
"""Characters of the number that the employer gives its posting."""


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
    ) -> None:
        super().__init__(store, clock, record)
        self._wages = wages
        self._today = day_in_china(self._at)
        self._employers: dict[str, Employer] = {}
        self._import_employer: Employer | None = None
        self._unions: dict[str, Union] = {}
        self._stored: dict[str, Posting] = {}
        self._comparison = comparison
        self._book = book
        self._usual_yuan: dict[tuple[str, str], int] = {}
        self._known_jobs = KnownJobs()

    async def plan(self, rows: Sequence[RawRow]) -> ImportPlan:
        time_slice = TimeSlice()
        read = []
        for row in rows:
            read.append((row.number, *self._read_cells(row, "externalId")))
            await time_slice.yield_if_used_up()
        await self._load_employers(values for _, values, faults in read if not faults)
        await self._load_unions()
        parsed: list[tuple[int, ParsedRow | tuple[Finding, ...]]] = []
        for number, values, faults in read:
            parsed.append((number, faults or self._parse_row(number, values)))
            await time_slice.yield_if_used_up()
        await self._load_postings([each for _, each in parsed if isinstance(each, ParsedRow)])
        for number, each in parsed:
            if isinstance(each, ParsedRow):
                self._plan_row(each)
            else:
                self._record_outcome(number, RowOutcome.FAILED, each)
            await time_slice.yield_if_used_up()
        return self._plan

    async def _load_employers(self, rows: Iterable[Mapping[str, Any]]) -> None:
        codes = {_normalise_code(values["creditCode"]) for values in rows} - {""}
        self._employers = await self._store.employers.by_credit_codes(codes)
        if self._import.employer_id is not None:
            known = await self._store.employers.by_ids([self._import.employer_id])
            self._import_employer = known.get(self._import.employer_id)

    async def _load_unions(self) -> None:
        employers = [*self._employers.values()]
        if self._import_employer is not None:
            employers.append(self._import_employer)
        self._unions = await self._store.unions.by_ids({each.union_id for each in employers})

    def _parse_row(self, number: int, values: Mapping[str, Any]) -> ParsedRow | tuple[Finding, ...]:
        """Return the row if the import may write it, else why not."""
        employer = self._resolve_employer(_normalise_code(values["creditCode"]))
        if isinstance(employer, Finding):
            return (employer,)
        path = self._union_path(employer.union_id)
        if not may_submit_posting(self._import.principal, employer, path):
            return (EMPLOYER_OUT_OF_SCOPE,)
        external_id = values["externalId"]
        try:
            check_text(external_id, MAX_EXTERNAL_ID_LENGTH, ("input", "externalId"))
            written = build_terms(values, self._book)
            terms = self._limit_last_day(written)
            check_terms(terms, self._today)
        except InvalidInput as refusal:
            return (finding_from_refusal(refusal),)
        if not external_id:
            # What is written identifies the row: a job without an end is the same one tomorrow.
            external_id = f"{CONTENT_PREFIX}{fingerprint_terms(written)[:32]}"
        return ParsedRow(
            number=number,
            employer=employer,
            external_id=external_id,
            terms=terms,
            is_pay_confirmed=values["payConfirmed"],
            notes=values[NOTES],
            is_open_ended=written.valid_until == OPEN_ENDED,
        )

    def _limit_last_day(self, terms: PostingTerms) -> PostingTerms:
        """Return the terms with a last day, a year from now if they have none."""
        if terms.valid_until != OPEN_ENDED:
            return terms
        return replace(terms, valid_until=self._today + timedelta(days=MAX_DAYS_AHEAD))

    def _resolve_employer(self, code: str) -> Employer | Finding:
        """Return the employer of a row: the one it names, or the one the import is for."""
        if not code:
            return self._import_employer or EMPLOYER_MISSING
        named = self._employers.get(code)
        if named is None:
            return EMPLOYER_UNKNOWN
        if self._import_employer is not None and named.id != self._import_employer.id:
            return EMPLOYER_NOT_YOURS
        return named

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

    def _plan_row(self, row: ParsedRow) -> None:
        before = self._latest(row.key)
        if row.is_open_ended and before is not None:
            row = row.with_last_day_of(before.terms, self._today)
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

    def _union_path(self, union_id: str) -> tuple[str, ...]:
        union = self._unions.get(union_id)
        return union.path if union else ()

    def _screen_new(self, row: ParsedRow, posting_id: str, job_key: str | None = None) -> Posting:
        return create_posting(
            posting_id,
            employer=row.employer,
            union_path=self._union_path(row.employer.union_id),
            terms=row.terms,
            table=self._wages,
            by=self._import.account_id,
            at=self._at,
            external_id=row.external_id,
            job_key=job_key,
        )

    def _apply_terms(self, row: ParsedRow, before: Posting, job_key: str) -> Posting:
        after = change_terms(
            before,
            row.terms,
            employer=row.employer,
            table=self._wages,
            at=self._at,
            job_key=job_key,
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


def _normalise_code(cell: str) -> str:
    return cell_parsers.normalise_text(cell).upper()
