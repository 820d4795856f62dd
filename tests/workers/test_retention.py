"""Retention archives and deletes personal data when it is due, and never earlier."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.leads.leads import Contact, Lead, LeadStage
from domain.leads.personal_data import CONTACT_RETENTION, RECORD_RETENTION, RetentionPeriods
from storage.mongo.client import new_id
from storage.mongo.crypto import decrypt
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.records import FIXED_NOW, ManualClock
from workers import retention
from workers.retention import RetentionResult, RetentionWorker

CONTACT = Contact(name="王小明", phone="+8613800138000")
NOTHING = RetentionResult(erased=0, deleted=0)
MOMENT = timedelta(milliseconds=1)


def closed_lead(store: Store, stage: LeadStage = LeadStage.REFUSED) -> Lead:
    lead_id = new_id()
    return records.lead(
        id=lead_id,
        person=f"person of {lead_id}",
        giver="giver",
        contact=store.keyring.seal_contact(lead_id, CONTACT),
        stage=stage,
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def read(store: Store, lead: Lead) -> Lead:
    return (await store.leads.by_ids([lead.id]))[lead.id]


@pytest.mark.parametrize("stage", ["WITHDRAWN", "REFUSED", "UNREACHABLE", "RETAINED_90"])
async def test_the_contact_of_a_closed_lead_is_archived_and_then_deleted_after_three_years(
    stage: str, store: Store, clock: ManualClock
) -> None:
    lead = closed_lead(store, LeadStage[stage])
    await store.leads.record([lead])
    work = RetentionWorker(store, clock, RetentionPeriods())

    clock.at = FIXED_NOW + CONTACT_RETENTION - MOMENT
    assert await work.run() == NOTHING
    assert await store.open_contact(await read(store, lead)) == CONTACT
    clock.at = FIXED_NOW + CONTACT_RETENTION
    assert await work.run() == RetentionResult(erased=1, deleted=0)
    assert await work.run() == NOTHING

    left = await read(store, lead)
    assert (left.contact, left.giver, left.stage) == (None, None, LeadStage[stage])
    assert (left.erased_at, left.withdrawn_at, left.version) == (clock.at, clock.at, 2)
    assert left.person == f"erased/{lead.id}"
    (kept,) = [document async for document in store.mongo["retained"].find({})]
    assert (kept["_id"], kept["completed_at"]) == (lead.id, FIXED_NOW)
    opened = decrypt(store.keyring.key("retained"), bytes(kept["sealed"]), f"{lead.id}/retained")
    assert json.loads(opened) == {
        "person": lead.person,
        "name": CONTACT.name,
        "phone": CONTACT.phone,
    }

    clock.at = FIXED_NOW + RECORD_RETENTION - MOMENT
    assert await work.run() == NOTHING
    clock.at = FIXED_NOW + RECORD_RETENTION
    assert await work.run() == RetentionResult(erased=0, deleted=1)
    assert await store.mongo["retained"].count_documents({}) == 0
    trail = await store.audit_log.page_of_subject("Lead", lead.id, PageRequest(limit=10))
    assert [(row.action, row.actor_role) for row in trail.items] == [("ERASE", "SERVICE")]
    assert (await store.audit_log.verify())[0] == 2


async def test_a_lead_in_follow_up_keeps_its_contact_until_three_years_without_change(
    store: Store, clock: ManualClock
) -> None:
    lead = closed_lead(store, LeadStage.HIRED)
    await store.leads.record([lead])
    work = RetentionWorker(store, clock, RetentionPeriods())
    clock.at = FIXED_NOW + RECORD_RETENTION - MOMENT
    assert await work.run() == NOTHING
    clock.at = FIXED_NOW + RECORD_RETENTION
    assert await work.run() == RetentionResult(erased=1, deleted=0)


async def test_a_contact_due_for_deletion_is_not_archived_first(
    store: Store, clock: ManualClock
) -> None:
    await store.leads.record([closed_lead(store)])
    clock.at = FIXED_NOW + RECORD_RETENTION
    assert await RetentionWorker(store, clock, RetentionPeriods()).run() == RetentionResult(
        erased=1, deleted=0
    )
    assert await store.mongo["retained"].count_documents({}) == 0


async def test_configured_periods_are_applied(store: Store, clock: ManualClock) -> None:
    lead = closed_lead(store)
    await store.leads.record([lead])
    periods = RetentionPeriods(
        contacts=timedelta(days=30), records=RECORD_RETENTION + timedelta(days=30)
    )
    work = RetentionWorker(store, clock, periods)
    clock.at = FIXED_NOW + timedelta(days=30)
    assert await work.run() == RetentionResult(erased=1, deleted=0)
    clock.at = FIXED_NOW + RECORD_RETENTION
    assert await work.run() == NOTHING
    clock.at += timedelta(days=30)
    assert await work.run() == RetentionResult(erased=0, deleted=1)


async def test_a_contact_that_does_not_decrypt_is_erased_too(
    store: Store, clock: ManualClock
) -> None:
    lead, other = closed_lead(store), closed_lead(store)
    await store.leads.record([replace(lead, contact=other.contact), other])
    clock.at = FIXED_NOW + CONTACT_RETENTION
    assert await RetentionWorker(store, clock, RetentionPeriods()).run() == RetentionResult(
        erased=2, deleted=0
    )
    assert (await read(store, lead)).contact is None
    kept = [document["_id"] async for document in store.mongo["retained"].find({})]
    assert kept == [other.id]
    trail = await store.audit_log.page_of_subject("Lead", lead.id, PageRequest(limit=10))
    assert [row.detail for row in trail.items] == ["the contact did not open"]


async def test_one_run_handles_several_batches(store: Store, clock: ManualClock) -> None:
    await store.leads.record([closed_lead(store) for _ in range(5)])
    work = RetentionWorker(
        store, clock, RetentionPeriods(), erased_per_transaction=2, deleted_per_transaction=2
    )
    clock.at = FIXED_NOW + CONTACT_RETENTION
    assert await work.run() == RetentionResult(erased=5, deleted=0)
    clock.at = FIXED_NOW + RECORD_RETENTION
    assert await work.run() == RetentionResult(erased=0, deleted=5)


async def test_one_node_per_day_applies_retention_and_another_takes_over_when_it_stops(
    store: Store, other_store: Store, clock: ManualClock
) -> None:
    here = RetentionWorker(store, clock, RetentionPeriods())
    there = RetentionWorker(other_store, clock, RetentionPeriods())
    assert await here.run_if_due() == NOTHING
    assert await there.run_if_due() is None
    clock.advance(hours=23.9)
    assert await there.run_if_due() is None
    clock.advance(hours=0.1)
    # This node takes the lease and never runs again.
    assert await store.leases.acquire(
        "retention", "gone", at=clock(), until=clock() + retention.LEASE_DURATION
    )
    assert await there.run_if_due() is None
    clock.at += retention.LEASE_DURATION
    assert await there.run_if_due() == NOTHING


async def test_a_profile_unchanged_for_a_year_is_archived(store: Store, clock: ManualClock) -> None:
    seeker = records.seeker()
    seeker = replace(seeker, contact=store.seal_contact(seeker, CONTACT))
    bare = records.seeker(contact=None, person=None)
    await store.seekers.add([seeker, bare])
    work = RetentionWorker(store, clock, RetentionPeriods())
    clock.at = FIXED_NOW + CONTACT_RETENTION - MOMENT
    assert await work.run() == NOTHING
    clock.at = FIXED_NOW + CONTACT_RETENTION
    assert await work.run() == RetentionResult(erased=2, deleted=0)
    assert await work.run() == NOTHING
    left = await store.seekers.by_id(seeker.id)
    assert left is not None
    assert (left.contact, left.person, left.erased_at) == (None, None, clock.at)
    (kept,) = [document async for document in store.mongo["retained"].find({})]
    assert (kept["_id"], kept["completed_at"]) == (seeker.id, FIXED_NOW)
    payload = decrypt(store.keyring.key("retained"), kept["sealed"], f"Seeker/{seeker.id}/retained")
    assert json.loads(payload)["phone"] == CONTACT.phone
    clock.at = FIXED_NOW + RECORD_RETENTION
    assert await work.run() == RetentionResult(erased=0, deleted=1)


async def test_a_person_not_called_for_a_year_is_erased_from_the_call_list(
    store: Store, clock: ManualClock
) -> None:
    late, called = (
        records.call_entry(),
        records.call_entry(updated_at=FIXED_NOW + CONTACT_RETENTION),
    )
    await store.call_entries.add([late, called])
    clock.at = FIXED_NOW + CONTACT_RETENTION
    work = RetentionWorker(store, clock, RetentionPeriods())
    assert await work.run() == RetentionResult(erased=1, deleted=0)
    assert await work.run() == NOTHING
    left = await store.call_entries.by_ids([late.id, called.id])
    assert (left[late.id].contact, left[late.id].remark) == (None, "")
    assert left[called.id] == called
    (row,) = await store.audit_log.latest_by_subjects("CallEntry", [late.id], limit=5)
    assert (row.action, row.actor_role) == ("ERASE", "SERVICE")
