"""A row of a table of postings that can be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from domain.employers.employers import Employer
from domain.postings.job_keys import make_job_key
from domain.postings.postings import Finding, PostingTerms

RENEWED_BEFORE_DAYS = 30
"""A job without an end is renewed by an import when its posting has fewer days left."""


@dataclass(frozen=True, kw_only=True)
class ParsedRow:
    """A row that can be read: its employer, its external id and the terms.

    ``notes`` say how cells were read. A job ``is_open_ended`` if its row names no last day.
    """

    number: int
    employer: Employer
    external_id: str
    terms: PostingTerms
    is_pay_confirmed: bool
    notes: tuple[Finding, ...]
    is_open_ended: bool

    @property
    def key(self) -> str:
        """The key of its posting in the plan."""
        return f"{self.employer.id}/{self.external_id}"

    @cached_property
    def job_key(self) -> str:
        """The key of its job, by which the employer's other rows and postings are compared."""
        return make_job_key(self.employer.id, self.terms)

    @property
    def pay_group(self) -> tuple[str, str]:
        """Occupation and city, whose usual pay the pay is compared with."""
        return self.terms.occupation.value, self.terms.place_code[:4]

    def with_last_day_of(self, terms: PostingTerms, on: date) -> ParsedRow:
        """Return a row without an end with the last day of stored terms, unless that is soon."""
        if (terms.valid_until - on).days < RENEWED_BEFORE_DAYS:
            return self
        return replace(self, terms=replace(self.terms, valid_until=terms.valid_until))
