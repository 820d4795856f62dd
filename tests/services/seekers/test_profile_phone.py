"""A profile shows whether its phone is proven, whatever comes first: the profile or the proof."""

from __future__ import annotations

import asyncio

import pytest

from domain.identity.accounts import Principal, Role
from domain.identity.devices import PhonePair
from domain.leads.leads import Contact
from domain.seekers.profile_consent import PROFILE_CONSENT_TEXT
from domain.seekers.seekers import Seeker
from realtime.usage_counter import UsageCounter
from services.identity.device_usage import DeviceUsage
from services.seekers.profile import SeekerProfiles
from storage.store import Store
from tests.support import records
from tests.support.phone_nodes import PHONE
from tests.support.records import FIXED_NOW, ManualClock

DEVICE = "device"
PERSON = Principal(subject=DEVICE, role=Role.SEEKER)
OTHER_PHONE = "14400000002"


@pytest.fixture
def profiles(store: Store) -> SeekerProfiles:
    return SeekerProfiles(store, ManualClock(), DeviceUsage(UsageCounter(store, ManualClock())))


def pair_of(store: Store, phone: str = PHONE) -> PhonePair:
    return PhonePair(device_id=DEVICE, person=store.keyring.hash_phone(f"+86{phone}"))


async def save(
    profiles: SeekerProfiles, phone: str | None = PHONE, *, keep: bool = False
) -> Seeker:
    """Save the profile of the device with this phone."""
    return await profiles.save(
        PERSON,
        records.seeker().profile,
        contact=Contact(name="孙丽", phone=f"+86{phone}") if phone else None,
        keep_contact=keep,
        consent_version=PROFILE_CONSENT_TEXT.version,
        union_id=None,
        peer="192.0.2.1",
    )


async def prove(profiles: SeekerProfiles, store: Store, phone: str = PHONE) -> None:
    """Prove the phone as the service does: first the proof, then the profile."""
    pair = pair_of(store, phone)
    await store.phone_proofs.record(pair, at=FIXED_NOW)
    await profiles.prove_phone(pair, FIXED_NOW)


async def proven_at(store: Store) -> object:
    found = await store.seekers.by_giver(DEVICE)
    assert found is not None
    return found.phone_proven_at


async def test_a_typed_phone_is_not_proven_until_its_code_came(
    profiles: SeekerProfiles, store: Store
) -> None:
    assert (await save(profiles)).phone_proven_at is None
    await prove(profiles, store)
    assert await proven_at(store) == FIXED_NOW


async def test_a_profile_that_is_saved_after_the_proof_is_proven_at_once(
    profiles: SeekerProfiles, store: Store
) -> None:
    await prove(profiles, store)
    assert (await save(profiles)).phone_proven_at == FIXED_NOW


async def test_another_phone_is_not_proven_by_the_proof_of_the_first(
    profiles: SeekerProfiles, store: Store
) -> None:
    await save(profiles)
    await prove(profiles, store)
    assert (await save(profiles, keep=True)).phone_proven_at == FIXED_NOW
    assert (await save(profiles)).phone_proven_at == FIXED_NOW
    assert (await save(profiles, OTHER_PHONE)).phone_proven_at is None
    assert (await save(profiles, None)).phone_proven_at is None
    await prove(profiles, store)
    assert await proven_at(store) is None


async def test_a_proof_without_a_profile_changes_nothing(
    profiles: SeekerProfiles, store: Store
) -> None:
    other = records.seeker(giver="other", person=pair_of(store).person)
    await store.seekers.add([other])
    await prove(profiles, store)
    assert await store.seekers.by_id(other.id) == other


async def test_a_profile_and_its_proof_at_one_moment_end_proven(
    profiles: SeekerProfiles, store: Store, other_store: Store
) -> None:
    elsewhere = SeekerProfiles(
        other_store, ManualClock(), DeviceUsage(UsageCounter(other_store, ManualClock()))
    )
    for _ in range(10):
        await store.mongo["seekers"].delete_many({})
        await store.mongo["phone_proofs"].delete_many({})
        await asyncio.gather(save(profiles), prove(elsewhere, other_store))
        assert await proven_at(store) == FIXED_NOW
