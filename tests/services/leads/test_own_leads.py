"""Changes by a lead's giver are stored with their audit row in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

import pytest

from domain.identity.audit import Actor, AuditAction, AuditRole
from domain.identity.devices import PhonePair
from domain.leads.follow_up import add_note
from domain.leads.leads import Contact, Lead, LeadStage
from domain.leads.personal_data import ReceiptHolder
from domain.live.events import HireConfirmed
from domain.live.log_topics import lead_topic
from domain.refusals import LeadStageConflict, NotPermitted
from realtime.group_commit import GroupCommit
from services.leads.lead_changes import lead_audit_entry
from services.leads.own_leads import OwnLeads
from storage.mongo.client import Transaction
from storage.mongo.paging import PageRequest
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock


@pytest.fixture
def own_leads(store: Store, commit: GroupCommit) -> OwnLeads:
    return OwnLeads(store, commit, ManualClock())


async def stored_lead(
    store: Store, stage: LeadStage, *, is_proven: bool = True
) -> tuple[ReceiptHolder, Lead]:
    """Store a lead in this stage, and return it with the holder of its receipt."""
    lead = records.lead(stage=stage, giver="a giver")
    lead = replace(
        lead, contact=store.seal_contact(lead, Contact(name="王小明", phone="+8613800138000"))
    )
    await store.leads.record([lead])
    holder = ReceiptHolder(person=lead.person, giver="a giver")
    if is_proven:
        pair = PhonePair(device_id=holder.giver, person=holder.person)
        await store.phone_proofs.record(pair, at=records.FIXED_NOW)
    return holder, lead


async def audit_actions(store: Store, lead: Lead) -> list[str]:
    rows = await store.audit_log.latest_by_subjects("Lead", [lead.id], limit=10)
    return [row.action.value for row in rows]


async def logged_confirmations(store: Store, lead: Lead) -> int:
    assert lead.session_id is not None
    logged = await store.event_log.read(lead_topic(lead.session_id), after=0, limit=10)
    return sum(isinstance(placed.event, HireConfirmed) for placed in logged)


async def test_a_hire_that_the_giver_confirms_is_stored_logged_and_audited(
    store: Store, own_leads: OwnLeads
) -> None:
    holder, lead = await stored_lead(store, LeadStage.OFFERED)
    confirmed = await own_leads.confirm_hire(holder, lead.id, hired=True)
    assert confirmed.hire.seeker is True
    assert await store.leads.by_id(lead.id) == confirmed
    assert await audit_actions(store, lead) == ["CONFIRM_HIRE"]
    assert await logged_confirmations(store, lead) == 1


async def test_a_confirmation_that_fails_half_way_leaves_no_trace(
    store: Store, own_leads: OwnLeads, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder, lead = await stored_lead(store, LeadStage.OFFERED)

    async def fail(*_: Any, **__: Any) -> NoReturn:
        raise RuntimeError("the process ends here")

    with monkeypatch.context() as broken:
        broken.setattr(store.lead_timelines, "save_changes", fail)
        with pytest.raises(RuntimeError):
            await own_leads.confirm_hire(holder, lead.id, hired=True)
    assert await store.leads.by_id(lead.id) == lead
    assert await audit_actions(store, lead) == []
    await own_leads.confirm_hire(holder, lead.id, hired=True)
    assert await audit_actions(store, lead) == ["CONFIRM_HIRE"]


async def test_a_confirmation_that_is_refused_is_not_audited(
    store: Store, own_leads: OwnLeads
) -> None:
    holder, lead = await stored_lead(store, LeadStage.INTERESTED)
    with pytest.raises(LeadStageConflict):
        await own_leads.confirm_hire(holder, lead.id, hired=True)
    assert await audit_actions(store, lead) == []


async def test_without_proof_a_receipt_shows_what_was_typed_and_says_nothing_of_a_hire(
    store: Store, own_leads: OwnLeads
) -> None:
    holder, lead = await stored_lead(store, LeadStage.OFFERED, is_proven=False)
    note = add_note(lead, "家里有两个孩子", None, by="officer", at=records.FIXED_NOW)

    async def write(transaction: Transaction) -> None:
        await store.lead_timelines.save_changes([(lead, note)], transaction=transaction)

    await store.mongo.run_transaction(write)
    await store.employers.add([records.employer(id=lead.employer_id)])
    wanted = PageRequest(limit=10)
    (shown,) = (await own_leads.page(holder, wanted)).items
    _, (exported,) = await own_leads.export_page(holder, wanted)
    assert shown == exported.lead
    assert (shown.stage, shown.reason, shown.updated_at) == (
        LeadStage.INTERESTED,
        None,
        lead.created_at,
    )
    assert exported.notes == []
    with pytest.raises(NotPermitted, match="Confirm your phone"):
        await own_leads.confirm_hire(holder, lead.id, hired=True)
    pair = PhonePair(device_id=holder.giver, person=holder.person)
    await store.phone_proofs.record(pair, at=records.FIXED_NOW)
    (shown,) = (await own_leads.page(holder, wanted)).items
    _, (exported,) = await own_leads.export_page(holder, wanted)
    assert shown.stage is LeadStage.OFFERED
    assert [each.body for each in exported.notes] == ["家里有两个孩子"]


async def test_erasure_empties_the_reasons_for_reveals_and_the_chain_stays_whole(
    store: Store, own_leads: OwnLeads
) -> None:
    holder, lead = await stored_lead(store, LeadStage.CONTACTED)
    other = records.lead(giver="another giver")
    await store.leads.record([other])
    actor = Actor(role=AuditRole.OFFICER, id="officer")

    async def reveal(transaction: Transaction) -> None:
        entries = [
            lead_audit_entry(each, actor, AuditAction.REVEAL, "约王小明周五面试")
            for each in (lead, other, lead)
        ]
        await store.audit_log.append(entries, at=records.FIXED_NOW, transaction=transaction)

    await store.mongo.run_transaction(reveal)
    assert await own_leads.erase(holder) == 1
    rows = await store.audit_log.latest_by_subjects("Lead", [lead.id], limit=10)
    assert [(row.action.value, row.detail) for row in rows] == [
        ("ERASE", ""),
        ("REVEAL", ""),
        ("REVEAL", ""),
    ]
    (kept,) = await store.audit_log.latest_by_subjects("Lead", [other.id], limit=10)
    assert kept.detail == "约王小明周五面试"
    assert (await store.audit_log.verify())[0] == 6
