"""A refusal by words in a text is appealed, and an officer opens the posting."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.postings.appeals import (
    appeal_posting,
    awaits_appeal_decision,
    can_be_appealed,
    has_appeal,
)
from domain.postings.deferral import is_refused_by_text
from domain.postings.lifecycle import apply_review, change_terms, create_posting, rescreen_posting
from domain.postings.officer_review import Appeal
from domain.postings.postings import Posting, PostingStatus, PostingTerms
from domain.refusals import AlreadyExists, PostingNotOpen
from domain.screening.decision_batches import is_settled_by
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.reviews import DecisionKind, awaits_decision, make_decision
from tests.domain.posting_terms_samples import posting_terms
from tests.support import records
from tests.support.records import FIXED_NOW

VERIFIED = records.employer()
UNVERIFIED = replace(VERIFIED, verified_until=None)
REFUSED_BY_TEXT = posting_terms(conditions="入职交押金300元")


def posting(terms: PostingTerms) -> Posting:
    return create_posting(
        "p1",
        employer=VERIFIED,
        union_path=("root",),
        terms=terms,
        table=KNOWN_WAGES,
        by="recruiter",
        at=FIXED_NOW,
        job_key="key",
    )


def review(before: Posting, *, approved: bool) -> Posting:
    return apply_review(before, by="officer", at=FIXED_NOW, approved=approved, reason="已核实")


def test_an_allowed_appeal_opens_when_it_is_screened_again() -> None:
    refused = posting(REFUSED_BY_TEXT)
    assert (refused.status, refused.job_key) == (PostingStatus.REFUSED, None)
    assert awaits_decision(refused)
    allowed = review(refused, approved=True)
    assert (allowed.status, allowed.rules) == (PostingStatus.SUSPENDED, 0)
    assert allowed.job_key is not None
    assert allowed.job_key.endswith("/p1")
    opened = rescreen_posting(allowed, employer=VERIFIED, table=KNOWN_WAGES, at=FIXED_NOW)
    assert opened.status is PostingStatus.OPEN
    assert [finding.code for finding in opened.findings] == ["DEPOSIT_OR_FEE"]
    # What holds now decides, not what held when the posting was refused.
    hidden = rescreen_posting(allowed, employer=UNVERIFIED, table=KNOWN_WAGES, at=FIXED_NOW)
    assert hidden.status is PostingStatus.SUSPENDED


def test_an_appeal_covers_only_the_words_that_the_officer_saw() -> None:
    allowed = review(posting(REFUSED_BY_TEXT), approved=True)
    opened = rescreen_posting(allowed, employer=VERIFIED, table=KNOWN_WAGES, at=FIXED_NOW)
    worse = replace(REFUSED_BY_TEXT, duties="不缴社保")
    changed = change_terms(
        opened, worse, employer=VERIFIED, table=KNOWN_WAGES, at=FIXED_NOW, job_key="key"
    )
    assert changed.status is PostingStatus.REFUSED


@pytest.mark.parametrize(
    "terms",
    [posting_terms(insurance=()), replace(REFUSED_BY_TEXT, insurance=()), posting_terms()],
)
def test_what_a_field_refuses_cannot_be_appealed(terms: PostingTerms) -> None:
    assert not is_refused_by_text(posting(terms))


def test_an_appeal_that_an_officer_denies_is_over() -> None:
    denied = review(posting(REFUSED_BY_TEXT), approved=False)
    assert denied.status is PostingStatus.REFUSED
    assert not awaits_decision(denied)


def appeal(before: Posting) -> Posting:
    return appeal_posting(
        before,
        Appeal(by="recruiter", at=FIXED_NOW, reason="押金由公司代付", revision=before.revision),
    )


def test_an_appeal_waits_in_the_queue_and_stays_refused_until_an_officer_decides() -> None:
    refused = posting(REFUSED_BY_TEXT)
    assert (refused.waiting_since, can_be_appealed(refused)) == (None, True)
    appealed = appeal(refused)
    assert (appealed.status, appealed.waiting_since) == (PostingStatus.REFUSED, FIXED_NOW)
    assert (appealed.version, appealed.revision) == (refused.version + 1, refused.revision)
    assert awaits_appeal_decision(appealed)
    for approved in (True, False):
        decided = review(appealed, approved=approved)
        assert decided.waiting_since is None
        assert (has_appeal(decided), awaits_appeal_decision(decided)) == (True, False)


def test_terms_are_appealed_once_and_other_terms_again() -> None:
    appealed = appeal(posting(REFUSED_BY_TEXT))
    denied = review(appealed, approved=False)
    for again, refusal in ((appealed, AlreadyExists), (denied, PostingNotOpen)):
        with pytest.raises(refusal):
            appeal(again)
    other = change_terms(
        appealed,
        replace(REFUSED_BY_TEXT, conditions="入职交押金200元"),
        employer=VERIFIED,
        table=KNOWN_WAGES,
        at=FIXED_NOW,
    )
    assert (other.status, other.waiting_since) == (PostingStatus.REFUSED, None)
    assert appeal(other).waiting_since == FIXED_NOW


@pytest.mark.parametrize(
    "terms",
    [posting_terms(), posting_terms(insurance=()), replace(REFUSED_BY_TEXT, insurance=())],
)
def test_what_no_text_refused_is_not_appealed(terms: PostingTerms) -> None:
    assert not can_be_appealed(posting(terms))
    with pytest.raises(PostingNotOpen):
        appeal(posting(terms))


def test_a_decision_keeps_the_appeal_that_it_answers() -> None:
    appealed = appeal(posting(REFUSED_BY_TEXT))
    for before, kept in ((appealed, appealed.appeal), (review(appealed, approved=True), None)):
        made = make_decision("d1", before, DecisionKind.APPROVED, "属实", by="o", at=FIXED_NOW)
        assert made.appeal == kept


def test_no_code_settles_an_appeal_unread() -> None:
    refused = posting(REFUSED_BY_TEXT)
    for approved in (True, False):
        assert is_settled_by(refused, "DEPOSIT_OR_FEE", approved=approved)
        assert not is_settled_by(appeal(refused), "DEPOSIT_OR_FEE", approved=approved)
        assert is_settled_by(appeal(refused), None, approved=approved)
