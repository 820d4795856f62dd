"""Status changes of referrals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.refusals import StatusConflict
from domain.seekers.referrals import (
    NEXT_STATUSES,
    Referral,
    ReferralKind,
    ReferralStatus,
    ReferralStep,
    transition_referral,
)
from tests.domain.matching_samples import FIXED_NOW

OPEN = Referral(
    id="referral",
    seeker_id="seeker",
    kind=ReferralKind.TRAINING,
    steps=(ReferralStep(status=ReferralStatus.OPEN, at=FIXED_NOW, by="officer"),),
    union_path=("root", "union"),
    created_at=FIXED_NOW,
    updated_at=FIXED_NOW,
)


@given(st.lists(st.sampled_from(ReferralStatus), max_size=8))
def test_a_referral_follows_its_table_and_keeps_every_step(
    wanted: list[ReferralStatus],
) -> None:
    referral = OPEN
    for status in wanted:
        if status in NEXT_STATUSES[referral.status]:
            before, referral = (
                referral,
                transition_referral(referral, status, "", by="officer", at=FIXED_NOW),
            )
            assert (referral.status, referral.version) == (status, before.version + 1)
            assert referral.steps[:-1] == before.steps
            assert referral.steps[-1].status is status
        else:
            with pytest.raises(StatusConflict):
                transition_referral(referral, status, "", by="officer", at=FIXED_NOW)
    assert referral.steps[-1].status is referral.status


def test_no_status_returns_to_open_and_three_are_final() -> None:
    assert all(ReferralStatus.OPEN not in following for following in NEXT_STATUSES.values())
    assert {status for status in ReferralStatus if not NEXT_STATUSES[status]} == {
        ReferralStatus.DONE,
        ReferralStatus.DECLINED,
        ReferralStatus.LAPSED,
    }
    assert NEXT_STATUSES.keys() == set(ReferralStatus)
