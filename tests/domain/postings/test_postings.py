"""When a posting is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.postings.postings import Posting, PostingStatus
from tests.domain.posting_terms_samples import FIXED_TODAY, posting_terms


@given(st.sampled_from(PostingStatus), st.integers(-3, 3), st.none() | st.integers(-3, 3))
def test_a_posting_is_open_until_its_last_day_while_its_employer_is_verified(
    status: PostingStatus, days: int, checked: int | None
) -> None:
    posting = Posting(
        id="p1",
        employer_id="e1",
        terms=posting_terms(valid_until=FIXED_TODAY + timedelta(days=days)),
        status=status,
        union_id="u1",
        created_by="a1",
        created_at=datetime(2026, 10, 1, tzinfo=UTC),
        verified_until=None if checked is None else FIXED_TODAY + timedelta(days=checked),
    )
    is_verified = checked is not None and checked >= 0
    assert posting.is_open(FIXED_TODAY) is (
        status is PostingStatus.OPEN and days >= 0 and is_verified
    )
