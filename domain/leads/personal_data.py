"""What may become of a contact: who gets to see it, and what is left when it is taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.errors import ConsentWithdrawn
from domain.leads.leads import CLOSED_STAGES, Lead, LeadStage, SealedContact
from domain.leads.timeline import LeadChange, TimelineEntryKind, make_change

MAX_REVEALS_PER_HOUR = 60
"""Contacts that one member of staff may look at: about one call a minute."""
MAX_OWN_ACCESSES_PER_HOUR = 60
"""Exports, and corrections, by one giver."""
RECORD_RETENTION = timedelta(days=3 * 366)
"""网络招聘服务管理规定 (Order 44): recruitment records are kept for 3 years at least."""
CONTACT_RETENTION = timedelta(days=366)
"""After a lead was closed: as long as its parties may go to labour arbitration
(劳动争议调解仲裁法 27, one year). Then the purpose is reached (PIPL art. 19 and 47)."""

FINISHED_STAGES = CLOSED_STAGES | {LeadStage.RETAINED_90}
"""The stages after which nothing follows but a change of mind."""
_HIRED_STAGES = frozenset({LeadStage.HIRED, LeadStage.RETAINED_30, LeadStage.RETAINED_90})


@dataclass(frozen=True, kw_only=True)
class ReceiptHolder:
    """Whom a receipt stands for: the leads of that person that this giver sent."""

    person: str
    giver: str

    def is_giver_of(self, lead: Lead) -> bool:
        """Whether the lead is one of those."""
        return lead.person == self.person and lead.giver == self.giver


@dataclass(frozen=True, kw_only=True)
class RetentionPeriods:
    """How long contacts of closed leads can be looked at, and how long records are stored."""

    contacts: timedelta = CONTACT_RETENTION
    records: timedelta = RECORD_RETENTION


def check_revealable(lead: Lead) -> None:
    """Pass when somebody in whose scope the lead is may be shown its contact.

    :raises ConsentWithdrawn: consent was taken back, or the contact was erased.
    """
    if lead.withdrawn_at is not None or lead.contact is None:
        raise ConsentWithdrawn("The person does not wish to be contacted any more.")


def stage_after_withdrawal(stage: LeadStage) -> LeadStage:
    """Where a lead stands once its person has taken the consent back.

    It closes as WITHDRAWN. A refusal stays one, and who was hired stays hired: taking back a
    consent does not undo what was done on its ground (PIPL art. 15).
    """
    if stage in _HIRED_STAGES or stage is LeadStage.REFUSED:
        return stage
    return LeadStage.WITHDRAWN


def withdraw_consent(lead: Lead, *, at: datetime) -> LeadChange:
    """The lead once its consent was taken back: nobody may call any more, so nothing is due."""
    stage = stage_after_withdrawal(lead.stage)
    moved = stage is not lead.stage
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
        from_stage=lead.stage if moved else None,
        to_stage=stage if moved else None,
    )


def correct_contact(lead: Lead, contact: SealedContact, *, at: datetime) -> LeadChange:
    """The lead with another contact in the place of its own."""
    return _change_outside_follow_up(
        lead, replace(lead, contact=contact), TimelineEntryKind.CORRECTED, at
    )


def erase_lead(lead: Lead, *, at: datetime) -> LeadChange:
    """The lead without person, giver and contact; nobody can call any more, so nothing is due."""
    after = replace(
        lead,
        # Another for each, as the index of one lead a person wants it.
        person=f"erased/{lead.id}",
        giver=None,
        contact=None,
        erased_at=at,
        withdrawn_at=lead.withdrawn_at or at,
        next_action_on=None,
        due_at=None,
        escalate_at=None,
        escalated_to=None,
    )
    return _change_outside_follow_up(lead, after, TimelineEntryKind.ERASED, at)


def _change_outside_follow_up(
    before: Lead, after: Lead, kind: TimelineEntryKind, at: datetime
) -> LeadChange:
    """A change that is no step of the follow-up: what is kept for how long counts from those."""
    change = make_change(after, kind, at=at, by=None)
    return replace(change, lead=replace(change.lead, updated_at=before.updated_at))


def service_ended_at(lead: Lead, at: datetime) -> datetime:
    """When the service to this person ended, for a lead that is erased ``at`` that moment."""
    return lead.updated_at if lead.stage in FINISHED_STAGES else at
