"""Changes by a lead's giver are stored with their audit row in one transaction."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from domain.leads.leads import Lead, LeadStage
from domain.leads.personal_data import ReceiptHolder
from domain.live.events import HireConfirmed, lead_topic
from domain.refusals import LeadStageConflict
from realtime.group_commit import GroupCommit
from services.leads.own_leads import OwnLeads
from storage.store import Store
from tests.support import records
from tests.support.records import ManualClock


@pytest.fixture
def own_leads(store: Store, commit: GroupCommit) -> OwnLeads:
    return OwnLeads(store, commit, ManualClock())


async def stored_lead(store: Store, stage: LeadStage) -> tuple[ReceiptHolder, Lead]:
    """Store a lead in this stage, and return it with the holder of its receipt."""
    lead = records.lead(stage=stage, giver="a giver")
    await store.leads.record([lead])
    return ReceiptHolder(person=lead.person, giver="a giver"), lead


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
