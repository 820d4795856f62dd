"""The life of a posting: creation, change of terms, screening, review, reports, hires, closing.

Each function returns the posting after one step, with its version raised by one, or the same
posting if nothing changes. The caller stores it only over the version that it started from.

A posting is REFUSED when its submitted or changed terms fail, or by an officer. A posting that
passed before and fails when it is screened again is SUSPENDED and opens automatically once it
passes. An approval covers only the terms and the findings that the officer saw.

New rules take no posting off the air by themselves. Their findings in an open posting are deferred:
the posting stays OPEN and waits in the review queue until an officer decides, or until the day on
which the new rules apply. Pay below the minimum wage and a verification of the employer that has
ended are never deferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from domain.employers.employers import Employer
from domain.postings.deferral import (
    awaits_decision_on_rules,
    can_be_settled,
    deferred_keys,
    employer_check_day,
    settled_keys,
)
from domain.postings.job_keys import KEYED_STATUSES, make_job_key
from domain.postings.officer_review import Review
from domain.postings.postings import (
    CloseReason,
    Finding,
    Posting,
    PostingStatus,
    PostingTerms,
    Severity,
)
from domain.reference.calendar import day_in_china
from domain.refusals import InvalidInput
from domain.screening.posting_rules import RULES_VERSION, screen_employer, screen_terms
from domain.screening.reviews import MIN_WEIGHT_TO_HOLD, IndependentReports
from domain.screening.wage_table import WageTable

_UNWEIGHED_REPORTS_TO_HOLD = 3
"""Reports that held a posting in versions that did not weigh them: it stays held."""
RESCREENED_STATUSES = (PostingStatus.OPEN, PostingStatus.IN_REVIEW, PostingStatus.SUSPENDED)
"""Statuses in which a posting is visible, or would be if it passed.

Only postings in these statuses are screened again and closed after their last day.
"""


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
    job_key: str | None = None,
    campaign_id: str | None = None,
    found: tuple[Finding, ...] | None = None,
) -> Posting:
    """Create a posting and screen it: it is OPEN, IN_REVIEW, SUSPENDED or REFUSED.

    ``union_path`` is the path of the employer's union, ``by`` the creator's account id. ``found``
    is what ``screen_terms`` returns for the terms on the day of ``at``, if that is known.
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
        rules=RULES_VERSION,
        job_key=job_key,
        campaign_id=campaign_id,
    )
    return _apply_screening(posting, employer, table, at, failed=PostingStatus.REFUSED, found=found)


def change_terms(
    before: Posting,
    terms: PostingTerms,
    *,
    employer: Employer,
    table: WageTable,
    at: datetime,
    job_key: str | None = None,
    found: tuple[Finding, ...] | None = None,
) -> Posting:
    """Replace the terms and screen them like those of a new posting; a closed one may reopen.

    A posting that an officer refused goes to review: the rules did not see the reason for the
    refusal, so they cannot see whether it is gone. ``found`` is as for ``create_posting``.
    """
    after = replace(
        before,
        terms=terms,
        revision=before.revision + 1,
        version=before.version + 1,
        close_reason=None,
        closed_at=None,
        changed_at=at,
        # Other terms were never let through.
        rules=RULES_VERSION,
        deferred=(),
        grace_until=None,
        job_key=job_key,
    )
    return _apply_screening(after, employer, table, at, failed=PostingStatus.REFUSED, found=found)


def check_headcount(posting: Posting, headcount: int, field: tuple[str, ...]) -> None:
    """Check that a new headcount is above the number of people already hired.

    :raises InvalidInput: it is not, so the posting would be filled.
    """
    if posting.hires and headcount <= posting.hires:
        raise InvalidInput(
            f"{posting.hires} have been hired already. Enter a higher headcount.",
            f"已录用{posting.hires}人，招聘人数应大于已录用人数。",
            field=field,
        )


def rescreen_posting(
    posting: Posting,
    *,
    employer: Employer,
    table: WageTable,
    at: datetime,
    ends_deferral: bool = False,
) -> Posting:
    """Apply the rules, minimum wages and employer verification that are valid at ``at``.

    With ``ends_deferral`` the findings that were deferred count from now on.
    """
    if posting.status not in RESCREENED_STATUSES:
        return posting
    if posting.terms.valid_until < day_in_china(at):
        return close_posting(posting, CloseReason.EXPIRED, at)
    before = posting
    if ends_deferral:
        before = replace(posting, rules=RULES_VERSION, deferred=(), grace_until=None)
    after = _apply_screening(before, employer, table, at, failed=PostingStatus.SUSPENDED)
    return posting if after == posting else replace(after, version=posting.version + 1)


def apply_review(
    posting: Posting, *, by: str, at: datetime, approved: bool, reason: str
) -> Posting:
    """Apply an officer's decision; it also settles the open reports.

    An approval settles findings of severity REVIEW, and those of severity REFUSE about words in a
    text. It does not settle other REFUSE findings, nor replace the verification of the employer.
    Deferred findings stay deferred, and the posting stays open.

    A refused posting that is approved is SUSPENDED with ``rules`` 0: nobody kept it up to date
    while it was refused, so it opens when it is screened again.
    """
    review = Review(
        by=by,
        at=at,
        approved=approved,
        reason=reason,
        revision=posting.revision,
        settled=tuple(finding.key for finding in posting.findings),
    )
    after = replace(posting, review=review, reports=0, report_weight=0, version=posting.version + 1)
    if not approved:
        return _set_status(after, PostingStatus.REFUSED, at)
    if posting.status is PostingStatus.REFUSED:
        # A job of its own: the employer may have sent the job again since.
        job_key = make_job_key(posting.employer_id, posting.terms, separate_id=posting.id)
        return _set_status(replace(after, rules=0, job_key=job_key), PostingStatus.SUSPENDED, at)
    unverified = screen_employer(posting.verified_until, day_in_china(at))
    status = _decide_status(after, failed=PostingStatus.SUSPENDED)
    return _set_status(after, PostingStatus.SUSPENDED if unverified else status, at)


def apply_reports(posting: Posting, reports: IndependentReports, at: datetime) -> Posting:
    """Set the independent reports; those that weigh enough send the posting to review."""
    after = replace(
        posting,
        reports=reports.count,
        report_weight=reports.weight,
        version=posting.version + 1,
    )
    if posting.status not in RESCREENED_STATUSES:
        return after
    return _set_status(after, _decide_status(after, failed=PostingStatus.SUSPENDED), at)


def apply_hires(posting: Posting, hires: int, at: datetime) -> Posting:
    """Set the number of people hired; the posting closes once it reaches the headcount."""
    if posting.hires == hires:
        return posting
    after = replace(posting, hires=hires, version=posting.version + 1)
    if hires >= posting.terms.headcount and posting.status in RESCREENED_STATUSES:
        return replace(close_posting(after, CloseReason.FILLED, at), version=after.version)
    return after


def close_posting(posting: Posting, reason: CloseReason, at: datetime) -> Posting:
    """Close the posting; nobody sees it any more."""
    after = replace(posting, close_reason=reason, closed_at=at, version=posting.version + 1)
    return _set_status(after, PostingStatus.CLOSED, at)


def _apply_screening(
    posting: Posting,
    employer: Employer,
    table: WageTable,
    at: datetime,
    *,
    failed: PostingStatus,
    found: tuple[Finding, ...] | None = None,
) -> Posting:
    on = day_in_china(at)
    verified_until = employer_check_day(posting, employer)
    if found is None:
        found = screen_terms(posting.terms, table, on)
    found = (*found, *screen_employer(employer.verified_until, on))
    has_grace = not employer.is_verified(on) and not screen_employer(verified_until, on)
    after = replace(
        posting,
        findings=found,
        verified_until=verified_until,
        rules=RULES_VERSION,
        deferred=deferred_keys(posting, found, has_grace=has_grace),
    )
    return _set_status(after, _decide_status(after, failed=failed), at)


def _decide_status(posting: Posting, *, failed: PostingStatus) -> PostingStatus:
    """Derive the status: ``failed`` for one REFUSE finding, else IN_REVIEW, SUSPENDED or OPEN."""
    severities = {finding.severity for finding in _unsettled_findings(posting)}
    if Severity.REFUSE in severities:
        return failed
    if Severity.REVIEW in severities or _needs_officer(posting):
        return PostingStatus.IN_REVIEW
    return PostingStatus.SUSPENDED if Severity.SUSPEND in severities else PostingStatus.OPEN


def _unsettled_findings(posting: Posting) -> Iterator[Finding]:
    """Yield the findings that count: not deferred, and not covered by an approval."""
    settled = settled_keys(posting)
    for finding in posting.findings:
        if finding.key in posting.deferred:
            continue
        if not can_be_settled(finding) or finding.key not in settled:
            yield finding


def list_doubts(posting: Posting) -> tuple[Finding, ...]:
    """Return the findings that an officer has to decide on, with those that are deferred."""
    settled = settled_keys(posting)
    return tuple(
        finding
        for finding in posting.findings
        if finding.severity in {Severity.REFUSE, Severity.REVIEW} and finding.key not in settled
    )


def _needs_officer(posting: Posting) -> bool:
    """Whether an officer must decide even without findings: refused before, or often reported."""
    was_refused = posting.review is not None and not posting.review.approved
    if posting.report_weight is None:
        return was_refused or posting.reports >= _UNWEIGHED_REPORTS_TO_HOLD
    return was_refused or posting.report_weight >= MIN_WEIGHT_TO_HOLD


def _set_status(posting: Posting, status: PostingStatus, at: datetime) -> Posting:
    """Set the status, and put the posting into or take it out of the officers' queue."""
    is_waiting = (
        status is PostingStatus.IN_REVIEW
        or (posting.reports > 0 and status in RESCREENED_STATUSES)
        or (status is PostingStatus.OPEN and awaits_decision_on_rules(posting))
    )
    waiting_since = (posting.waiting_since or at) if is_waiting else None
    job_key = posting.job_key if status in KEYED_STATUSES else None
    if (status, waiting_since, job_key) == (posting.status, posting.waiting_since, posting.job_key):
        # A new posting is most often open already. A copy of all fields is what costs most here.
        return posting
    return replace(posting, status=status, waiting_since=waiting_since, job_key=job_key)
