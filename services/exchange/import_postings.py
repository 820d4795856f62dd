"""Imports of postings: each row passes the gate that every posting passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.employers.employers import Employer
from domain.errors import InvalidInput
from domain.exchange import cells
from domain.exchange.import_rows import refused_value, terms_from
from domain.exchange.imports import (
    CLOSED,
    NO_EMPLOYER,
    OTHER_EMPLOYER,
    OTHER_SCOPE,
    OUTCOMES,
    UNKNOWN_EMPLOYER,
    Import,
    ImportKind,
    RawRow,
    RowOutcome,
)
from domain.free_text import check_text
from domain.identity.scopes import may_see_unopened
from domain.identity.unions import Union
from domain.postings.postings import Finding, Posting, PostingStatus, PostingTerms
from domain.postings.term_changes import fingerprint, term_changes
from domain.reference.calendar import day_in_china
from domain.screening.minimum_wages import WageTable
from domain.screening.screening import check_terms
from domain.screening.verdicts import admitted, changed, check_headcount
from services.exchange.import_rows import Decided, Outcomes, Turns
from storage.clock import Clock
from storage.mongo.client import new_id
from storage.store import Store

LONGEST_ID = 64
"""Characters of an external id."""


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A row of postings that can be read."""

    number: int
    employer: Employer
    external_id: str
    terms: PostingTerms

    @property
    def key(self) -> str:
        return f"{self.employer.id}/{self.external_id}"


class PostingRows(Outcomes):
    """Decides about the postings of one part."""

    def __init__(self, store: Store, clock: Clock, wages: WageTable, one: Import) -> None:
        super().__init__(store, clock, one)
        self._wages = wages
        self._today = day_in_china(self._at)
        self._employers: dict[str, Employer] = {}
        self._given: Employer | None = None
        self._unions: dict[str, Union] = {}
        self._stored: dict[str, Posting] = {}

    async def decide(self, rows: Sequence[RawRow]) -> Decided:
        turns = Turns()
        read = []
        for row in rows:
            read.append((row.number, *self._read(row, "externalId")))
            await turns.take()
        await self._know_employers(found for _, found, faults in read if not faults)
        told: list[tuple[int, _Row | tuple[Finding, ...]]] = []
        for number, found, faults in read:
            told.append((number, faults or self._row(number, found)))
            await turns.take()
        await self._know_postings([each for _, each in told if isinstance(each, _Row)])
        for number, each in told:
            if isinstance(each, _Row):
                self._decide(each)
            else:
                self._note(number, RowOutcome.FAILED, each)
            await turns.take()
        return self._decided

    async def _know_employers(self, rows: Iterable[Mapping[str, Any]]) -> None:
        codes = {_code(found["creditCode"]) for found in rows} - {""}
        self._employers = await self._store.employers.by_credit_codes(codes)
        if self._import.employer_id is not None:
            known = await self._store.employers.by_ids([self._import.employer_id])
            self._given = known.get(self._import.employer_id)

    def _row(self, number: int, found: Mapping[str, Any]) -> _Row | tuple[Finding, ...]:
        """The row if the import may write it, or why not."""
        employer = self._employer(_code(found["creditCode"]))
        if isinstance(employer, Finding):
            return (employer,)
        external_id = found["externalId"]
        try:
            check_text(external_id, LONGEST_ID, ("input", "externalId"))
            terms = terms_from(found)
            check_terms(terms, self._today)
        except InvalidInput as refusal:
            return (refused_value(ImportKind.POSTINGS, refusal),)
        if not external_id:
            external_id = f"content-{fingerprint(terms)[:32]}"
        return _Row(number=number, employer=employer, external_id=external_id, terms=terms)

    def _employer(self, code: str) -> Employer | Finding:
        if not code:
            return self._given or NO_EMPLOYER
        named = self._employers.get(code)
        if named is None:
            return UNKNOWN_EMPLOYER
        if self._given is not None and named.id != self._given.id:
            return OTHER_EMPLOYER
        return named

    async def _know_postings(self, rows: Sequence[_Row]) -> None:
        self._decided.keys = {row.key for row in rows}
        wanted = {(row.employer.id, row.external_id) for row in rows}
        for posting in await self._store.postings.by_external_ids(wanted):
            self._stored[f"{posting.employer_id}/{posting.external_id}"] = posting
        unions = {posting.union_id for posting in self._stored.values()}
        unions |= {row.employer.union_id for row in rows}
        self._unions = await self._store.unions.by_ids(unions)
        if self._import.dry_run:
            keys = [row.key for row in rows]
            self._digests = await self._store.imports.digests(self._import.id, keys)

    def _decide(self, row: _Row) -> None:
        before = self._latest(row.key)
        if self._is_the_same(row, before):
            self._note_the_same(row, before)
        elif before is None:
            self._note_verdict(row, self._made(row))
        elif not self._may_change(before):
            self._note(row.number, RowOutcome.FAILED, [OTHER_SCOPE], external_id=row.external_id)
        elif before.status is PostingStatus.CLOSED:
            self._note(row.number, RowOutcome.FAILED, [CLOSED], external_id=row.external_id)
        else:
            self._revise(row, before)

    def _revise(self, row: _Row, before: Posting) -> None:
        try:
            check_headcount(before, row.terms.headcount, ("input", "headcount"))
        except InvalidInput as refusal:
            fault = refused_value(ImportKind.POSTINGS, refusal)
            self._note(row.number, RowOutcome.FAILED, [fault], external_id=row.external_id)
        else:
            self._note_verdict(row, self._revised(row, before))

    def _latest(self, key: str) -> Posting | None:
        """The posting as the rows before have left it."""
        if key in self._decided.changed:
            return self._decided.changed[key][1]
        return self._decided.postings.get(key) or self._stored.get(key)

    def _is_the_same(self, row: _Row, before: Posting | None) -> bool:
        if row.key in self._digests:
            return self._digests[row.key] == fingerprint(row.terms)
        return before is not None and not term_changes(before.terms, row.terms)

    def _may_change(self, posting: Posting) -> bool:
        path = self._path_of(posting.union_id)
        return may_see_unopened(self._import.principal, posting, path)

    def _path_of(self, union_id: str) -> tuple[str, ...]:
        union = self._unions.get(union_id)
        return union.path if union else ()

    def _made(self, row: _Row) -> Posting:
        made = self._decided.postings[row.key] = self._admitted(row)
        return made

    def _admitted(self, row: _Row) -> Posting:
        return admitted(
            new_id(),
            employer=row.employer,
            union_path=self._path_of(row.employer.union_id),
            terms=row.terms,
            table=self._wages,
            by=self._import.account_id,
            at=self._at,
            external_id=row.external_id,
        )

    def _revised(self, row: _Row, before: Posting) -> Posting:
        after = changed(before, row.terms, employer=row.employer, table=self._wages, at=self._at)
        if row.key in self._decided.postings:
            self._decided.postings[row.key] = after
        else:
            self._decided.changed[row.key] = (self._stored[row.key], after)
        return after

    def _note_verdict(self, row: _Row, posting: Posting) -> None:
        """A dry run keeps what the row says, for a later row about the same posting."""
        kept = {}
        if self._import.dry_run:
            self._digests[row.key] = fingerprint(row.terms)
            kept = {"key": row.key, "digest": self._digests[row.key]}
        outcome = OUTCOMES[posting.status]
        self._note(row.number, outcome, posting.findings, **self._about(row, posting), **kept)

    def _note_the_same(self, row: _Row, before: Posting | None) -> None:
        if before is None or row.key in self._digests:
            findings = self._admitted(row).findings
        else:
            findings = before.findings
        self._note(row.number, RowOutcome.DUPLICATE, findings, **self._about(row, before))

    def _about(self, row: _Row, posting: Posting | None) -> dict[str, Any]:
        is_stored = not self._import.dry_run or row.key in self._stored
        return {
            "external_id": row.external_id,
            "employer_id": row.employer.id,
            "posting_id": posting.id if posting is not None and is_stored else None,
        }


def _code(cell: str) -> str:
    return cells.plain(cell).upper()
