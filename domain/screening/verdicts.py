"""What becomes of a posting: from what screening finds, from what people decide, and in time.

Each function gives the posting as it is then, one version on; whoever writes it does so only over
the version that it was made from. What nothing has changed in comes back as it is.

A posting is refused when it is submitted or changed, or by a person. What was let through before
and fails when it is screened again, through no act of its staff, is suspended: it opens by itself
once it passes. An approval stands for the findings and the terms that the person saw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from domain.employers.employers import Employer
from domain.errors import InvalidInput
from domain.postings.postings import (
    CloseReason,
    Finding,
    Posting,
    PostingStatus,
    PostingTerms,
    Review,
    Severity,
)
from domain.reference.calendar import day_in_china
from domain.screening.minimum_wages import WageTable
from domain.screening.screening import RULES_VERSION, screen_employer, screen_terms

MIN_REPORTS_TO_HOLD = 3
"""Independent reports after which nobody sees a posting until a person has looked at it.

One or two may be a mistake, or a competitor; every report is looked at, but does not take a job
away from people who want it.
"""
RESCREENED_STATUSES = (PostingStatus.OPEN, PostingStatus.IN_REVIEW, PostingStatus.SUSPENDED)
"""What is shown, or would be if it passed: what is screened again, and closed in time."""


def create_posting(
    posting_id: str,
    *,
    employer: Employer,
    union_path: tuple[str, ...],
    terms: PostingTerms,
    table: WageTable,
    by: str,
    at: datetime,
    synthetic: bool = False,
    external_id: str | None = None,
) -> Posting:
    """A new posting that has gone through the gate: open, held, suspended or refused.

    ``union_path`` is that of the employer's union.
    """
    posting = Posting(
        id=posting_id,
        employer_id=employer.id,
        terms=terms,
        status=PostingStatus.OPEN,
        union_id=employer.union_id,
        union_path=union_path,
        created_by=by,
        created_at=at,
        synthetic=synthetic,
        external_id=external_id,
    )
    return _apply_screening(posting, employer, table, at, failed=PostingStatus.REFUSED)


def change_terms(
    before: Posting, terms: PostingTerms, *, employer: Employer, table: WageTable, at: datetime
) -> Posting:
    """The posting with other terms, as if it were new; one that was closed may open again.

    What a person refused a person opens: the rules did not see then why it was to be refused, so
    they cannot see whether that is gone.
    """
    after = replace(
        before,
        terms=terms,
        revision=before.revision + 1,
        version=before.version + 1,
        close_reason=None,
        closed_at=None,
        changed_at=at,
    )
    return _apply_screening(after, employer, table, at, failed=PostingStatus.REFUSED)


def check_headcount(posting: Posting, headcount: int, field: tuple[str, ...]) -> None:
    """Pass when more people are wanted than were hired.

    :raises InvalidInput: the posting would be filled.
    """
    if posting.hires and headcount <= posting.hires:
        raise InvalidInput(
            f"{posting.hires} have been hired already: ask for more than that.", field=field
        )


def rescreen_posting(
    posting: Posting, *, employer: Employer, table: WageTable, at: datetime
) -> Posting:
    """The posting under the rules, the wages and the employer's check as they are at ``at``."""
    if posting.status not in RESCREENED_STATUSES:
        return posting
    if posting.terms.valid_until < day_in_china(at):
        return close_posting(posting, CloseReason.EXPIRED, at)
    after = _apply_screening(posting, employer, table, at, failed=PostingStatus.SUSPENDED)
    return posting if after == posting else replace(after, version=posting.version + 1)


def apply_review(
    posting: Posting, *, by: str, at: datetime, approved: bool, reason: str
) -> Posting:
    """The posting after a person's decision on it as it is, reports and all.

    An approval settles doubts; what the law forbids, or a check that is missing, it does not.
    """
    review = Review(
        by=by,
        at=at,
        approved=approved,
        reason=reason,
        revision=posting.revision,
        settled=tuple(finding.key for finding in posting.findings),
    )
    after = replace(posting, review=review, reports=0, version=posting.version + 1)
    if not approved:
        return _with_status(after, PostingStatus.REFUSED, at)
    unverified = screen_employer(posting.verified_until, day_in_china(at))
    standing = _status_by_findings(after, failed=PostingStatus.SUSPENDED)
    return _with_status(after, PostingStatus.SUSPENDED if unverified else standing, at)


def apply_reports(posting: Posting, reports: int, at: datetime) -> Posting:
    """The posting with so many independent reports on it, held if they are enough."""
    after = replace(posting, reports=reports, version=posting.version + 1)
    if posting.status not in RESCREENED_STATUSES:
        return after
    return _with_status(after, _status_by_findings(after, failed=PostingStatus.SUSPENDED), at)


def apply_hires(posting: Posting, hires: int, at: datetime) -> Posting:
    """The posting with so many people hired; it closes once they are as many as are wanted."""
    if posting.hires == hires:
        return posting
    after = replace(posting, hires=hires, version=posting.version + 1)
    if hires >= posting.terms.headcount and posting.status in RESCREENED_STATUSES:
        return replace(close_posting(after, CloseReason.FILLED, at), version=after.version)
    return after


def close_posting(posting: Posting, reason: CloseReason, at: datetime) -> Posting:
    """The posting that nobody sees any more."""
    after = replace(posting, close_reason=reason, closed_at=at, version=posting.version + 1)
    return _with_status(after, PostingStatus.CLOSED, at)


def _apply_screening(
    posting: Posting, employer: Employer, table: WageTable, at: datetime, *, failed: PostingStatus
) -> Posting:
    on = day_in_china(at)
    found = (*screen_terms(posting.terms, table, on), *screen_employer(employer.verified_until, on))
    after = replace(
        posting, findings=found, verified_until=employer.verified_until, rules=RULES_VERSION
    )
    return _with_status(after, _status_by_findings(after, failed=failed), at)


def _status_by_findings(posting: Posting, *, failed: PostingStatus) -> PostingStatus:
    """One refusal fails it, else one doubt holds it, else it waits for its employer's check."""
    severities = {finding.severity for finding in _unsettled_findings(posting)}
    if Severity.REFUSE in severities:
        return failed
    if Severity.REVIEW in severities or _is_doubted(posting):
        return PostingStatus.IN_REVIEW
    return PostingStatus.SUSPENDED if Severity.SUSPEND in severities else PostingStatus.OPEN


def _unsettled_findings(posting: Posting) -> Iterator[Finding]:
    """The findings that nobody who approved the terms as they are has seen."""
    review = posting.review
    is_approved = review is not None and review.approved and review.revision == posting.revision
    settled = review.settled if review is not None and is_approved else ()
    for finding in posting.findings:
        if finding.severity is not Severity.REVIEW or finding.key not in settled:
            yield finding


def _is_doubted(posting: Posting) -> bool:
    was_refused = posting.review is not None and not posting.review.approved
    return was_refused or posting.reports >= MIN_REPORTS_TO_HOLD


def _with_status(posting: Posting, status: PostingStatus, at: datetime) -> Posting:
    """The posting in a status, and in the reviewers' queue while a person is to look at it."""
    waits = status is PostingStatus.IN_REVIEW or (
        posting.reports > 0 and status in RESCREENED_STATUSES
    )
    since = (posting.waiting_since or at) if waits else None
    return replace(posting, status=status, waiting_since=since)
