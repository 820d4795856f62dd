from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import ConsentWithdrawn, LeadStageConflict
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
from tests.support import records

LATER = records.FIXED_NOW + timedelta(days=1)


@pytest.mark.parametrize("stage", LeadStage)
def test_a_lead_without_consent_closes_unless_the_job_or_the_refusal_is_a_fact(
    stage: LeadStage,
) -> None:
    stays = {"HIRED", "RETAINED_30", "RETAINED_90", "REFUSED"}
    assert stage_after_withdrawal(stage) == (stage if stage in stays else LeadStage.WITHDRAWN)


def test_a_contact_is_shown_only_while_there_is_consent_and_a_contact() -> None:
    check_revealable(records.lead())
    for lead in (records.lead(withdrawn_at=LATER), records.lead(contact=None)):
        with pytest.raises(ConsentWithdrawn):
            check_revealable(lead)


def test_a_recruiter_follows_a_lead_only_with_consent_and_the_union_still_does() -> None:
    recruiter = Principal(role=Role.RECRUITER, subject="r", employer_id="employer")
    officer = Principal(role=Role.OFFICER, subject="o", union_id="root")
    with_consent, without = records.lead(), records.lead(withdrawn_at=LATER)
    assert [may_follow_up_lead(recruiter, lead) for lead in (with_consent, without)] == [
        True,
        False,
    ]
    assert may_follow_up_lead(officer, without)


def test_what_the_person_takes_back_is_no_service_of_the_staff() -> None:
    lead = withdraw_consent(records.lead(steps=2), at=LATER).lead
    assert (lead.stage, lead.steps) == (LeadStage.WITHDRAWN, 2)


def test_an_erased_lead_stays_as_it_is() -> None:
    with pytest.raises(LeadStageConflict, match="can no longer change"):
        check_advance(records.lead(erased_at=LATER), LeadStage.CONTACTED, None)


def test_a_receipt_stands_for_what_one_giver_sent_with_one_phone() -> None:
    holder = ReceiptHolder(person="p", giver="g")
    assert holder.is_giver_of(records.lead(person="p", giver="g"))
    assert not holder.is_giver_of(records.lead(person="p", giver="another"))
    assert not holder.is_giver_of(records.lead(person="another", giver="g"))
    assert not holder.is_giver_of(records.lead(person="p"))


def test_a_service_ends_when_its_lead_is_closed_or_else_when_it_is_erased() -> None:
    assert service_ended_at(records.lead(stage=LeadStage.REFUSED), LATER) == records.FIXED_NOW
    assert service_ended_at(records.lead(stage=LeadStage.RETAINED_90), LATER) == records.FIXED_NOW
    assert service_ended_at(records.lead(stage=LeadStage.HIRED), LATER) == LATER


def test_periods_are_at_least_what_the_law_says_in_every_calendar() -> None:
    assert timedelta(days=366) <= CONTACT_RETENTION <= RECORD_RETENTION
    assert timedelta(days=3 * 365 + 1) <= RECORD_RETENTION
