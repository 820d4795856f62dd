"""GraphQL types of the comparison of a posting's pay with the minimum wage, now and later."""

from datetime import date
from typing import Self

import strawberry

from domain.postings.postings import Finding, PostingTerms, Severity
from domain.screening.wage_comparison import WageBasis, WageComparison
from domain.screening.wage_rules import compare_basic_pay, find_coming_findings
from domain.screening.wage_table import WageTable


@strawberry.type(description="How the pay of a posting compares with the minimum wage.")
class MinimumWageCheck:
    result: WageComparison
    basis: WageBasis
    detail: str = strawberry.field(description="The figures it was compared with.")

    @classmethod
    def of(cls, terms: PostingTerms, table: WageTable, on: date) -> Self | None:
        compared = compare_basic_pay(terms, table, on)
        if compared is None:
            return None
        verdict, detail = compared
        return cls(result=verdict.comparison, basis=verdict.basis, detail=detail)


@strawberry.type(
    description="A finding that minimum wages of a later day will make. Change the pay before that "
    "day, and the posting stays open."
)
class ComingFinding:
    starts_on: date
    code: str
    severity: Severity
    field: str = strawberry.field(description="The field of the input at fault.")
    message: str
    message_zh: str
    basis: str
    detail: str = strawberry.field(description="The figures of that day.")

    @classmethod
    def list_of(cls, terms: PostingTerms, table: WageTable, on: date) -> list[Self]:
        """Return what is coming for terms; empty if nothing is."""
        coming = find_coming_findings(terms, table, on)
        if coming is None:
            return []
        day, findings = coming
        return [cls.of(day, finding) for finding in findings]

    @classmethod
    def of(cls, starts_on: date, finding: Finding) -> Self:
        return cls(
            starts_on=starts_on,
            code=finding.code,
            severity=finding.severity,
            field=finding.field,
            message=finding.message,
            message_zh=finding.message_zh,
            basis=finding.basis,
            detail=finding.detail,
        )
