"""Personal data in leads: reveal, correction, withdrawal of consent, erasure and retention."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.leads.leads import (
    CLOSED_STAGES,
    HIRED_STAGES,
    HireProof,
    Lead,
    LeadStage,
    SealedContact,
)
from domain.leads.timeline import LeadChange, TimelineEntryKind, make_change
from domain.refusals import ConsentWithdrawn

MAX_REVEALS_PER_HOUR = 60
"""Contacts that one member of staff may reveal: about one call a minute."""
MAX_OWN_ACCESSES_PER_HOUR = 60
"""Exports, and corrections, of own data by one giver (device)."""
RECORD_RETENTION = timedelta(days=3 * 366)
"""How long recruitment records are kept: at least 3 years by 网络招聘服务管理规定 (Order 44)."""
CONTACT_RETENTION = timedelta(days=366)
"""How long a contact can be revealed after its lead closed: one year, the period for labour
arbitration (劳动争议调解仲裁法 art. 27). After it the purpose is achieved (PIPL art. 19 and 47)."""

FINISHED_STAGES = CLOSED_STAGES | {LeadStage.RETAINED_90}
"""The stages after which no follow-up is expected."""


@dataclass(frozen=True, kw_only=True)
class ReceiptHolder:
    """The holder of a receipt, who may act on leads of ``person`` sent by the device ``giver``."""

    person: str
    giver: str

    def is_giver_of(self, lead: Lead) -> bool:
        """Return whether this holder sent the lead."""
        return lead.person == self.person and lead.giver == self.giver


def as_typed(lead: Lead) -> Lead:
    """Return the lead with what its giver typed and decided, without what others made of it.

    A receipt shows no more until the giver's device has confirmed the phone: typing a phone does
    not prove that it is one's own.
    """
    stated = HireProof(employer=None, seeker=lead.hire.seeker, disagreement=False)
    return replace(
        lead,
        stage=LeadStage.INTERESTED if lead.withdrawn_at is None else LeadStage.WITHDRAWN,
        reason=None,
        hire=stated,
        hired_at=None,
        updated_at=lead.withdrawn_at or lead.created_at,
    )


@dataclass(frozen=True, kw_only=True)
class RetentionPeriods:
    """How long contacts of closed leads can be revealed, and how long records are stored."""

    contacts: timedelta = CONTACT_RETENTION
    records: timedelta = RECORD_RETENTION


def check_revealable(lead: Lead) -> None:
    """Check that the contact of a lead may be shown to staff who have access to the lead.

    :raises ConsentWithdrawn: the consent was withdrawn, or the contact was erased.
    """
    if lead.withdrawn_at is not None or lead.contact is None:
        raise ConsentWithdrawn(
            "The person no longer wishes to be contacted.", "本人已不希望再被联系。"
        )


def stage_after_withdrawal(stage: LeadStage) -> LeadStage:
    """Return the stage of a lead after its person withdrew consent.

    It is WITHDRAWN, but REFUSED and the stages from HIRED on stay: a withdrawal does not undo what
    was done before it (PIPL art. 15).
    """
    if stage in HIRED_STAGES or stage is LeadStage.REFUSED:
        return stage
    return LeadStage.WITHDRAWN


def withdraw_consent(lead: Lead, *, at: datetime) -> LeadChange:
    """Return the lead after withdrawal of consent. Nobody may call any more, so nothing is due."""
    stage = stage_after_withdrawal(lead.stage)
    has_moved = stage is not lead.stage
    after = replace(
        lead,
        stage=stage,
        withdrawn_at=at,
        due_at=None,
        escalate_at=None,
        escalated_to=None,
    )
    return make_change(
        after,
        TimelineEntryKind.CONSENT_WITHDRAWN,
        at=at,
        by=None,
        from_stage=lead.stage if has_moved else None,
        to_stage=stage if has_moved else None,
    )


def correct_contact(lead: Lead, contact: SealedContact, *, at: datetime) -> LeadChange:
    """Return the lead with a corrected contact."""
    return _change_outside_follow_up(
        lead, replace(lead, contact=contact), TimelineEntryKind.CORRECTED, at
    )


def remove_person(lead: Lead, why: str, *, at: datetime) -> Lead:
    """Return the lead without person and contact. Nobody can call, so nothing is due.

    ``why`` begins what stands in place of the person. It differs for each lead, because a unique
    index allows one lead per person.
    """
    return replace(
        lead,
        person=f"{why}/{lead.id}",
        contact=None,
        erased_at=at,
        withdrawn_at=lead.withdrawn_at or at,
        next_action_on=None,
        due_at=None,
        escalate_at=None,
        escalated_to=None,
    )


def erase_lead(lead: Lead, *, at: datetime) -> LeadChange:
    """Return the lead without person, giver and contact."""
    after = replace(remove_person(lead, "erased", at=at), giver=None, request_id=None)
    return _change_outside_follow_up(lead, after, TimelineEntryKind.ERASED, at)


def _change_outside_follow_up(
    before: Lead, after: Lead, kind: TimelineEntryKind, at: datetime
) -> LeadChange:
    """Return a change that keeps ``updated_at``: retention counts from the last follow-up."""
    change = make_change(after, kind, at=at, by=None)
    return replace(change, lead=replace(change.lead, updated_at=before.updated_at))


def service_ended_at(lead: Lead, at: datetime) -> datetime:
    """Return when the service to the person ended, for a lead that is erased ``at`` this time."""
    return lead.updated_at if lead.stage in FINISHED_STAGES else at
