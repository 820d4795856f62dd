"""Which postings one decision settles, and that undoing it restores them exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.postings.lifecycle import apply_review
from domain.postings.officer_review import Review
from domain.postings.postings import Finding, Posting, PostingStatus, Severity
from domain.refusals import InvalidInput, PostingConflict
from domain.screening.decision_batches import (
    UNDO_WITHIN,
    check_choice,
    check_undoable,
    is_settled_by,
    prior_state,
    undo_decision,
)
from tests.support import records
from tests.support.records import FIXED_NOW

REFUSED_BEFORE = Review(by="officer", at=FIXED_NOW, approved=False, reason="-", revision=1)


def finding(code: str, severity: Severity = Severity.REVIEW) -> Finding:
    return Finding(
        code=code, severity=severity, field="pay", message="-", message_zh="-", basis="-"
    )


def held(*findings: Finding, **changes: object) -> Posting:
    made = records.posting(
        status=PostingStatus.IN_REVIEW, waiting_since=FIXED_NOW, findings=findings
    )
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a posting


WAGE, LURE = finding("WAGE"), finding("LURE")


@pytest.mark.parametrize(
    ("posting", "approved", "refused"),
    [
        (held(WAGE), True, True),
        (held(WAGE, finding("HINT", Severity.WARN)), True, True),
        (held(WAGE, LURE), False, True),
        (held(LURE), False, False),
        (held(WAGE, reports=1), False, True),
        (held(WAGE, review=REFUSED_BEFORE), False, True),
        (held(LURE, WAGE, deferred=(LURE.key, WAGE.key)), False, True),
    ],
)
def test_an_approval_by_code_settles_nothing_else(
    posting: Posting, approved: bool, refused: bool
) -> None:
    assert is_settled_by(posting, "WAGE", approved=True) is approved
    assert is_settled_by(posting, "WAGE", approved=False) is refused
    assert is_settled_by(posting, None, approved=True)


def test_a_choice_is_required() -> None:
    with pytest.raises(InvalidInput):
        check_choice(None, None, None)
    for code in ("", "wage", "WAGE\n", "W" * 61):
        with pytest.raises(InvalidInput):
            check_choice(code, "330000", None)
    check_choice("WAGE", None, None)
    check_choice(None, "330000", None)
    check_choice(None, None, ())


postings = st.builds(
    held,
    st.sampled_from([WAGE, LURE]),
    status=st.sampled_from([PostingStatus.IN_REVIEW, PostingStatus.OPEN, PostingStatus.SUSPENDED]),
    reports=st.integers(0, 3),
    review=st.none() | st.just(REFUSED_BEFORE),
    job_key=st.none() | st.just("key"),
    hires=st.integers(0, 2),
)


@given(postings, st.booleans())
def test_undoing_restores_all_but_the_version(posting: Posting, approved: bool) -> None:
    after = apply_review(posting, by="officer", at=FIXED_NOW, approved=approved, reason="-")
    decision = records.decision(batch_id="batch", prior=prior_state(posting, decided=after))
    restored = undo_decision(after, decision)
    assert restored == replace(posting, version=posting.version + 2)
    with pytest.raises(PostingConflict):
        undo_decision(replace(after, version=after.version + 1), decision)
    with pytest.raises(PostingConflict):
        undo_decision(restored, decision)


def test_a_decision_can_be_undone_for_ten_minutes() -> None:
    decision = records.decision(at=FIXED_NOW)
    check_undoable(decision, FIXED_NOW + UNDO_WITHIN)
    with pytest.raises(PostingConflict):
        check_undoable(decision, FIXED_NOW + UNDO_WITHIN + timedelta(milliseconds=1))
