"""Referrals and erasures at the same moment: no note is kept about a person who was erased."""

from __future__ import annotations

import pytest

from domain.identity.accounts import Principal, Role
from domain.identity.audit import SERVICE_ACTOR
from domain.refusals import NotFound, StatusConflict
from domain.seekers.referrals import ReferralKind, ReferralStatus
from services.seekers.profile_erasure import erase_seekers
from services.seekers.referrals import ReferralFollowUp
from storage.mongo.client import Transaction
from storage.seekers.referrals import MAX_REFERRALS_PER_SEEKER
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock

OFFICER = Principal(subject="officer", role=Role.OFFICER, union_id="root")
NOTE = "孙丽想学焊工"


@pytest.fixture
def referrals(store: Store) -> ReferralFollowUp:
    return ReferralFollowUp(store, ManualClock())


async def erase(store: Store, seeker_id: str) -> None:
    async def body(transaction: Transaction) -> None:
        seeker = await store.seekers.by_id(seeker_id, transaction=transaction)
        assert seeker is not None
        await erase_seekers(
            store,
            [seeker],
            SERVICE_ACTOR,
            at=records.FIXED_NOW,
            ended=lambda _: records.FIXED_NOW,
            transaction=transaction,
        )

    await store.mongo.run_transaction(body)


async def test_an_erasure_while_a_referral_is_opened_leaves_no_note(
    store: Store, referrals: ReferralFollowUp
) -> None:
    seeker = records.seeker(contact=None)
    await store.seekers.add([seeker])
    count_by_seeker = store.referrals.count_by_seeker

    async def count_while_another_erases(
        seeker_id: str, *, transaction: Transaction | None = None
    ) -> int:
        store.referrals.count_by_seeker = count_by_seeker  # type: ignore[method-assign] # the erasure happens once
        count = await count_by_seeker(seeker_id, transaction=transaction)
        await erase(store, seeker_id)
        return count

    store.referrals.count_by_seeker = count_while_another_erases  # type: ignore[method-assign] # for this store alone
    with pytest.raises(NotFound):
        await referrals.open(OFFICER, seeker.id, ReferralKind.TRAINING, NOTE)
    assert await store.mongo["referrals"].count_documents({}) == 0


async def test_a_seeker_has_at_most_one_hundred_referrals(
    store: Store, referrals: ReferralFollowUp
) -> None:
    seeker = records.seeker()
    await store.seekers.add([seeker])
    earlier = [records.referral(seeker_id=seeker.id) for _ in range(MAX_REFERRALS_PER_SEEKER - 1)]
    await store.referrals.add(earlier)
    opened = await referrals.open(OFFICER, seeker.id, ReferralKind.POLICY, NOTE)
    assert [step.note for step in opened.steps] == [NOTE]
    with pytest.raises(StatusConflict):
        await referrals.open(OFFICER, seeker.id, ReferralKind.POLICY, "")
    stored = await store.seekers.by_id(seeker.id)
    assert stored is not None
    assert stored.updated_at == seeker.updated_at


async def test_referrals_of_another_union_are_not_found(
    store: Store, referrals: ReferralFollowUp
) -> None:
    seeker = records.seeker(union_path=("elsewhere",))
    referral = records.referral(union_path=("elsewhere",), seeker_id=seeker.id)
    await store.seekers.add([seeker])
    await store.referrals.add([referral])
    with pytest.raises(NotFound):
        await referrals.open(OFFICER, seeker.id, ReferralKind.POLICY, "")
    with pytest.raises(NotFound):
        await referrals.advance(OFFICER, referral.id, ReferralStatus.ACCEPTED, "")
