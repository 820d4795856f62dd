from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.postings.postings import CloseReason, Posting, PostingStatus
from domain.reference.calendar import day_in_china
from domain.screening.minimum_wages import KNOWN_WAGES
from domain.screening.screening import RULES
from domain.screening.verdicts import (
    AWAITING,
    REPORTS_TO_HOLD,
    admitted,
    changed,
    check_headcount,
    closed,
    decided,
    hired,
    reported,
    screened_again,
)
from tests.domain.samples import any_terms, terms
from tests.support import records
from tests.support.records import AT

VERIFIED = records.employer()
UNVERIFIED = replace(VERIFIED, verified_until=None)
DOUBTFUL = terms(conditions="35岁以下")
BAD = terms(insurance=())


def posting(offer: object = None, employer: object = VERIFIED) -> Posting:
    return admitted(
        "p1",
        employer=employer,  # type: ignore[arg-type] # one of the two above
        union_path=("root",),
        terms=offer or terms(),  # type: ignore[arg-type] # terms of the tests
        table=KNOWN_WAGES,
        by="officer",
        at=AT,
    )


@pytest.mark.parametrize(
    ("offer", "verified", "status"),
    [
        (terms(), True, PostingStatus.OPEN),
        (terms(), False, PostingStatus.SUSPENDED),
        (DOUBTFUL, True, PostingStatus.IN_REVIEW),
        (DOUBTFUL, False, PostingStatus.IN_REVIEW),
        (BAD, True, PostingStatus.REFUSED),
        (BAD, False, PostingStatus.REFUSED),
    ],
)
def test_one_refusal_refuses_one_doubt_holds_and_no_check_suspends(
    offer: object, verified: bool, status: PostingStatus
) -> None:
    made = posting(offer, VERIFIED if verified else UNVERIFIED)
    assert (made.status, made.rules) == (status, RULES)
    assert (made.waiting_since is not None) is (status is PostingStatus.IN_REVIEW)


@given(any_terms, st.booleans(), st.sampled_from(PostingStatus), st.integers(0, 5))
def test_screening_again_never_refuses_and_settles_at_once(
    offer: object, verified: bool, status: PostingStatus, reports: int
) -> None:
    employer = VERIFIED if verified else UNVERIFIED
    before = replace(posting(offer, employer), status=status, reports=reports)
    after = screened_again(before, employer=employer, table=KNOWN_WAGES, at=AT)
    if status not in AWAITING:
        assert after is before
        return
    assert after.status is not PostingStatus.REFUSED
    assert after is before or after.version == before.version + 1
    assert screened_again(after, employer=employer, table=KNOWN_WAGES, at=AT) is after
    assert after.is_open(day_in_china(AT)) is (after.status is PostingStatus.OPEN)
    if after.status is PostingStatus.OPEN:
        assert verified
        assert reports < REPORTS_TO_HOLD


def test_an_approved_posting_of_an_unverified_employer_waits_for_its_check() -> None:
    held = posting(DOUBTFUL, UNVERIFIED)
    approved = decided(held, by="officer", at=AT, approved=True, reason="已核实")
    assert approved.status is PostingStatus.SUSPENDED
    opened = screened_again(approved, employer=VERIFIED, table=KNOWN_WAGES, at=AT)
    assert opened.status is PostingStatus.OPEN


@given(any_terms | st.sampled_from((terms(), DOUBTFUL, BAD)), st.booleans(), st.integers(0, 5))
def test_an_approval_opens_nothing_that_would_be_taken_away_again(
    offer: object, verified: bool, reports: int
) -> None:
    employer = VERIFIED if verified else UNVERIFIED
    held = replace(posting(offer, employer), status=PostingStatus.SUSPENDED, reports=reports)
    approved = decided(held, by="officer", at=AT, approved=True, reason="已核实")
    again = screened_again(approved, employer=employer, table=KNOWN_WAGES, at=AT)
    assert (approved.status is PostingStatus.OPEN) is (again.status is PostingStatus.OPEN)


def test_what_a_person_refused_a_person_opens() -> None:
    refused = decided(posting(DOUBTFUL), by="officer", at=AT, approved=False, reason="歧视")
    assert refused.status is PostingStatus.REFUSED
    better = changed(refused, terms(), employer=VERIFIED, table=KNOWN_WAGES, at=AT)
    assert (better.status, better.revision) == (PostingStatus.IN_REVIEW, 2)
    worse = changed(refused, BAD, employer=VERIFIED, table=KNOWN_WAGES, at=AT)
    assert worse.status is PostingStatus.REFUSED


def test_enough_reports_hold_and_fewer_let_go() -> None:
    for count in range(REPORTS_TO_HOLD + 2):
        told = reported(posting(), count, AT)
        held = count >= REPORTS_TO_HOLD
        assert told.status is (PostingStatus.IN_REVIEW if held else PostingStatus.OPEN)
        assert (told.waiting_since is None) is (count == 0)
        assert reported(told, 0, AT).status is PostingStatus.OPEN
    gone = closed(posting(), CloseReason.WITHDRAWN, AT)
    assert reported(gone, REPORTS_TO_HOLD, AT).status is PostingStatus.CLOSED


def test_a_posting_is_filled_by_as_many_as_are_wanted() -> None:
    wanted = posting(terms(headcount=2))
    assert hired(wanted, 0, AT) is wanted
    one = hired(wanted, 1, AT)
    assert (one.hires, one.status) == (1, PostingStatus.OPEN)
    full = hired(one, 2, AT)
    assert (full.status, full.close_reason, full.closed_at) == (
        PostingStatus.CLOSED,
        CloseReason.FILLED,
        AT,
    )
    assert full.version == 3
    check_headcount(full, 3, ("headcount",))
    with pytest.raises(InvalidInput, match="2 have been hired"):
        check_headcount(full, 2, ("headcount",))
    again = changed(
        full, terms(headcount=3), employer=VERIFIED, table=KNOWN_WAGES, at=AT + timedelta(days=1)
    )
    assert (again.status, again.close_reason, again.closed_at) == (PostingStatus.OPEN, None, None)


def test_a_posting_past_its_last_day_closes() -> None:
    late = AT + timedelta(days=200)
    after = screened_again(posting(), employer=VERIFIED, table=KNOWN_WAGES, at=late)
    assert (after.status, after.close_reason) == (PostingStatus.CLOSED, CloseReason.EXPIRED)
