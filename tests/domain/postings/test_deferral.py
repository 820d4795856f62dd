"""What newer rules find in an open posting is deferred until an officer decides or a day comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.postings.deferral import employer_check_day
from domain.postings.lifecycle import (
    apply_reports,
    apply_review,
    change_terms,
    rescreen_posting,
)
from domain.postings.postings import Posting, PostingStatus, PostingTerms
from domain.reference.calendar import day_in_china
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.minimum_wages import Grade, MinimumWage
from domain.screening.posting_rules import RULES_VERSION
from domain.screening.reviews import IndependentReports
from domain.screening.wage_table import WageTable
from tests.domain.posting_terms_samples import (
    hourly_pay,
    monthly_pay,
    part_time_terms,
    posting_terms,
)
from tests.support import records
from tests.support.records import FIXED_NOW

CHECKED = records.employer()
UNCHECKED = replace(CHECKED, verified_until=None, checks=0)
NO_REPORTS = IndependentReports(proven=0, unproven=0)
FORBIDDEN = posting_terms(insurance=())
DOUBTFUL = posting_terms(conditions="35岁以下")
LAST_DAY = day_in_china(FIXED_NOW) + timedelta(days=9)


def let_through(terms: PostingTerms, **changes: object) -> Posting:
    """An open posting that rules of an earlier version screened."""
    made = records.posting(
        terms=terms,
        status=PostingStatus.OPEN,
        rules=RULES_VERSION - 1,
        verified_until=CHECKED.verified_until,
    )
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a posting


def screened(posting: Posting, *, days: int = 0, ends_deferral: bool = False) -> Posting:
    return rescreen_posting(
        posting,
        employer=CHECKED,
        table=KNOWN_WAGES,
        at=FIXED_NOW + timedelta(days=days),
        ends_deferral=ends_deferral,
    )


@pytest.mark.parametrize("terms", [FORBIDDEN, DOUBTFUL])
def test_an_open_posting_stays_open_and_waits_for_an_officer(terms: PostingTerms) -> None:
    after = screened(let_through(terms))
    assert (after.status, after.waiting_since) == (PostingStatus.OPEN, FIXED_NOW)
    assert after.deferred == tuple(finding.key for finding in after.findings)
    assert after.rules == RULES_VERSION
    assert screened(after, days=3) is after


@pytest.mark.parametrize("status", [PostingStatus.SUSPENDED, PostingStatus.IN_REVIEW])
def test_what_is_not_on_the_air_is_screened_by_the_new_rules_at_once(status: PostingStatus) -> None:
    after = screened(let_through(FORBIDDEN, status=status))
    assert (after.status, after.deferred) == (PostingStatus.SUSPENDED, ())


def test_pay_below_the_minimum_wage_is_never_deferred() -> None:
    after = screened(let_through(replace(FORBIDDEN, pay=monthly_pay(100))))
    assert after.status is PostingStatus.SUSPENDED
    assert [key.partition("|")[0] for key in after.deferred] == ["SOCIAL_INSURANCE_MISSING"]


def test_long_part_time_work_that_was_let_through_is_deferred_with_its_pay() -> None:
    long = part_time_terms(
        hours_per_day=Decimal(8), hours_per_week=Decimal(40), pay=hourly_pay(15), insurance=()
    )
    after = screened(let_through(long))
    assert after.status is PostingStatus.OPEN
    assert {key.partition("|")[0] for key in after.deferred} == {
        "SOCIAL_INSURANCE_MISSING",
        "PAY_BELOW_MINIMUM_WAGE",
        "PART_TIME_DAILY_HOURS_LONG",
        "PART_TIME_WEEKLY_HOURS_LONG",
    }
    # Rows that come later count at once.
    raised = MinimumWage(
        region="310000",
        tier=1,
        monthly=3_000,
        effective_from=day_in_china(FIXED_NOW),
        grade=Grade.A,
    )
    lower = rescreen_posting(
        after,
        employer=CHECKED,
        table=WageTable(rows=(*KNOWN_WAGES.rows, raised)),
        at=FIXED_NOW,
    )
    assert lower.status is PostingStatus.SUSPENDED


def test_an_officer_refuses_what_new_rules_found() -> None:
    after = apply_review(
        screened(let_through(FORBIDDEN)),
        by="officer",
        at=FIXED_NOW,
        approved=False,
        reason="无社保",
    )
    assert (after.status, after.waiting_since) == (PostingStatus.REFUSED, None)


def test_an_approval_ends_the_wait_and_settles_doubts_but_not_what_the_law_forbids() -> None:
    for terms, at_the_end in (
        (DOUBTFUL, PostingStatus.OPEN),
        (FORBIDDEN, PostingStatus.SUSPENDED),
    ):
        approved = apply_review(
            screened(let_through(terms)), by="officer", at=FIXED_NOW, approved=True, reason="已核实"
        )
        assert (approved.status, approved.waiting_since) == (PostingStatus.OPEN, None)
        assert screened(approved, days=2) is approved
        assert screened(approved, ends_deferral=True).status is at_the_end


def test_the_end_of_deferral_applies_the_new_rules() -> None:
    for terms, status in (
        (FORBIDDEN, PostingStatus.SUSPENDED),
        (DOUBTFUL, PostingStatus.IN_REVIEW),
        (posting_terms(), PostingStatus.OPEN),
    ):
        for before in (let_through(terms), screened(let_through(terms))):
            after = screened(before, ends_deferral=True)
            assert (after.status, after.deferred) == (status, ())
            assert screened(after, ends_deferral=True) is after


def test_reports_hold_a_posting_whose_findings_are_deferred() -> None:
    deferred = screened(let_through(FORBIDDEN))
    held = apply_reports(deferred, IndependentReports(proven=3, unproven=0), FIXED_NOW)
    assert held.status is PostingStatus.IN_REVIEW
    assert apply_reports(held, NO_REPORTS, FIXED_NOW).status is PostingStatus.OPEN


def test_other_terms_pass_the_new_rules_or_are_refused() -> None:
    deferred = screened(let_through(FORBIDDEN, grace_until=LAST_DAY))
    for terms, status in (
        (replace(FORBIDDEN, headcount=9), PostingStatus.REFUSED),
        (posting_terms(), PostingStatus.OPEN),
    ):
        after = change_terms(deferred, terms, employer=CHECKED, table=KNOWN_WAGES, at=FIXED_NOW)
        assert (after.status, after.deferred, after.grace_until) == (status, (), None)


@pytest.mark.parametrize(
    ("verified_until", "checks", "shown_until"),
    [
        (None, 0, LAST_DAY),
        (None, 1, None),
        (date(2027, 3, 1), 1, date(2027, 3, 1)),
        (date(2026, 3, 1), 1, date(2026, 3, 1)),
    ],
)
def test_grace_holds_until_the_employer_is_checked_for_the_first_time(
    verified_until: date | None, checks: int, shown_until: date | None
) -> None:
    posting = let_through(posting_terms(), grace_until=LAST_DAY)
    employer = replace(CHECKED, verified_until=verified_until, checks=checks)
    assert employer_check_day(posting, employer) == shown_until


def test_grace_keeps_a_posting_open_until_its_last_day() -> None:
    before = let_through(posting_terms(), grace_until=LAST_DAY, verified_until=LAST_DAY)
    for days, ends_deferral, status in (
        (0, False, PostingStatus.OPEN),
        (9, False, PostingStatus.OPEN),
        (10, False, PostingStatus.SUSPENDED),
        (0, True, PostingStatus.SUSPENDED),
    ):
        after = rescreen_posting(
            before,
            employer=UNCHECKED,
            table=KNOWN_WAGES,
            at=FIXED_NOW + timedelta(days=days),
            ends_deferral=ends_deferral,
        )
        assert after.status is status
        assert [finding.code for finding in after.findings] == ["EMPLOYER_NOT_VERIFIED"]
        assert (after.waiting_since is not None) is (status is PostingStatus.OPEN)
