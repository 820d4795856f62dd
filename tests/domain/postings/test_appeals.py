"""An officer opens a posting that words in a text refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.postings.deferral import is_refused_by_text
from domain.postings.lifecycle import apply_review, change_terms, create_posting, rescreen_posting
from domain.postings.postings import Posting, PostingStatus, PostingTerms
from domain.screening.known_wages import KNOWN_WAGES
from domain.screening.reviews import awaits_decision
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
