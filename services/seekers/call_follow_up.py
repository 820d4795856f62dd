"""Use cases of one person on a call list: recording a call, and entering the profile."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from domain.free_text import check_remark
from domain.identity.accounts import Principal
from domain.identity.audit import staff_actor
from domain.identity.scopes import may_manage_seekers
from domain.reference.calendar import day_in_china
from domain.refusals import NotFound, StatusConflict
from domain.seekers.call_campaigns import (
    CallEntry,
    CallOutcome,
    add_call,
    check_can_enter_profile,
)
from domain.seekers.profile import Profile, check_profile
from domain.seekers.profile_consent import check_asked_at, make_profile_consent
from domain.seekers.seekers import Seeker, SeekerStatus
from storage.clock import Clock
from storage.mongo.client import Transaction, new_id
from storage.store import Store


class CallFollowUp:
    """Records calls and enters profiles, each in one transaction over call entry and profile."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def record_call(
        self,
        caller: Principal,
        entry_id: str,
        outcome: CallOutcome,
        *,
        note: str,
        next_call_on: date | None,
        expected_version: int | None,
    ) -> CallEntry:
        """Add a call to the entry. NOT_SEEKING also stops the matching of the person's profile.

        Both are one transaction: a person who said that they do not look for work is never
        matched after the call was stored.

        :raises InvalidInput: The note or ``next_call_on`` is not valid.
        :raises NotFound: The officer's scope has no such entry.
        :raises StatusConflict: The person may not be called any more, or the entry is not at
            ``expected_version``.
        """
        checked_note = check_remark(note, ("input", "note"))

        async def body(transaction: Transaction) -> CallEntry:
            before = await self._require_in_scope(caller, entry_id, transaction)
            if expected_version not in {None, before.version}:
                raise StatusConflict(
                    f"The entry is at version {before.version}: it was changed since you read it.",
                    f"该记录已是第{before.version}版：在您读取之后已有变动，请刷新后再试。",
                )
            at = self._clock()
            after = add_call(
                before,
                outcome,
                checked_note,
                next_call_on,
                by=caller.subject,
                at=at,
                today=day_in_china(at),
            )
            await self._store.call_entries.replace_if_unchanged(
                before, after, transaction=transaction
            )
            if after.contact is None:
                await self._store.audit_log.redact(
                    "CallEntry", [after.id], staff_actor(caller), at=at, transaction=transaction
                )
            if after.outcome is CallOutcome.NOT_SEEKING and after.seeker_id is not None:
                await self._stop_matching(after.seeker_id, at, transaction)
            return after

        return await self._store.mongo.run_transaction(body)

    async def save_profile(
        self,
        caller: Principal,
        entry_id: str,
        profile: Profile,
        *,
        consent_version: str,
        asked_at: datetime,
    ) -> Seeker:
        """Create or replace the profile of a person who was reached and consented on the phone.

        Name and phone come from the call list. Profile and entry are written in one transaction.

        :raises InvalidInput: The profile or the time of the consent is not valid.
        :raises ConsentRequired: The consent is not to the current text.
        :raises NotFound: The officer's scope has no such entry.
        :raises StatusConflict: The person was not reached, or may not be called any more.
        """
        checked = check_profile(profile, ("input", "profile"))
        now = self._clock()
        consent = make_profile_consent(
            consent_version, at=check_asked_at(asked_at, now=now), asked_by=caller.subject
        )

        async def body(transaction: Transaction) -> Seeker:
            entry = await self._require_in_scope(caller, entry_id, transaction)
            check_can_enter_profile(entry)
            before = None
            if entry.seeker_id is not None:
                before = await self._store.seekers.by_id(entry.seeker_id, transaction=transaction)
            seeker = Seeker(
                id=before.id if before else new_id(),
                profile=checked,
                matching=before.matching if before else True,
                union_path=entry.union_path,
                person=entry.person,
                consent=consent,
                campaign_id=entry.campaign_id,
                entered_by=caller.subject,
                searches=before.searches if before else (),
                version=before.version + 1 if before else 1,
                created_at=before.created_at if before else now,
                updated_at=now,
            )
            contact = await self._store.open_contact(entry)
            assert contact is not None  # check_can_enter_profile saw it
            sealed = replace(seeker, contact=self._store.seal_contact(seeker, contact))
            if before is None:
                await self._store.seekers.add([sealed], transaction=transaction)
            else:
                await self._store.seekers.replace_if_unchanged(
                    before, sealed, transaction=transaction
                )
            await self._store.call_entries.replace_if_unchanged(
                entry,
                replace(entry, seeker_id=sealed.id, version=entry.version + 1, updated_at=now),
                transaction=transaction,
            )
            return sealed

        return await self._store.mongo.run_transaction(body)

    async def _require_in_scope(
        self, caller: Principal, entry_id: str, transaction: Transaction
    ) -> CallEntry:
        entry = await self._store.call_entries.by_id(entry_id, transaction=transaction)
        if entry is None or not may_manage_seekers(caller, entry.union_path):
            raise NotFound(
                "No call entry in your scope has this id.",
                "您的管辖范围内没有这条呼叫记录。",
                field=("input", "entryId"),
            )
        return entry

    async def _stop_matching(self, seeker_id: str, at: datetime, transaction: Transaction) -> None:
        seeker = await self._store.seekers.by_id(seeker_id, transaction=transaction)
        if seeker is None or seeker.erased_at is not None:
            return
        after = replace(
            seeker, status=SeekerStatus.NOT_SEEKING, version=seeker.version + 1, updated_at=at
        )
        await self._store.seekers.replace_if_unchanged(seeker, after, transaction=transaction)
