"""Rights of the person behind a profile, and staff access to the contact.

Access, export, withdrawal and erasure follow PIPL art. 15, 45 and 47. Each of them writes its audit
entry in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.identity.accounts import Principal
from domain.identity.audit import (
    Actor,
    AuditAction,
    AuditEntry,
    AuditRole,
    AuditRow,
    check_reason,
    staff_actor,
)
from domain.identity.devices import PhonePair
from domain.identity.scopes import may_manage_seekers
from domain.leads.leads import Contact
from domain.leads.personal_data import MAX_OWN_ACCESSES_PER_HOUR, MAX_REVEALS_PER_HOUR
from domain.refusals import ConsentWithdrawn, InvalidInput, NotFound
from domain.seekers.call_campaigns import CallEntry
from domain.seekers.referrals import Referral
from domain.seekers.seekers import Seeker
from realtime.group_commit import GroupCommit
from services.identity.audit import AUDIT_TOPIC, check_rate
from services.seekers.profile_erasure import erase_seekers
from services.seekers.seeker_scope import require_managed
from storage.clock import Clock
from storage.mongo.client import Transaction
from storage.mongo.paging import PageRequest
from storage.seekers.referrals import MAX_REFERRALS_PER_SEEKER, ReferralQuery
from storage.store import Store

MAX_EXPORTED_ACCESSES = 1_000
"""Audit entries in one export, the newest."""


@dataclass(frozen=True, kw_only=True)
class ProfileExport:
    """Everything that is stored about one profile; ``accesses`` are the newest audit entries."""

    seeker: Seeker
    contact: Contact | None
    referrals: Sequence[Referral]
    accesses: Sequence[AuditRow]


class ProfileRights:
    """Reveals, exports and erases profiles, and withdraws their consent."""

    def __init__(self, store: Store, commit: GroupCommit, clock: Clock) -> None:
        self._store = store
        self._commit = commit
        self._clock = clock

    async def reveal_contact(
        self, caller: Principal, subject_type: str, record_id: str, reason: str
    ) -> Contact:
        """Return name and phone of a seeker or a call entry in plain text, for an officer.

        ``subject_type`` is "Seeker" or "CallEntry". The audit entry is committed before the
        contact is returned.

        :raises InvalidInput: The reason is not 5 to 200 characters, or holds a phone number.
        :raises NotFound: The officer's scope has no such record.
        :raises ConsentWithdrawn: The consent was withdrawn, or no contact is stored.
        :raises TooManyAttempts: ``MAX_REVEALS_PER_HOUR`` reached, counted with reveals of leads.
        """
        checked_reason = check_reason(reason, ("input", "reason"))
        actor = staff_actor(caller)

        async def change(
            transaction: Transaction,
        ) -> Seeker | CallEntry:
            record: Seeker | CallEntry | None
            if subject_type == "Seeker":
                record = await self._store.seekers.by_id(record_id, transaction=transaction)
            else:
                record = await self._store.call_entries.by_id(record_id, transaction=transaction)
            if record is None or not may_manage_seekers(caller, record.union_path):
                raise NotFound(
                    "No person in your scope has this id.",
                    "您的管辖范围内没有这个人。",
                    field=("input", "id"),
                )
            is_withdrawn = isinstance(record, Seeker) and record.withdrawn_at is not None
            if is_withdrawn or record.contact is None:
                raise ConsentWithdrawn(
                    "This person left no contact, or does not want to be called.",
                    "此人未留联系方式，或者不希望接到电话。",
                )
            await self._check_rate(actor, AuditAction.REVEAL, MAX_REVEALS_PER_HOUR, transaction)
            await self._append_audit(
                AuditEntry(
                    actor=actor,
                    action=AuditAction.REVEAL,
                    subject_type=subject_type,
                    subject_id=record.id,
                    detail=checked_reason,
                ),
                transaction,
            )
            return record

        contact = await self._store.open_contact(await self._commit.serialised(AUDIT_TOPIC, change))
        assert contact is not None  # the transaction saw it
        return contact

    async def export(self, seeker: Seeker) -> ProfileExport:
        """Return everything stored about a profile, for its giver; the export is audited first.

        What staff wrote and did is in it once the giver's device has confirmed the phone, or if the
        profile has none.

        :raises TooManyAttempts: ``MAX_OWN_ACCESSES_PER_HOUR`` reached.
        """
        actor = _giver_actor(seeker)

        async def change(transaction: Transaction) -> None:
            await self._check_rate(
                actor, AuditAction.EXPORT, MAX_OWN_ACCESSES_PER_HOUR, transaction
            )
            await self._append_audit(
                _seeker_entry(seeker.id, actor, AuditAction.EXPORT), transaction
            )

        await self._commit.serialised(AUDIT_TOPIC, change)
        is_proven = seeker.person is None or await self._store.phone_proofs.is_proven(
            PhonePair(device_id=seeker.giver or "", person=seeker.person), at=self._clock()
        )
        referrals = await self._store.referrals.page(
            ReferralQuery(seeker_id=seeker.id), PageRequest(limit=MAX_REFERRALS_PER_SEEKER)
        )
        accesses = await self._store.audit_log.latest_by_subjects(
            "Seeker", [seeker.id], limit=MAX_EXPORTED_ACCESSES
        )
        return ProfileExport(
            seeker=seeker,
            contact=await self._store.open_contact(seeker),
            referrals=referrals.items if is_proven else (),
            accesses=[row for row in accesses if is_proven or row.is_by_person],
        )

    async def withdraw_consent(self, seeker: Seeker) -> Seeker:
        """Withdraw the giver's consent to be matched; a second withdrawal changes nothing.

        :raises NotFound: The profile was erased.
        """

        async def change(transaction: Transaction) -> Seeker:
            before = await self._load(seeker.id, transaction)
            if before.withdrawn_at is not None:
                return before
            at = self._clock()
            after = replace(before, withdrawn_at=at, version=before.version + 1, updated_at=at)
            await self._store.seekers.replace_if_unchanged(before, after, transaction=transaction)
            await self._append_audit(
                _seeker_entry(before.id, _giver_actor(seeker), AuditAction.WITHDRAW_CONSENT),
                transaction,
            )
            return after

        return await self._commit.serialised(AUDIT_TOPIC, change)

    async def erase_own(self, seeker: Seeker) -> None:
        """Erase the profile at the request of its giver.

        :raises NotFound: The profile was erased already.
        """

        async def change(transaction: Transaction) -> None:
            before = await self._load(seeker.id, transaction)
            await self._erase(before, _giver_actor(seeker), "", transaction)

        await self._commit.serialised(AUDIT_TOPIC, change)

    async def erase_for_person(self, caller: Principal, seeker_id: str, reason: str) -> None:
        """Erase a profile of the officer's scope, because the person asked the officer to.

        :raises InvalidInput: The reason is not 5 to 200 characters, or holds a phone number or the
            person's name.
        :raises NotFound: The officer's scope has no such profile.
        """
        checked_reason = check_reason(reason, ("input", "reason"))

        async def change(transaction: Transaction) -> None:
            before = require_managed(
                await self._store.seekers.by_id(seeker_id, transaction=transaction), caller
            )
            contact = await self._store.open_contact(before)
            if contact is not None and contact.name in checked_reason:
                raise InvalidInput(
                    "Leave the person's name out of the reason: the audit log keeps it.",
                    "原因会长期保存，请不要填写本人姓名。",
                    field=("input", "reason"),
                )
            await self._erase(before, staff_actor(caller), checked_reason, transaction)
            if before.person is not None:
                await self._store.phone_proofs.erase_person(before.person, transaction=transaction)

        await self._commit.serialised(AUDIT_TOPIC, change)

    async def _erase(
        self, seeker: Seeker, actor: Actor, reason: str, transaction: Transaction
    ) -> None:
        at = self._clock()
        await erase_seekers(
            self._store,
            [seeker],
            actor,
            at=at,
            ended=lambda _: at,
            reason=reason,
            transaction=transaction,
        )

    async def _load(self, seeker_id: str, transaction: Transaction) -> Seeker:
        seeker = await self._store.seekers.by_id(seeker_id, transaction=transaction)
        if seeker is None or seeker.erased_at is not None:
            raise NotFound("This profile was erased.", "这份求职信息已删除。")
        return seeker

    async def _check_rate(
        self, actor: Actor, action: AuditAction, most: int, transaction: Transaction
    ) -> None:
        await check_rate(
            self._store, actor, action, most, at=self._clock(), transaction=transaction
        )

    async def _append_audit(self, entry: AuditEntry, transaction: Transaction) -> None:
        await self._store.audit_log.append([entry], at=self._clock(), transaction=transaction)


def _giver_actor(seeker: Seeker) -> Actor:
    return Actor(role=AuditRole.PERSON, id=seeker.giver or "")


def _seeker_entry(seeker_id: str, actor: Actor, action: AuditAction) -> AuditEntry:
    return AuditEntry(actor=actor, action=action, subject_type="Seeker", subject_id=seeker_id)
