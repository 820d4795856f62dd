"""Profiles and call lists that several change at once: nothing is lost, nobody waits for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.errors import Busy, NotFound
from domain.seekers.call_campaigns import CallEntry
from domain.seekers.seekers import Seeker, SeekerStatus
from realtime.commit import GroupCommit
from services.seekers import seekers as module
from services.seekers.seekers import SeekerProfiles
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock


@pytest.fixture
def seekers(store: Store, commit: GroupCommit) -> SeekerProfiles:
    return SeekerProfiles(store, commit, ManualClock())


def paused(seeker: Seeker) -> Seeker:
    return replace(seeker, status=SeekerStatus.PAUSED)


def remarked(entry: CallEntry) -> CallEntry:
    return replace(entry, remark="下午接孩子", version=entry.version + 1)


async def never(*_: Any, **__: Any) -> bool:
    """Somebody else was faster."""
    return False


async def test_who_saves_a_profile_from_two_devices_at_once_has_one(
    store: Store, seekers: SeekerProfiles
) -> None:
    first = records.seeker(giver="giver")
    second = records.seeker(giver="giver")
    seen: list[Seeker | None] = []

    def rule(before: Seeker | None) -> Seeker:
        seen.append(before)
        return second if before is None else replace(before, version=before.version + 1)

    by_giver = store.seekers.by_giver

    async def then_another(giver: str) -> Seeker | None:
        found = await by_giver(giver)
        if found is None:
            await store.seekers.add([first])
        return found

    store.seekers.by_giver = then_another  # type: ignore[method-assign] # for this store alone
    saved = await seekers.save("giver", rule)
    assert (saved.id, saved.version) == (first.id, first.version + 1)
    assert seen == [None, first]


async def test_what_is_gone_cannot_be_changed(store: Store, seekers: SeekerProfiles) -> None:
    erased = records.seeker(erased_at=records.FIXED_NOW)
    await store.seekers.add([erased])
    for seeker_id in (erased.id, "nobody"):
        with pytest.raises(NotFound):
            await seekers.change(seeker_id, paused)
    with pytest.raises(NotFound):
        await seekers.change_call_entry("nobody", remarked)


async def test_a_rule_that_changes_nothing_writes_nothing(
    store: Store, seekers: SeekerProfiles
) -> None:
    seeker = records.seeker()
    await store.seekers.add([seeker])
    assert await seekers.change(seeker.id, lambda before: before) == seeker


async def test_what_others_keep_changing_is_given_up(
    store: Store, seekers: SeekerProfiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeker, entry = records.seeker(giver="giver"), records.call_entry()
    await store.seekers.add([seeker])
    await store.call_entries.add([entry])
    monkeypatch.setattr(store.seekers, "replace_if_unchanged", never)
    monkeypatch.setattr(store.call_entries, "replace_if_unchanged", never)
    assert module.MAX_ATTEMPTS > 1
    for given_up in (
        seekers.change(seeker.id, paused),
        seekers.save("giver", lambda before: paused(before or seeker)),
        seekers.change_call_entry(entry.id, remarked),
        seekers.save_from_call_entry(entry, paused(seeker), seeker),
        seekers.save_from_call_entry(entry, records.seeker(), None),
    ):
        with pytest.raises(Busy):
            await given_up
    assert await store.seekers.by_id(seeker.id) == seeker
    assert await store.mongo["seekers"].count_documents({}) == 1


async def test_a_profile_is_entered_and_noted_on_the_list_in_one_step(
    store: Store, seekers: SeekerProfiles
) -> None:
    entry = records.call_entry()
    await store.call_entries.add([entry])
    seeker = records.seeker()
    assert await seekers.save_from_call_entry(entry, seeker, None) == seeker
    noted = await store.call_entries.by_id(entry.id)
    assert noted is not None
    assert (noted.seeker_id, noted.version) == (seeker.id, entry.version + 1)
    changed = replace(paused(seeker), version=seeker.version + 1)
    assert await seekers.save_from_call_entry(noted, changed, seeker) == changed
    assert await store.seekers.by_id(seeker.id) == changed
