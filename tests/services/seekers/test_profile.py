"""Profiles under concurrent changes: no change is lost, and no caller waits forever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.identity.accounts import Principal, Role
from domain.refusals import Busy, NotFound
from domain.seekers.profile import Profile
from domain.seekers.profile_consent import PROFILE_CONSENT_TEXT
from domain.seekers.seekers import Seeker, SeekerStatus
from realtime.usage_counter import UsageCounter
from services.identity.device_usage import DeviceUsage
from services.seekers import profile as module
from services.seekers.profile import SeekerProfiles
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock

PERSON = Principal(subject="giver", role=Role.SEEKER)
OFFICER = Principal(subject="officer", role=Role.OFFICER, union_id="root")


@pytest.fixture
def profiles(store: Store) -> SeekerProfiles:
    clock = ManualClock()
    return SeekerProfiles(store, clock, DeviceUsage(UsageCounter(store, clock)))


async def save(profiles: SeekerProfiles, profile: Profile) -> Seeker:
    return await profiles.save(
        PERSON,
        profile,
        contact=None,
        keep_contact=True,
        consent_version=PROFILE_CONSENT_TEXT.version,
        union_id=None,
        peer="192.0.2.1",
    )


async def lose_every_write(*_: Any, **__: Any) -> bool:
    """A compare-and-set that a concurrent change always wins."""
    return False


async def test_two_devices_that_save_at_once_share_one_profile(
    store: Store, profiles: SeekerProfiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = records.seeker(giver="giver")
    by_giver = store.seekers.by_giver
    reads: list[Seeker | None] = []

    async def read_before_the_other_device_writes(giver: str) -> Seeker | None:
        found = await by_giver(giver)
        reads.append(found)
        if found is None:
            await store.seekers.add([first])
        return found

    monkeypatch.setattr(store.seekers, "by_giver", read_before_the_other_device_writes)
    saved = await save(profiles, first.profile)
    assert (saved.id, saved.version) == (first.id, first.version + 1)
    assert reads == [None, first]


async def test_an_erased_profile_cannot_be_changed(store: Store, profiles: SeekerProfiles) -> None:
    erased = records.seeker(erased_at=records.FIXED_NOW)
    await store.seekers.add([erased])
    for seeker_id in (erased.id, "nobody"):
        with pytest.raises(NotFound):
            await profiles.set_status(OFFICER, seeker_id, SeekerStatus.PAUSED)
    with pytest.raises(NotFound):
        await profiles.set_matching(PERSON, None, is_enabled=False)


async def test_a_change_that_changes_nothing_writes_nothing(
    store: Store, profiles: SeekerProfiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeker = records.seeker(giver="giver")
    await store.seekers.add([seeker])
    monkeypatch.setattr(store.seekers, "replace_if_unchanged", lose_every_write)
    assert await profiles.set_status(PERSON, None, seeker.status) == seeker
    assert await profiles.set_matching(PERSON, seeker.id, is_enabled=seeker.matching) == seeker
    assert await profiles.remove_search(PERSON, "unknown") == seeker


async def test_a_change_that_keeps_losing_is_given_up(
    store: Store, profiles: SeekerProfiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeker = records.seeker(giver="giver")
    await store.seekers.add([seeker])
    monkeypatch.setattr(store.seekers, "replace_if_unchanged", lose_every_write)
    assert module.MAX_ATTEMPTS > 1
    for given_up in (
        profiles.set_status(PERSON, None, SeekerStatus.PAUSED),
        profiles.save_search(PERSON, "夜班以外", seeker.profile.wants),
        save(profiles, seeker.profile),
    ):
        with pytest.raises(Busy):
            await given_up
    assert await store.seekers.by_id(seeker.id) == seeker
    assert await store.mongo["seekers"].count_documents({}) == 1


async def test_an_officer_changes_profiles_of_their_scope_only(
    store: Store, profiles: SeekerProfiles
) -> None:
    seeker = records.seeker()
    await store.seekers.add([seeker])
    changed = await profiles.set_status(OFFICER, seeker.id, SeekerStatus.PAUSED)
    assert (changed.status, changed.version) == (SeekerStatus.PAUSED, seeker.version + 1)
    with pytest.raises(NotFound):
        await profiles.set_status(
            replace(OFFICER, union_id="elsewhere"), seeker.id, SeekerStatus.SEEKING
        )
