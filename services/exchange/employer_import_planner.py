"""Plans the import of employers: one for each credit code. Known employers are never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from domain.employers.employers import Employer, check_credit_code, check_employer_name
from domain.exchange.import_rows import finding_from_refusal
from domain.exchange.imports import EMPLOYER_KNOWN_OTHERWISE, RawRow, RowOutcome
from domain.free_text import check_text
from domain.postings.postings import Finding
from domain.reference.regions import check_place_code
from domain.refusals import InvalidInput
from services.employers.employer_administration import MAX_DESCRIPTION_LENGTH
from services.exchange.import_plan import ImportPlan
from services.exchange.import_planner import ImportPlanner, TimeSlice
from services.exchange.written_rows import read_cells
from storage.mongo.client import new_id


class EmployerImportPlanner(ImportPlanner):
    """Plans one chunk of an import of employers."""

    async def plan(self, rows: Sequence[RawRow]) -> ImportPlan:
        time_slice = TimeSlice()
        parsed: list[tuple[int, Employer | tuple[Finding, ...]]] = []
        for row in rows:
            parsed.append((row.number, self._parse_row(row)))
            await time_slice.yield_if_used_up()
        codes = [each.credit_code for _, each in parsed if isinstance(each, Employer)]
        self._plan.row_keys = set(codes)
        stored = await self._store.employers.by_credit_codes(codes)
        if self._import.dry_run:
            self._digests = await self._store.imports.digests_by_key(self._import.id, codes)
        for number, employer in parsed:
            if isinstance(employer, Employer):
                self._plan_row(number, employer, stored)
            else:
                self._record_outcome(number, RowOutcome.FAILED, employer)
        return self._plan

    def _parse_row(self, row: RawRow) -> Employer | tuple[Finding, ...]:
        """Return the employer of a row, or why it cannot be read."""
        one = self._import
        values, faults = read_cells(one.kind, one.columns, row, "creditCode")
        if faults:
            return faults
        assert self._import.union_id is not None  # only officers import employers
        try:
            employer = Employer(
                id=new_id(),
                name=check_employer_name(values["name"], ("input", "name")),
                credit_code=check_credit_code(values["creditCode"], ("input", "creditCode")),
                place_code=check_place_code(values["placeCode"], ("input", "placeCode")),
                description=values["description"],
                union_id=self._import.union_id,
                created_by=self._import.account_id,
                created_at=self._at,
            )
            check_text(employer.description, MAX_DESCRIPTION_LENGTH, ("input", "description"))
        except InvalidInput as refusal:
            return (finding_from_refusal(refusal),)
        return employer

    def _plan_row(self, number: int, employer: Employer, stored: Mapping[str, Employer]) -> None:
        code, digest = employer.credit_code, _employer_digest(employer)
        known = self._plan.new_employers.get(code) or stored.get(code)
        known_digest = _employer_digest(known) if known else self._digests.get(code)
        dry_run = self._import.dry_run
        if known_digest is not None:
            findings = () if known_digest == digest else (EMPLOYER_KNOWN_OTHERWISE,)
            employer_id = known.id if known and (not dry_run or code in stored) else None
            self._record_outcome(number, RowOutcome.DUPLICATE, findings, employer_id=employer_id)
            return
        self._plan.new_employers[code] = employer
        if dry_run:
            self._record_outcome(number, RowOutcome.ACCEPTED, key=code, digest=digest)
        else:
            self._record_outcome(number, RowOutcome.ACCEPTED, employer_id=employer.id)


def _employer_digest(employer: Employer) -> str:
    """Return a hash of what a row says about an employer."""
    content = f"{employer.name}\x1f{employer.place_code}\x1f{employer.description}"
    return sha256(content.encode()).hexdigest()
