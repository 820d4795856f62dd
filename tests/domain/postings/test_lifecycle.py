"""Status changes of a posting after screening, reviews, reports, hires and its last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.postings.lifecycle import (
    RESCREENED_STATUSES,
    apply_hires,
    apply_reports,
    apply_review,
    change_terms,
    check_headcount,
    close_posting,
    create_posting,
    rescreen_posting,
)
from domain.postings.postings import CloseReason, Posting, PostingStatus
from domain.reference.calendar import day_in_china
from domain.refusals import InvalidInput
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.posting_rules import RULES_VERSION
from domain.screening.reviews import IndependentReports
from tests.domain.posting_terms_samples import any_terms, posting_terms
from tests.support import records
from tests.support.records import FIXED_NOW

VERIFIED = records.employer()
UNVERIFIED = replace(VERIFIED, verified_until=None)
DOUBTFUL = posting_terms(conditions="35岁以下")
BAD = posting_terms(insurance=())
NO_REPORTS = IndependentReports(proven=0, unproven=0)
THREE_PROVEN = IndependentReports(proven=3, unproven=0)


def posting(offer: object = None, employer: object = VERIFIED) -> Posting:
    return create_posting(
        "p1",
        employer=employer,  # type: ignore[arg-type] # one of the two above
        union_path=("root",),
        terms=offer or posting_terms(),  # type: ignore[arg-type] # terms of the tests
        table=KNOWN_WAGES,
        by="officer",
        at=FIXED_NOW,
    )


@pytest.mark.parametrize(
    ("offer", "verified", "status"),
    [
        (posting_terms(), True, PostingStatus.OPEN),
        (posting_terms(), False, PostingStatus.SUSPENDED),
        (DOUBTFUL, True, PostingStatus.IN_REVIEW),
        (DOUBTFUL, False, PostingStatus.IN_REVIEW),
        (BAD, True, PostingStatus.REFUSED),
        (BAD, False, PostingStatus.REFUSED),
    ],
)
def test_findings_decide_the_status(offer: object, verified: bool, status: PostingStatus) -> None:
    made = posting(offer, VERIFIED if verified else UNVERIFIED)
    assert (made.status, made.rules) == (status, RULES_VERSION)
    assert (made.waiting_since is not None) is (status is PostingStatus.IN_REVIEW)


@given(any_terms, st.booleans(), st.sampled_from(PostingStatus), st.integers(0, 5), st.booleans())
def test_screening_again_never_refuses_and_is_idempotent(
    offer: object, verified: bool, status: PostingStatus, reports: int, weighed: bool
) -> None:
    employer = VERIFIED if verified else UNVERIFIED
    before = replace(posting(offer, employer), status=status, reports=reports)
    if weighed:
        before = replace(before, report_weight=min(reports, 4))
    after = rescreen_posting(before, employer=employer, table=KNOWN_WAGES, at=FIXED_NOW)
    if status not in RESCREENED_STATUSES:
        assert after is before
        return
    assert after.status is not PostingStatus.REFUSED
    assert after is before or after.version == before.version + 1
    assert rescreen_posting(after, employer=employer, table=KNOWN_WAGES, at=FIXED_NOW) is after
    assert after.is_open(day_in_china(FIXED_NOW)) is (after.status is PostingStatus.OPEN)
    if after.status is PostingStatus.OPEN:
        assert verified
        assert reports < 3 or weighed


def test_an_approved_posting_of_an_unverified_employer_is_suspended() -> None:
    held = posting(DOUBTFUL, UNVERIFIED)
    approved = apply_review(held, by="officer", at=FIXED_NOW, approved=True, reason="已核实")
    assert approved.status is PostingStatus.SUSPENDED
    opened = rescreen_posting(approved, employer=VERIFIED, table=KNOWN_WAGES, at=FIXED_NOW)
    assert opened.status is PostingStatus.OPEN


@given(
    any_terms | st.sampled_from((posting_terms(), DOUBTFUL, BAD)), st.booleans(), st.integers(0, 5)
)
def test_an_approval_opens_only_what_passes_screening_again(
    offer: object, verified: bool, reports: int
) -> None:
    employer = VERIFIED if verified else UNVERIFIED
    held = replace(posting(offer, employer), status=PostingStatus.SUSPENDED, reports=reports)
    approved = apply_review(held, by="officer", at=FIXED_NOW, approved=True, reason="已核实")
    again = rescreen_posting(approved, employer=employer, table=KNOWN_WAGES, at=FIXED_NOW)
    assert (approved.status is PostingStatus.OPEN) is (again.status is PostingStatus.OPEN)


def test_a_posting_refused_by_an_officer_returns_to_review() -> None:
    refused = apply_review(
        posting(DOUBTFUL), by="officer", at=FIXED_NOW, approved=False, reason="歧视"
    )
    assert refused.status is PostingStatus.REFUSED
    better = change_terms(
        refused, posting_terms(), employer=VERIFIED, table=KNOWN_WAGES, at=FIXED_NOW
    )
    assert (better.status, better.revision) == (PostingStatus.IN_REVIEW, 2)
    worse = change_terms(refused, BAD, employer=VERIFIED, table=KNOWN_WAGES, at=FIXED_NOW)
    assert worse.status is PostingStatus.REFUSED


def test_enough_reports_send_a_posting_to_review() -> None:
    for proven, unproven, held in (
        (0, 0, False),
        (0, 1, False),
        (0, 1_000, False),
        (1, 1_000, False),
        (2, 3, False),
        (2, 4, True),
        (3, 0, True),
    ):
        reports = IndependentReports(proven=proven, unproven=unproven)
        reported = apply_reports(posting(), reports, FIXED_NOW)
        assert reported.status is (PostingStatus.IN_REVIEW if held else PostingStatus.OPEN)
        assert reported.reports == proven + unproven
        # An officer looks at every report.
        assert (reported.waiting_since is None) is (reports == NO_REPORTS)
        assert apply_reports(reported, NO_REPORTS, FIXED_NOW).status is PostingStatus.OPEN
    gone = close_posting(posting(), CloseReason.WITHDRAWN, FIXED_NOW)
    assert apply_reports(gone, THREE_PROVEN, FIXED_NOW).status is PostingStatus.CLOSED


def test_a_posting_that_unweighed_reports_hold_stays_held_until_an_officer_decides() -> None:
    before = replace(posting(), reports=3, status=PostingStatus.IN_REVIEW)
    assert before.report_weight is None
    again = rescreen_posting(before, employer=VERIFIED, table=KNOWN_WAGES, at=FIXED_NOW)
    assert again.status is PostingStatus.IN_REVIEW
    approved = apply_review(again, by="officer", at=FIXED_NOW, approved=True, reason="已核实")
    assert (approved.status, approved.report_weight) == (PostingStatus.OPEN, 0)


def test_a_posting_closes_when_its_headcount_is_hired() -> None:
    wanted = posting(posting_terms(headcount=2))
    assert apply_hires(wanted, 0, FIXED_NOW) is wanted
    one = apply_hires(wanted, 1, FIXED_NOW)
    assert (one.hires, one.status) == (1, PostingStatus.OPEN)
    full = apply_hires(one, 2, FIXED_NOW)
    assert (full.status, full.close_reason, full.closed_at) == (
        PostingStatus.CLOSED,
        CloseReason.FILLED,
        FIXED_NOW,
    )
    assert full.version == 3
    check_headcount(full, 3, ("headcount",))
    with pytest.raises(InvalidInput, match="2 have been hired"):
        check_headcount(full, 2, ("headcount",))
    again = change_terms(
        full,
        posting_terms(headcount=3),
        employer=VERIFIED,
        table=KNOWN_WAGES,
        at=FIXED_NOW + timedelta(days=1),
    )
    assert (again.status, again.close_reason, again.closed_at) == (PostingStatus.OPEN, None, None)


def test_a_posting_past_its_last_day_closes() -> None:
    late = FIXED_NOW + timedelta(days=200)
    after = rescreen_posting(posting(), employer=VERIFIED, table=KNOWN_WAGES, at=late)
    assert (after.status, after.close_reason) == (PostingStatus.CLOSED, CloseReason.EXPIRED)
