"""Withdrawal, erasure, receipts and retention periods of a lead's personal data."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.identity.accounts import Principal, Role
from domain.identity.scopes import may_follow_up_lead
from domain.leads.leads import LeadStage, check_advance
from domain.leads.personal_data import (
    CONTACT_RETENTION,
    RECORD_RETENTION,
    ReceiptHolder,
    check_revealable,
    service_ended_at,
    stage_after_withdrawal,
    withdraw_consent,
)
from domain.refusals import ConsentWithdrawn, LeadStageConflict
from tests.support import records

LATER = records.FIXED_NOW + timedelta(days=1)


@pytest.mark.parametrize("stage", LeadStage)
def test_a_withdrawal_closes_a_lead_unless_hired_or_refused(
    stage: LeadStage,
) -> None:
    stays = {"HIRED", "RETAINED_30", "RETAINED_90", "REFUSED"}
    assert stage_after_withdrawal(stage) == (stage if stage in stays else LeadStage.WITHDRAWN)


def test_a_contact_is_revealed_only_with_consent() -> None:
    check_revealable(records.lead())
    for lead in (records.lead(withdrawn_at=LATER), records.lead(contact=None)):
        with pytest.raises(ConsentWithdrawn):
            check_revealable(lead)


def test_a_withdrawal_ends_the_access_of_recruiters_only() -> None:
    recruiter = Principal(role=Role.RECRUITER, subject="r", employer_id="employer")
    officer = Principal(role=Role.OFFICER, subject="o", union_id="root")
    with_consent, without = records.lead(), records.lead(withdrawn_at=LATER)
    assert [may_follow_up_lead(recruiter, lead) for lead in (with_consent, without)] == [
        True,
        False,
    ]
    assert may_follow_up_lead(officer, without)


def test_a_withdrawal_is_not_counted_as_a_service() -> None:
    lead = withdraw_consent(records.lead(steps=2), at=LATER).lead
    assert (lead.stage, lead.steps) == (LeadStage.WITHDRAWN, 2)


def test_an_erased_lead_cannot_change() -> None:
    with pytest.raises(LeadStageConflict, match="can no longer change"):
        check_advance(records.lead(erased_at=LATER), LeadStage.CONTACTED, None)


def test_a_receipt_covers_leads_of_one_giver_and_person() -> None:
    holder = ReceiptHolder(person="p", giver="g")
    assert holder.is_giver_of(records.lead(person="p", giver="g"))
    assert not holder.is_giver_of(records.lead(person="p", giver="another"))
    assert not holder.is_giver_of(records.lead(person="another", giver="g"))
    assert not holder.is_giver_of(records.lead(person="p"))


def test_a_service_ends_when_the_lead_closes_or_is_erased() -> None:
    assert service_ended_at(records.lead(stage=LeadStage.REFUSED), LATER) == records.FIXED_NOW
    assert service_ended_at(records.lead(stage=LeadStage.RETAINED_90), LATER) == records.FIXED_NOW
    assert service_ended_at(records.lead(stage=LeadStage.HIRED), LATER) == LATER


def test_retention_periods_reach_the_legal_minimum_in_every_year() -> None:
    assert timedelta(days=366) <= CONTACT_RETENTION <= RECORD_RETENTION
    assert timedelta(days=3 * 365 + 1) <= RECORD_RETENTION
