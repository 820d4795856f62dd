"""Use cases of seekers' profiles: saving, switching matching on and off, and saved searches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from domain.identity.accounts import Principal, Role
from domain.identity.devices import PhonePair
from domain.leads.leads import Contact
from domain.leads.personal_data import ReceiptHolder
from domain.refusals import Busy, InvalidInput, NotFound, StatusConflict
from domain.seekers.profile import Profile, Wants, check_profile, check_wants
from domain.seekers.profile_consent import make_profile_consent
from domain.seekers.seekers import (
    MAX_SAVED_SEARCHES,
    SavedSearch,
    Seeker,
    SeekerStatus,
    check_search_name,
    prove_phone,
)
from services.identity.device_usage import DeviceUsage
from services.seekers.seeker_scope import SEEKER_FIELD, require_managed
from services.seekers.union_assignment import choose_union_path
from storage.clock import Clock
from storage.mongo.client import Duplicate, new_id
from storage.store import Store

MAX_ATTEMPTS = 5
"""How often a change is tried while concurrent changes of the same profile win."""


class SeekerProfiles:
    """Saves and changes profiles.

    Each write is a compare-and-set on the profile's version. A change that loses against a
    concurrent one reads the profile again and is tried again, ``MAX_ATTEMPTS`` times in all.
    """

    def __init__(self, store: Store, clock: Clock, usage: DeviceUsage) -> None:
        self._store = store
        self._clock = clock
        self._usage = usage

    async def require_own(self, caller: Principal) -> Seeker:
        """Return the profile of the signed-in seeker.

        :raises NotFound: The profile was erased.
        """
        seeker = await self._store.seekers.by_giver(caller.subject)
        if seeker is None:
            raise NotFound(
                "Your profile was erased. Save a new one.", "您的求职信息已删除，请重新登记。"
            )
        return seeker

    async def require_in_scope(
        self, caller: Principal, seeker_id: str, *, field: tuple[str, ...] = SEEKER_FIELD
    ) -> Seeker:
        """Return a profile that the officer may manage.

        :raises NotFound: The officer's union and its branches have no such profile.
        """
        return require_managed(await self._store.seekers.by_id(seeker_id), caller, field)

    async def find_by_receipt_holder(self, holder: ReceiptHolder) -> Seeker | None:
        """Return the profile that a receipt stands for.

        None if it was erased, or saved with another phone since the receipt was issued.
        """
        seeker = await self._store.seekers.by_giver(holder.giver)
        return seeker if seeker is not None and receipt_holder(seeker) == holder else None

    async def save(
        self,
        caller: Principal,
        profile: Profile,
        *,
        contact: Contact | None,
        keep_contact: bool,
        consent_version: str | None,
        consent_sha256: str | None = None,
        union_id: str | None,
        peer: str,
    ) -> Seeker:
        """Create the caller's profile, or replace it.

        ``peer`` is the caller's network address: one that brings very many devices is served like
        any other, and their profiles are told of new jobs after the others.
        ``keep_contact`` keeps the stored contact of an existing profile and ignores ``contact``.
        ``consent_version`` names the consent text that the person agreed to; None keeps a consent
        that still stands. ``consent_sha256`` is the digest of the text that was shown, if known.

        :raises InvalidInput: The profile contains an impossible wish, place or number.
        :raises NotFound: No union has this id.
        :raises ConsentRequired: No consent stands, or the version is not the current one.
        :raises TooManyAttempts: This device has sent too many phones in this hour.
        :raises Busy: Concurrent changes won ``MAX_ATTEMPTS`` times.
        """
        checked = check_profile(profile, ("input", "profile"))
        union_path = await choose_union_path(self._store, checked, union_id)
        if contact is not None and not keep_contact:
            self._usage.admit_phone(caller, contact.phone)
        is_crowded = self._usage.is_crowded(caller, peer)

        def rule(before: Seeker | None) -> Seeker:
            now = self._clock()
            # After a withdrawal only the record's identity and its saved searches go on.
            standing = before if before is not None and before.withdrawn_at is None else None
            if standing is not None and consent_version is None:
                consent = standing.consent
            else:
                consent = make_profile_consent(consent_version, text_sha256=consent_sha256, at=now)
            after = Seeker(
                id=before.id if before else new_id(),
                profile=checked,
                union_path=union_path,
                giver=caller.subject,
                consent=consent,
                searches=before.searches if before else (),
                matching=standing.matching if standing else True,
                status=standing.status if standing else SeekerStatus.SEEKING,
                # A profile that was there before the crowd stays an old one.
                crowded=before.crowded if before else is_crowded,
                version=before.version + 1 if before else 1,
                created_at=before.created_at if before else now,
                updated_at=now,
            )
            if keep_contact and before is not None:
                return replace(
                    after,
                    person=before.person,
                    contact=before.contact,
                    phone_proven_at=before.phone_proven_at,
                )
            if contact is None or keep_contact:
                return after
            person = self._store.keyring.hash_phone(contact.phone)
            is_same = before is not None and before.person == person
            return replace(
                after,
                person=person,
                contact=self._store.seal_contact(after, contact),
                phone_proven_at=before.phone_proven_at if before and is_same else None,
            )

        return await self._mark_if_proven(await self._create_or_replace(caller.subject, rule))

    async def prove_phone(self, pair: PhonePair, at: datetime) -> None:
        """Mark the phone of the device's profile as proven, if the profile has this phone.

        Store the proof first: then a profile that is saved at the same moment is marked as well.

        :raises Busy: Concurrent changes won ``MAX_ATTEMPTS`` times.
        """
        owner = Principal(role=Role.SEEKER, subject=pair.device_id)
        with suppress(NotFound):
            await self._change(
                lambda: self.require_own(owner),
                lambda before: prove_phone(before, pair.person, at=at),
            )

    async def _mark_if_proven(self, saved: Seeker) -> Seeker:
        """The profile, marked as proven if its giver has proven its phone."""
        if saved.person is None or saved.giver is None or saved.phone_proven_at is not None:
            return saved
        pair, at = PhonePair(device_id=saved.giver, person=saved.person), self._clock()
        if not await self._store.phone_proofs.is_proven(pair, at=at):
            return saved
        await self.prove_phone(pair, at)
        return await self._store.seekers.by_giver(saved.giver) or saved

    async def set_matching(
        self, caller: Principal, seeker_id: str | None, *, is_enabled: bool
    ) -> Seeker:
        """Allow or refuse automatic matching (PIPL art. 24) for a profile.

        Seekers change their own profile, officers one of their scope.

        :raises NotFound: The caller may change no such profile.
        :raises Busy: Concurrent changes won ``MAX_ATTEMPTS`` times.
        """

        def rule(before: Seeker) -> Seeker:
            return before if before.matching == is_enabled else replace(before, matching=is_enabled)

        return await self._change(lambda: self._require_own_or_named(caller, seeker_id), rule)

    async def set_status(
        self, caller: Principal, seeker_id: str | None, status: SeekerStatus
    ) -> Seeker:
        """Set whether the person looks for work.

        Seekers change their own profile, officers one of their scope.

        :raises NotFound: The caller may change no such profile.
        :raises Busy: Concurrent changes won ``MAX_ATTEMPTS`` times.
        """

        def rule(before: Seeker) -> Seeker:
            return before if before.status is status else replace(before, status=status)

        return await self._change(lambda: self._require_own_or_named(caller, seeker_id), rule)

    async def save_search(self, caller: Principal, name: str, wants: Wants) -> Seeker:
        """Add a saved search to the caller's own profile.

        :raises InvalidInput: The name or a wish is not valid.
        :raises NotFound: The profile was erased.
        :raises StatusConflict: The profile has ``MAX_SAVED_SEARCHES`` already.
        :raises Busy: Concurrent changes won ``MAX_ATTEMPTS`` times.
        """
        search = SavedSearch(
            key=new_id(),
            name=check_search_name(name),
            wants=check_wants(wants, ("input", "wants")),
            created_at=self._clock(),
        )

        def rule(before: Seeker) -> Seeker:
            if len(before.searches) >= MAX_SAVED_SEARCHES:
                raise StatusConflict(
                    f"A profile keeps {MAX_SAVED_SEARCHES} saved searches. Remove one first.",
                    f"最多保存{MAX_SAVED_SEARCHES}个搜索，请先删除一个。",
                )
            return replace(before, searches=(*before.searches, search))

        return await self._change(lambda: self.require_own(caller), rule)

    async def remove_search(self, caller: Principal, search_key: str) -> Seeker:
        """Remove a saved search from the caller's own profile; an unknown key changes nothing.

        :raises NotFound: The profile was erased.
        :raises Busy: Concurrent changes won ``MAX_ATTEMPTS`` times.
        """

        def rule(before: Seeker) -> Seeker:
            left = tuple(search for search in before.searches if search.key != search_key)
            return before if len(left) == len(before.searches) else replace(before, searches=left)

        return await self._change(lambda: self.require_own(caller), rule)

    async def _require_own_or_named(self, caller: Principal, seeker_id: str | None) -> Seeker:
        if caller.role is Role.OFFICER:
            if seeker_id is None:
                raise InvalidInput("Give the seeker's id.", "请指定求职者。", field=SEEKER_FIELD)
            return await self.require_in_scope(caller, seeker_id)
        own = await self.require_own(caller)
        if seeker_id not in {None, own.id}:
            raise NotFound("This is not your profile.", "这不是您的求职信息。", field=SEEKER_FIELD)
        return own

    async def _create_or_replace(
        self, giver: str, rule: Callable[[Seeker | None], Seeker]
    ) -> Seeker:
        for _ in range(MAX_ATTEMPTS):
            before = await self._store.seekers.by_giver(giver)
            after = rule(before)
            if before is not None:
                if await self._store.seekers.replace_if_unchanged(before, after):
                    return after
                continue
            try:
                await self._store.seekers.add([after])
            except Duplicate:
                continue
            return after
        raise _too_many_conflicts()

    async def _change(
        self, load: Callable[[], Awaitable[Seeker]], rule: Callable[[Seeker], Seeker]
    ) -> Seeker:
        """Store what ``rule`` makes of the loaded profile; the same object means no change."""
        for _ in range(MAX_ATTEMPTS):
            before = await load()
            after = rule(before)
            if after is before:
                return before
            after = replace(after, version=before.version + 1, updated_at=self._clock())
            if await self._store.seekers.replace_if_unchanged(before, after):
                return after
        raise _too_many_conflicts()


def receipt_holder(seeker: Seeker) -> ReceiptHolder:
    """Return the holder that the receipt of a profile names: its giver and its phone, if any."""
    return ReceiptHolder(person=seeker.person or "", giver=seeker.giver or "")


def _too_many_conflicts() -> Busy:
    return Busy(
        "Others are changing this profile. Send the same request again.",
        "其他人正在修改这份求职信息，请重新提交。",
    )
