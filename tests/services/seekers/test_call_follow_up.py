"""Calls and profiles from call lists: call entry and profile change in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.identity.accounts import Principal, Role
from domain.leads.leads import Contact
from domain.refusals import NotFound, StatusConflict
from domain.seekers.call_campaigns import CallEntry, CallOutcome
from domain.seekers.match_keys import list_seeker_match_keys
from domain.seekers.profile_consent import PROFILE_CONSENT_TEXT
from domain.seekers.seekers import Seeker, SeekerStatus
from services.seekers.call_follow_up import CallFollowUp
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock

OFFICER = Principal(subject="officer", role=Role.OFFICER, union_id="root")


class Crash(Exception):
    """Ends a use case between two of its writes."""


async def crash(*_: Any, **__: Any) -> bool:
    raise Crash


@pytest.fixture
def calls(store: Store) -> CallFollowUp:
    return CallFollowUp(store, ManualClock())


async def store_entry(store: Store, **changes: Any) -> CallEntry:
    entry = records.call_entry(**changes)
    contact = store.seal_contact(entry, Contact(name="赵大勇", phone="+8613700137000"))
    entry = replace(entry, contact=contact)
    await store.call_entries.add([entry])
    return entry


async def record(
    calls: CallFollowUp, entry: CallEntry, outcome: CallOutcome, **changes: Any
) -> CallEntry:
    given: dict[str, Any] = {"note": "", "next_call_on": None, "expected_version": None} | changes
    return await calls.record_call(OFFICER, entry.id, outcome, **given)


async def save_profile(calls: CallFollowUp, entry: CallEntry) -> Seeker:
    return await calls.save_profile(
        OFFICER,
        entry.id,
        records.seeker().profile,
        consent_version=PROFILE_CONSENT_TEXT.version,
        asked_at=records.FIXED_NOW,
    )


async def test_not_seeking_stops_the_matching_with_the_call_or_neither_is_stored(
    store: Store, calls: CallFollowUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeker = records.seeker()
    await store.seekers.add([seeker])
    entry = await store_entry(store, seeker_id=seeker.id)
    with monkeypatch.context() as between:
        between.setattr(store.seekers, "replace_if_unchanged", crash)
        with pytest.raises(Crash):
            await record(calls, entry, CallOutcome.NOT_SEEKING)
    assert await store.call_entries.by_id(entry.id) == entry
    assert await store.seekers.by_id(seeker.id) == seeker

    keys = list_seeker_match_keys(seeker)
    assert await store.seekers.by_reach(keys, limit=10) == [seeker]
    recorded = await record(calls, entry, CallOutcome.NOT_SEEKING)
    assert await store.call_entries.by_id(entry.id) == recorded
    stopped = await store.seekers.by_id(seeker.id)
    assert stopped is not None
    assert (stopped.status, stopped.version) == (SeekerStatus.NOT_SEEKING, seeker.version + 1)
    assert await store.seekers.by_reach(keys, limit=10) == []


async def test_other_outcomes_leave_the_profile_alone(store: Store, calls: CallFollowUp) -> None:
    seeker = records.seeker()
    await store.seekers.add([seeker])
    entry = await store_entry(store, seeker_id=seeker.id)
    await record(calls, entry, CallOutcome.REACHED)
    assert await store.seekers.by_id(seeker.id) == seeker


async def test_a_call_is_recorded_for_a_person_whose_profile_is_gone(
    store: Store, calls: CallFollowUp
) -> None:
    entry = await store_entry(store, seeker_id="gone")
    assert (await record(calls, entry, CallOutcome.NOT_SEEKING)).version == entry.version + 1


async def test_a_call_on_an_older_version_is_refused(store: Store, calls: CallFollowUp) -> None:
    entry = await store_entry(store)
    first = await record(calls, entry, CallOutcome.NO_ANSWER, expected_version=1)
    with pytest.raises(StatusConflict):
        await record(calls, entry, CallOutcome.REACHED, expected_version=1)
    assert await store.call_entries.by_id(entry.id) == first


async def test_an_unknown_entry_or_one_of_another_union_is_not_found(
    store: Store, calls: CallFollowUp
) -> None:
    elsewhere = await store_entry(store, union_path=("elsewhere",))
    for entry in (elsewhere, records.call_entry()):
        with pytest.raises(NotFound):
            await record(calls, entry, CallOutcome.REACHED)
        with pytest.raises(NotFound):
            await save_profile(calls, entry)


async def test_a_profile_and_its_call_entry_are_stored_together_or_not_at_all(
    store: Store, calls: CallFollowUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await store_entry(store, outcome=CallOutcome.REACHED)
    with monkeypatch.context() as between:
        between.setattr(store.call_entries, "replace_if_unchanged", crash)
        with pytest.raises(Crash):
            await save_profile(calls, entry)
    assert await store.mongo["seekers"].count_documents({}) == 0

    seeker = await save_profile(calls, entry)
    linked = await store.call_entries.by_id(entry.id)
    assert linked is not None
    assert (linked.seeker_id, linked.version) == (seeker.id, entry.version + 1)
    again = await save_profile(calls, linked)
    assert (again.id, again.version) == (seeker.id, seeker.version + 1)
    assert await store.seekers.by_id(seeker.id) == again


async def test_the_profile_of_a_person_who_was_not_reached_is_refused(
    store: Store, calls: CallFollowUp
) -> None:
    entry = await store_entry(store, outcome=CallOutcome.NO_ANSWER)
    with pytest.raises(StatusConflict):
        await save_profile(calls, entry)
