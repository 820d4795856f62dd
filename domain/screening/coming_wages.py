"""What coming minimum wages will take down: open postings that rows of a later day will hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

from domain.postings.pay import FEN_PER_YUAN, PayPeriod, PayRate
from domain.postings.postings import Finding, Posting
from domain.screening.minimum_wages import Grade
from domain.screening.wage_proposals import WageProposal
from domain.screening.wage_rules import find_coming_findings, find_missing_pay
from domain.screening.wage_table import WageTable


@dataclass(frozen=True, kw_only=True)
class ComingEffect:
    """An open posting that rows of a later day will hold, and why.

    ``starts_on`` is the first day on which they do. ``missing`` is what its pay lacks then, a month
    or an hour; None if no pay is known that passes. ``is_proposed`` says that only a proposal takes
    it down, once it is verified.
    """

    posting: Posting
    starts_on: date
    findings: tuple[Finding, ...]
    missing: PayRate | None
    is_proposed: bool


@dataclass(frozen=True, kw_only=True)
class ComingWages:
    """The rows in force and to come on the day ``on``, without and with open proposals.

    ``assumed`` is None if no proposal is taken into account.
    """

    table: WageTable
    assumed: WageTable | None
    on: date

    @property
    def changes_anything(self) -> bool:
        """Whether a row is to come or is proposed."""
        return self.assumed is not None or bool(self.table.coming_days(self.on))

    @property
    def passing_fen(self) -> int | None:
        """The pay in fen a month from which on no day of the future finds anything anywhere.

        None if a day has no pay that passes everywhere.
        """
        highest = 0
        tables = (self.table,) if self.assumed is None else (self.table, self.assumed)
        for table in tables:
            for day in (self.on, *table.coming_days(self.on)):
                national = table.national_pass(PayPeriod.MONTH, day)
                if national is None:
                    return None
                highest = max(highest, ceil(national.yuan * FEN_PER_YUAN))
        return highest

    def find_effect(self, posting: Posting) -> ComingEffect | None:
        """Return what will take the posting down first; None if nothing will."""
        terms = posting.terms
        stored = find_coming_findings(terms, self.table, self.on)
        proposed = None
        if self.assumed is not None:
            proposed = find_coming_findings(terms, self.table, self.on, assumed=self.assumed)
        is_proposed = proposed is not None and (stored is None or proposed[0] < stored[0])
        table, found = (self.assumed, proposed) if is_proposed else (self.table, stored)
        if table is None or found is None:
            return None
        day, findings = found
        return ComingEffect(
            posting=posting,
            starts_on=day,
            findings=findings,
            missing=find_missing_pay(terms, table, day),
            is_proposed=is_proposed,
        )


def assume_proposals(table: WageTable, proposals: Iterable[WageProposal], on: date) -> ComingWages:
    """Return the wages to come if all these proposals were verified as they are."""
    rows = [
        replace(each.row, grade=Grade.A, places_verified=bool(each.row.places))
        for each in proposals
    ]
    assumed = WageTable(rows=(*table.rows, *rows)) if rows else None
    return ComingWages(table=table, assumed=assumed, on=on)
