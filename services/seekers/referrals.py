"""Use cases of referrals: passing a seeker on to a service, and recording how that goes."""

from __future__ import annotations

from dataclasses import replace

from domain.free_text import check_remark
from domain.identity.accounts import Principal
from domain.identity.scopes import may_manage_seekers
from domain.refusals import NotFound, StatusConflict
from domain.seekers.referrals import (
    Referral,
    ReferralKind,
    ReferralStatus,
    ReferralStep,
    transition_referral,
)
from services.seekers.seeker_scope import require_managed
from storage.clock import Clock
from storage.mongo.client import Transaction, new_id
from storage.seekers.referrals import MAX_REFERRALS_PER_SEEKER
from storage.store import Store


class ReferralFollowUp:
    """Opens referrals and moves them from one status to the next."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def open(
        self, caller: Principal, seeker_id: str, kind: ReferralKind, note: str
    ) -> Referral:
        """Open a referral of a seeker in the officer's scope.

        The transaction also raises the version of the profile. An erasure at the same moment
        therefore conflicts with it, and no note is stored for a person who was erased.

        :raises InvalidInput: The note is not valid.
        :raises NotFound: The officer's scope has no such seeker.
        :raises StatusConflict: The seeker has ``MAX_REFERRALS_PER_SEEKER`` referrals.
        """
        checked_note = check_remark(note, ("input", "note"))

        async def body(transaction: Transaction) -> Referral:
            seeker = require_managed(
                await self._store.seekers.by_id(seeker_id, transaction=transaction), caller
            )
            count = await self._store.referrals.count_by_seeker(seeker.id, transaction=transaction)
            if count >= MAX_REFERRALS_PER_SEEKER:
                raise StatusConflict(
                    f"This person has {MAX_REFERRALS_PER_SEEKER} referrals, the most allowed.",
                    f"此人已有{MAX_REFERRALS_PER_SEEKER}次转介，不能再增加。",
                )
            now = self._clock()
            step = ReferralStep(
                status=ReferralStatus.OPEN, at=now, by=caller.subject, note=checked_note
            )
            referral = Referral(
                id=new_id(),
                seeker_id=seeker.id,
                kind=kind,
                steps=(step,),
                union_path=seeker.union_path,
                created_at=now,
                updated_at=now,
            )
            await self._store.seekers.replace_if_unchanged(
                seeker, replace(seeker, version=seeker.version + 1), transaction=transaction
            )
            await self._store.referrals.add([referral], transaction=transaction)
            return referral

        return await self._store.mongo.run_transaction(body)

    async def advance(
        self, caller: Principal, referral_id: str, status: ReferralStatus, note: str
    ) -> Referral:
        """Move a referral to another status.

        An erasure raises the version of the referral, so a note that was written before it is
        refused after it.

        :raises InvalidInput: The note is not valid.
        :raises NotFound: The officer's scope has no such referral.
        :raises StatusConflict: The status cannot follow, the referral was changed meanwhile, or a
            note is given for a person who was erased.
        """
        checked_note = check_remark(note, ("input", "note"))
        before = (await self._store.referrals.by_ids([referral_id])).get(referral_id)
        if before is None or not may_manage_seekers(caller, before.union_path):
            raise NotFound(
                "No referral in your scope has this id.",
                "您的管辖范围内没有这条转介记录。",
                field=("input", "referralId"),
            )
        if checked_note:
            seeker = await self._store.seekers.by_id(before.seeker_id)
            if seeker is None or seeker.erased_at is not None:
                raise StatusConflict(
                    "The person's data was erased. Leave the note out.",
                    "此人的信息已删除，请不要填写备注。",
                )
        after = transition_referral(
            before, status, checked_note, by=caller.subject, at=self._clock()
        )
        if not await self._store.referrals.replace_if_unchanged(before, after):
            raise StatusConflict(
                "This referral has just been changed by another user. Reload it.",
                "其他人刚刚修改了这条转介记录，请刷新后再试。",
            )
        return after
